"""Exposure of buyers and groups, live and as of any date, in one statement (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from buyers.models import Buyer
from core.access.scope import SYSTEM, Scope
from core.domain.rates import RateTable
from core.house import end_of_day
from core.queries.prepared import fetch_prepared, planned_once
from core.queries.sql import fetch_all
from credit.domain.exposure import ZERO, Component, Exposure, Part, sum_exposures
from credit.queries.exposure_sql import COMPONENTS, COMPONENTS_SQL, DAILY_SQL
from credit.queries.parties import get_group_records, get_records

HORIZON_DAYS = 60
# Up to so many records are looked up one by one; more are joined as the planner thinks best.
FEW = 200
_ASKED = "asked_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose exposure, on which date, as known when (None: now), with which rates.

    ``records`` maps records of the ledger to the buyers under which they are read. ``asked_order_id`` is the order
    that a check asks about: what of it has not left is told apart, against ``asked_base`` of it.
    """

    records: Mapping[int, int]
    as_of: date
    rates: RateTable
    known_at: datetime | None = None
    horizon_days: int = HORIZON_DAYS
    asked_order_id: int | None = None
    asked_base: Decimal = ZERO

    def params(self) -> dict[str, Any]:
        """The parameters of the statements in :mod:`credit.queries.exposure_sql`."""
        return {
            "record_ids": list(self.records),
            "account_ids": list(self.records.values()),
            "as_of": self.as_of,
            "known_at": self.known_at,
            "moment": moment_of(self.as_of, self.known_at),
            "horizon_end": self.as_of + timedelta(days=self.horizon_days),
            "asked_order_id": self.asked_order_id,
            "asked_base": self.asked_base,
            **self.rates.as_arrays(),
        }


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """What is known of the order that is asked about, beside the exposure; amounts in base currency.

    ``received`` is all that came in for it, by currency, whether it was set against invoices or not.
    """

    delivered_base: Decimal = ZERO
    deposit_base: Decimal = ZERO
    secured_base: Decimal = ZERO
    received_base: Decimal = ZERO
    received: Mapping[str, Decimal] = field(default_factory=dict)
    missing_rates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposures:
    """The answer to a question: exposures by buyer, and the order asked about."""

    by_buyer: Mapping[int, Exposure]
    own_order: OwnOrder = OwnOrder()


@dataclass(frozen=True, slots=True)
class GroupExposure:
    """A group's exposure; ``members`` are those that the scope shows, ``others`` the rest as one sum."""

    total: Exposure
    members: Mapping[int, Exposure]
    others: Exposure | None
    hidden: int


def moment_of(as_of: date, known_at: datetime | None) -> datetime:
    """The last moment of the business day, or the earlier one at which things were known."""
    return end_of_day(as_of) if known_at is None else min(end_of_day(as_of), known_at)


def read_exposures(question: Question) -> Exposures:
    """Every component of every buyer asked for, in one statement."""
    return _read(question, _lines(question))


def read_daily_exposures(question: Question, days: Sequence[date]) -> dict[date, Mapping[int, Exposure]]:
    """The same at the end of each of the days, at the question's rates, in one statement for any number of days."""
    horizon = timedelta(days=question.horizon_days)
    params = question.params() | {
        "days": list(days),
        "moments": [moment_of(day, question.known_at) for day in days],
        "horizon_ends": [day + horizon for day in days],
    }
    lines: dict[date, list[Any]] = {day: [] for day in days}
    for day, *line in fetch_all(DAILY_SQL, params):
        lines[day].append(line)
    return {day: _read(question, found).by_buyer for day, found in lines.items()}


def _lines(question: Question) -> list[Any]:
    if len(question.records) > FEW:
        return fetch_all(COMPONENTS_SQL, question.params())
    with planned_once():
        return fetch_prepared(COMPONENTS, question.params())


def _read(question: Question, lines: Iterable[Any]) -> Exposures:
    found: dict[int, list[Component]] = {pk: [] for pk in set(question.records.values())}
    asked: dict[str, list[tuple[str, Decimal, Decimal | None]]] = {}
    for buyer_id, part, currency, amount, base, rows in lines:
        if part.startswith(_ASKED):
            asked.setdefault(part.removeprefix(_ASKED), []).append((currency, amount, base))
        else:
            found[buyer_id].append(Component(Part(part), currency, amount, base, rows))
    base_currency = question.rates.base
    exposures = {pk: Exposure(base_currency, tuple(parts)) for pk, parts in found.items()}
    return Exposures(exposures, _own_order(asked))


def _own_order(asked: Mapping[str, list[tuple[str, Decimal, Decimal | None]]]) -> OwnOrder:
    def total(part: str) -> Decimal:
        return sum((base or ZERO for _, _, base in asked.get(part, ())), ZERO)

    received: dict[str, Decimal] = {}
    for currency, amount, _ in asked.get("received", ()):
        received[currency] = received.get(currency, ZERO) + amount
    missing = {currency for rows in asked.values() for currency, amount, base in rows if base is None and amount}
    return OwnOrder(
        delivered_base=total("delivered"),
        deposit_base=total("deposits"),
        secured_base=total("secured"),
        received_base=total("received"),
        received=received,
        missing_rates=tuple(sorted(missing)),
    )


def get_exposures(
    buyer_ids: Sequence[int],
    *,
    as_of: date,
    rates: RateTable,
    horizon_days: int = HORIZON_DAYS,
    known_at: datetime | None = None,
) -> dict[int, Exposure]:
    """The exposure of each buyer asked for; a merged duplicate has its survivor's. Two statements for any number."""
    asked, records = get_records(buyer_ids, known_at=known_at)
    question = Question(records=records, as_of=as_of, rates=rates, known_at=known_at, horizon_days=horizon_days)
    found = read_exposures(question).by_buyer if records else {}
    return {pk: found[account] for pk, account in asked.items()}


def group_exposure(
    group_id: int,
    *,
    as_of: date,
    rates: RateTable,
    horizon_days: int = HORIZON_DAYS,
    known_at: datetime | None = None,
    scope: Scope = SYSTEM,
) -> GroupExposure:
    """The sum over all members as they stood on the date; members outside the scope come as one sum."""
    records = get_group_records(group_id, as_of=as_of, known_at=known_at)
    question = Question(records=records, as_of=as_of, rates=rates, known_at=known_at, horizon_days=horizon_days)
    found = read_exposures(question).by_buyer if records else {}
    seen = visible(found, scope)
    others = [exposure for pk, exposure in found.items() if pk not in seen]
    return GroupExposure(
        total=_sum(rates, found.values()),
        members={pk: exposure for pk, exposure in found.items() if pk in seen},
        others=_sum(rates, others) if others else None,
        hidden=len(others),
    )


def visible(buyer_ids: Iterable[int], scope: Scope) -> set[int]:
    """Those of the buyers that the scope shows."""
    wanted = set(buyer_ids)
    if scope.is_everything:
        return wanted
    owned = Buyer.objects.filter(pk__in=wanted, sales_owner_id=scope.sales_owner_id)
    return set(owned.values_list("pk", flat=True))


def _sum(rates: RateTable, members: Iterable[Exposure]) -> Exposure:
    return sum_exposures(base_currency=rates.base, members=members)
