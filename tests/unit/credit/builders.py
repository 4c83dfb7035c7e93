"""The golden order of domain.md section 4 (thousands of USD), and facts made from it by what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.money import Money
from credit.domain.check import Answer, Asked, CheckFacts, LimitInForce, LimitState, PartyFacts, RuleAnswer, run_check
from credit.domain.exposure import Component, Exposure, Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.rules import DEFAULTS, RuleCode, RuleSetting
from credit.domain.terms import DEFAULT_TERMS
from invoices.domain.kinds import Terms

AS_OF = date(2026, 6, 1)
GOLDEN_PARTS = {
    Part.RECEIVABLES: 310,
    Part.DELIVERED_NOT_INVOICED: 60,
    Part.ORDERS: 90,
    Part.ORDERS_LATER: 120,
}


def exposure(parts: dict[Part, Any] | None = None, **more: Any) -> Exposure:
    """An exposure of one component a part, in base currency."""
    components = (
        Component(part, "USD", Decimal(amount), Decimal(amount), rows=1) for part, amount in (parts or {}).items()
    )
    return Exposure("USD", tuple(components), **more)


def limit(amount: Any, **more: Any) -> LimitInForce:
    """A limit in force."""
    known = {"amount_base": Decimal(amount), "currency": "USD", "amount": Decimal(amount), "state": LimitState.IN_FORCE}
    return LimitInForce(**{**known, **more})


def asked(**more: Any) -> Asked:
    """The golden new order: 80 on open account, shipping inside the horizon."""
    known: dict[str, Any] = {
        "checkpoint": Checkpoint.ORDER,
        "amount": Money(Decimal(80), "USD"),
        "amount_base": Decimal(80),
        "terms": Terms.OPEN_ACCOUNT,
        "terms_days": 60,
        "ship_date": AS_OF + timedelta(days=30),
    }
    return Asked(**{**known, **more})


def party(parts: dict[Part, Any] | None = None, **more: Any) -> PartyFacts:
    """A buyer of grade A about whom everything is known and nothing is wrong."""
    known: dict[str, Any] = {
        "exposure": exposure(GOLDEN_PARTS if parts is None else parts),
        "limit": limit(500),
        "grade": "A",
        "grade_terms": DEFAULT_TERMS["A"],
        "score_age_days": 1,
        "kyc_status": "complete",
        "screening_result": "clear",
        "screening_age_days": 1,
        "receipts_age_working_days": 0,
    }
    return PartyFacts(**{**known, **more})


def facts(
    *, buyer: PartyFacts | None = None, group: PartyFacts | None = None, rules: Any = None, **order: Any
) -> CheckFacts:
    """Facts of the golden order with what is given in place of it."""
    return CheckFacts(
        asked=asked(**order),
        buyer=buyer if buyer is not None else party(),
        as_of=AS_OF,
        group=group,
        rules=rules or {},
    )


def quiet(**more: Any) -> PartyFacts:
    """A buyer that owes nothing: no rule about amounts speaks."""
    return party({}, **more)


def answer_of(rule: RuleCode, **what: Any) -> RuleAnswer:
    """What one rule answers."""
    return next(answer for answer in check(**what).rules if answer.rule is rule)


def result_of(rule: RuleCode, **what: Any) -> Result:
    """The result of one rule."""
    return answer_of(rule, **what).result


def check(**what: Any) -> Answer:
    """The answer of the engine."""
    return run_check(facts=facts(**what))


def setting(rule: RuleCode, **changes: Any) -> dict[str, RuleSetting]:
    """One rule set otherwise; ``numbers`` are merged into the handbook's."""
    numbers = {name: Decimal(str(value)) for name, value in changes.pop("numbers", {}).items()}
    return {rule: replace(DEFAULTS[rule], numbers={**DEFAULTS[rule].numbers, **numbers}, **changes)}


def stops(answer: Answer) -> set[str]:
    """The rules that stop."""
    return {a.rule.value for a in answer.rules if a.result is Result.STOP}


def warns(answer: Answer) -> set[str]:
    """The rules that warn."""
    return {a.rule.value for a in answer.rules if a.result is Result.WARN}
