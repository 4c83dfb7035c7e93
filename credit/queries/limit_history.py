"""How limits and exposure moved: the steps and points that charts draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.domain.rates import RateTable
from core.money import Money
from credit.domain.exposure import Exposure
from credit.domain.kinds import LimitKind
from credit.domain.limits import ZERO, LimitInForce, LimitVersion, limit_in_force
from credit.models import CreditLimit
from credit.queries.exposure import Question, read_daily_exposures
from credit.queries.parties import get_records


@dataclass(frozen=True, slots=True)
class LimitStep:
    """From ``day`` on this limit was in force (0 allowed where none was)."""

    day: date
    limit: LimitInForce


@dataclass(frozen=True, slots=True)
class ExposurePoint:
    """Exposure at the end of a day."""

    day: date
    exposure: Exposure


def limit_steps(account_id: int, *, start: date, end: date, rates: RateTable) -> list[LimitStep]:
    """The limit in force from ``start`` to ``end``, a step for each change; in base currency at one table of rates."""
    rows = list(
        CreditLimit.objects.filter(account_id=account_id, valid_from__lte=end).order_by(
            "valid_from", "recorded_at", "pk"
        )
    )
    steps: list[LimitStep] = []
    for day in _days_of_change(rows, start, end):
        limit = limit_in_force(versions=_versions_on(rows, day, rates), as_of=day)
        if not steps or steps[-1].limit != limit:
            steps.append(LimitStep(day, limit))
    return steps


def _days_of_change(rows: Iterable[CreditLimit], start: date, end: date) -> list[date]:
    changes = {start}
    for row in rows:
        changes.add(row.valid_from)
        if row.valid_to is not None:
            changes.add(row.valid_to + timedelta(days=1))
    return sorted(day for day in changes if start <= day <= end)


def _versions_on(rows: Iterable[CreditLimit], day: date, rates: RateTable) -> list[LimitVersion]:
    latest = {row.kind: row for row in rows if row.valid_from <= day}
    return [
        LimitVersion(LimitKind(row.kind), row.currency, row.amount, _base(row, rates), row.valid_to)
        for row in latest.values()
    ]


def _base(row: CreditLimit, rates: RateTable) -> Decimal:
    return rates.convert(Money(row.amount, row.currency)).amount if row.currency in rates.rates else ZERO


def exposure_points(buyer_id: int, *, days: Sequence[date], rates: RateTable) -> list[ExposurePoint]:
    """A buyer's exposure at the end of each day, all at one table of rates; two statements for any number of days."""
    asked, records = get_records([buyer_id])
    found = read_daily_exposures(Question(records=records, as_of=rates.as_of, rates=rates), days)
    return [ExposurePoint(day, found[day][asked[buyer_id]]) for day in days]
