"""Exchange rates under their sources' names: by currency and day, a correction is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.intake.ecb import RateRow
from core.queries.rates import EURO
from core.services.rates import ECB, RatePut, put_rates
from invoices.intake.convert import Reader
from invoices.intake.json_table import Shape
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import problem
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, put_sound

# What the table of rates holds.
_DECIMALS, _LARGEST = 8, Decimal("1e10")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRate(Row):
    """Units of ``currency`` for one euro on a day, as its source says."""

    currency: str
    rate_date: date
    per_eur: Decimal


def rate_id(currency: str, rate_date: date) -> str:
    """How a rate is named in answers. Example: ``USD/2026-05-04``."""
    return f"{currency}/{rate_date}"


def _readers() -> dict[str, Reader]:
    return readers_like({"currency": "currency", "rate_date": "invoice_date", "per_eur": "amount"})


def _row(position: int, values: Mapping[str, str]) -> WantedRate:
    currency, rate_date = values["currency"], date.fromisoformat(values["rate_date"])
    return WantedRate(
        position=position,
        external_id=rate_id(currency, rate_date),
        currency=currency,
        rate_date=rate_date,
        per_eur=Decimal(values["per_eur"]),
    )


def _post(caller: Caller, rows: list[WantedRate]) -> list[Answer]:
    def put(rows: list[WantedRate]) -> list[RatePut | dict[str, Any]]:
        rates = [RateRow(row.currency, row.rate_date, row.per_eur) for row in rows]
        became = put_rates(rates, source=caller.source, actor=caller.actor)
        return [_or_problem(row, one) for row, one in zip(rows, became, strict=True)]

    return put_sound(rows, fault_of=lambda row: _fault_of(caller, row), put=put)


def _fault_of(caller: Caller, row: WantedRate) -> dict[str, Any] | None:
    if caller.source.casefold() == ECB.casefold():
        return problem("source_reserved", "source", caller.source)
    if row.currency == EURO:
        return problem("rate_of_euro", "currency", row.currency)
    if row.rate_date > caller.today:
        return problem("date_in_future", "rate_date", row.rate_date)
    if row.per_eur <= 0:
        return problem("amount_not_positive", "per_eur", f"{row.per_eur:f}")
    if row.per_eur >= _LARGEST or row.per_eur != round(row.per_eur, _DECIMALS):
        return problem("rate_precision", "per_eur", f"{row.per_eur:f}", expected=_DECIMALS)
    return None


def _or_problem(row: WantedRate, became: RatePut) -> RatePut | dict[str, Any]:
    return problem("rate_was_corrected", "per_eur", f"{row.per_eur:f}") if became is RatePut.CORRECTED else became


RATES = Taking(
    shapes={"currency": Shape.TEXT, "rate_date": Shape.TEXT, "per_eur": Shape.NUMBER},
    readers=_readers,
    row_of=_row,
    post=_post,
    name_of=lambda cells: f"{cells['currency']}/{cells['rate_date']}",
)
