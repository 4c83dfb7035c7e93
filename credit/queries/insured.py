"""Insured limits as exposure needs them: in base currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core.domain.rates import RateTable
from core.money import Money
from cover.queries.insured import InsuredInForce, insured_limits_in_force
from credit.domain.exposure import Cover


def covers_in_force(
    buyer_ids: Sequence[int], *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> dict[int, list[Cover]]:
    """What insurers cover of each buyer, for :meth:`Exposure.uninsured`.

    A limit in a currency without a usable rate covers nothing: cover is never guessed.
    """
    found = insured_limits_in_force(buyer_ids, as_of=as_of, known_at=known_at)
    return {pk: [_cover(one, rates) for one in limits if one.currency in rates.rates] for pk, limits in found.items()}


def _cover(limit: InsuredInForce, rates: RateTable) -> Cover:
    return Cover(rates.convert(Money(limit.amount, limit.currency)).amount, limit.percent)
