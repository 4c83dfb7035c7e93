"""The record of a check: everything that the answer was made from, as it was, in one immutable row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter, methodcaller
from typing import Any

from core.appending import append
from core.domain.rates import RateTable
from core.models import User
from credit.domain.check import Answer, CheckFacts, PartyFacts
from credit.domain.kinds import Result
from credit.models import OrderCheck

ENGINE = "v1"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person, an API client by its label, or the machine (``system``)."""

    user: User | None = None
    label: str = "system"

    @property
    def name(self) -> str:
        """What the records say: the person's name, else the label."""
        return self.user.username if self.user else self.label or "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A check that was made, before it is stored."""

    buyer_id: int
    order_id: int | None
    order_version: int | None
    facts: CheckFacts
    answer: Answer
    rates: RateTable
    said_secured: bool
    known_at: datetime
    cause: str
    is_dry_run: bool


def store_check(made: Made, asker: Asker) -> OrderCheck:
    """Append the record."""
    asked = made.facts.asked
    check = OrderCheck(
        buyer_id=made.buyer_id,
        order_id=made.order_id,
        checkpoint=asked.checkpoint,
        is_dry_run=made.is_dry_run,
        outcome=made.answer.outcome,
        decided_by=made.answer.decided_by or "",
        currency=asked.amount.currency,
        amount=asked.amount.amount,
        asked={**as_json(asked), "order_version": made.order_version, "said_secured": made.said_secured},
        rules=as_json(made.answer.rules),
        exposure=_exposure(made),
        options=as_json(made.answer.options),
        facts=_facts(made),
        engine=ENGINE,
        cause=made.cause,
        as_of=made.facts.as_of,
        known_at=made.known_at,
        recorded_at=made.known_at,
        actor=asker.user,
        actor_label=asker.name,
    )
    return append(check)


def _exposure(made: Made) -> dict[str, Any]:
    """Components, limit and over-by of buyer and group, in base currency."""
    facts = made.facts
    return {
        "base_currency": made.rates.base,
        "added": as_json(facts.asked.added_base),
        "over_by": as_json(made.answer.over_by_base),
        "buyer": _party(facts.buyer),
        "group": _party(facts.group) if facts.group else None,
    }


def _party(party: PartyFacts) -> dict[str, Any]:
    exposure, limit = party.exposure, party.limit
    return {
        "net": as_json(exposure.net),
        "net_in_horizon": as_json(exposure.net_in_horizon),
        "gross": as_json(exposure.gross),
        "deductions": as_json(exposure.deductions),
        "parts": {str(part): as_json(amount) for part, amount in exposure.by_part.items()},
        "components": as_json(exposure.components),
        "limit": as_json(limit),
        "headroom": as_json(limit.allowed_base - exposure.net),
        "headroom_in_horizon": as_json(limit.allowed_base - exposure.net_in_horizon),
    }


def _facts(made: Made) -> dict[str, Any]:
    used = sorted(_currencies(made))
    known = {name: as_json(value) for name, value in _plain(made.facts.buyer).items()}
    return {
        "buyer": known,
        "rates": {c: as_json(made.rates.rates[c]) for c in used if c in made.rates.rates},
        "rules": {str(rule): [str(s.level), s.subject, s.version] for rule, s in made.facts.rules.items()},
    }


def _plain(party: PartyFacts) -> dict[str, Any]:
    """Everything known of the buyer but exposure and limit, which have a place of their own."""
    names = [field.name for field in fields(party) if field.name not in ("exposure", "limit")]
    return {name: getattr(party, name) for name in names}


def _currencies(made: Made) -> set[str]:
    parties = [made.facts.buyer, *([made.facts.group] if made.facts.group else [])]
    seen = {component.currency for party in parties for component in party.exposure.components}
    limits = {party.limit.currency for party in parties if party.limit.currency}
    return seen | limits | {made.facts.asked.amount.currency}


def as_json(value: Any) -> Any:
    """Plain JSON: dataclasses as objects, amounts as text with all their digits, dates as ISO, enums by value."""
    kind = type(value)
    writer = _WRITERS.get(kind) or _WRITERS.setdefault(kind, _writer(kind))
    return writer(value)


# A check writes some four hundred values of about twenty classes.
_WRITERS: dict[type, Callable[[Any], Any]] = {}


def _writer(kind: type) -> Callable[[Any], Any]:
    """How values of a class are written."""
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, Decimal):
        return "{:f}".format
    if issubclass(kind, date):
        return methodcaller("isoformat")
    if issubclass(kind, Mapping):
        return lambda value: {str(as_json(name)): as_json(item) for name, item in value.items()}
    if issubclass(kind, list | tuple | set | frozenset):
        return lambda value: [as_json(item) for item in value]
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda value: {name: as_json(getattr(value, name)) for name in names}
    return lambda value: value


def stops_of(check: OrderCheck) -> list[str]:
    """The rules that stop in a stored check, the deciding one first."""
    stops = [rule["rule"] for rule in check.rules if rule["result"] == Result.STOP]
    return sorted(stops, key=lambda rule: rule != check.decided_by)
