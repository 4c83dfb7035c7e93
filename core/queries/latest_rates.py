"""The newest exchange rate of each currency, as the administration shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class LatestRate:
    """A currency's newest rate on or before a date."""

    currency: str
    per_eur: Decimal
    rate_date: date
    age_days: int
    source: str


def list_latest_rates(*, as_of: date) -> list[LatestRate]:
    """One row for each currency that has rates, by currency."""
    newest = (
        ExchangeRate.objects.filter(rate_date__lte=as_of)
        .order_by("currency", "-rate_date", "-recorded_at", "-id")
        .distinct("currency")
    )
    return [
        LatestRate(row.currency, row.per_eur, row.rate_date, (as_of - row.rate_date).days, row.source) for row in newest
    ]
