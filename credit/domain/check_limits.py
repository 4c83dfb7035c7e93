"""Rules about limits: use by all orders, use inside the horizon, the group, the order's value (domain.md section 4)."""

from __future__ import annotations

from decimal import Decimal

from credit.domain.check_answers import Figure, Fix, RuleAnswer
from credit.domain.check_codes import Cause, FixCode, Unit
from credit.domain.check_facts import CheckFacts, PartyFacts
from credit.domain.exposure import ZERO, Part
from credit.domain.kinds import Result
from credit.domain.limits import LimitState
from credit.domain.rules import RuleCode

USE_RULES = frozenset({RuleCode.STATIC_USE, RuleCode.HORIZON_USE, RuleCode.GROUP_LIMIT})


def blocking_uses(facts: CheckFacts) -> tuple[RuleCode, ...]:
    """Which of the two uses may stop: static if it is set so, and the horizon if it is set so **or nothing else is**.

    No setting lets an order be approved above the limit.
    """
    stops = [rule for rule in (RuleCode.STATIC_USE, RuleCode.HORIZON_USE) if _may_stop(rule, facts)]
    return tuple(stops) or (RuleCode.HORIZON_USE,)


def _may_stop(rule: RuleCode, facts: CheckFacts) -> bool:
    setting = facts.setting(rule)
    return setting.is_enabled and setting.effect is Result.STOP


def static_use_amount(*, party: PartyFacts, facts: CheckFacts) -> Decimal:
    """max(0, gross − deductions, all orders + what the new order adds), in base currency.

    Example (thousands): 310 + 60 + 90 + 120 + 80 = 660.
    """
    return max(ZERO, party.exposure.balance + facts.asked.added_base)


def horizon_use_amount(*, party: PartyFacts, facts: CheckFacts) -> Decimal:
    """The same without what ships beyond the horizon, the new order included only if it ships inside.

    Example (thousands): 310 + 60 + 90 + 80 = 540; with a deposit of 24 received 516.
    """
    added = facts.asked.added_base if facts.ships_in_horizon else ZERO
    return max(ZERO, party.exposure.balance_in_horizon + added)


def use_amount(*, rule: RuleCode, party: PartyFacts, facts: CheckFacts) -> Decimal:
    """The use of a limit by one of the two measures."""
    measure = static_use_amount if rule is RuleCode.STATIC_USE else horizon_use_amount
    return measure(party=party, facts=facts)


def blocking_use_amount(*, party: PartyFacts, facts: CheckFacts) -> Decimal:
    """The use that a limit must hold: the greater one if both measures stop."""
    return max(use_amount(rule=rule, party=party, facts=facts) for rule in blocking_uses(facts))


def static_use(facts: CheckFacts) -> RuleAnswer:
    """Static use of the limit, all orders: above it stop. Example: 660 against 500 is over by 160."""
    return _use(RuleCode.STATIC_USE, facts)


def horizon_use(facts: CheckFacts) -> RuleAnswer:
    """Dynamic use, orders shipping inside the horizon: above the limit stop. Example: 540 against 500, over by 40."""
    return _use(RuleCode.HORIZON_USE, facts)


def _use(rule: RuleCode, facts: CheckFacts) -> RuleAnswer:
    used = use_amount(rule=rule, party=facts.buyer, facts=facts)
    return _against_limit(rule, used, facts.buyer, facts)


def group_limit(facts: CheckFacts) -> RuleAnswer:
    """Use of the group's limit by all its members, by the measure that stops the buyer; no group limit, no finding."""
    if facts.group is None:
        return RuleAnswer(RuleCode.GROUP_LIMIT, Result.PASS, unit=Unit.BASE, cause=Cause.NO_GROUP_LIMIT)
    used = blocking_use_amount(party=facts.group, facts=facts)
    return _against_limit(RuleCode.GROUP_LIMIT, used, facts.group, facts)


def _against_limit(rule: RuleCode, used: Decimal, party: PartyFacts, facts: CheckFacts) -> RuleAnswer:
    limit = party.limit.allowed_base
    over = max(ZERO, used - limit)
    return RuleAnswer(
        rule,
        Result.STOP if over else Result.PASS,
        measured=used,
        threshold=limit,
        data={**_figures(party, facts), "over_by": over},
        age_days=0,
        fix=Fix(FixCode.REDUCE_USE, {"over_by": over}) if over else None,
        unit=Unit.BASE,
        cause=Cause.OVER_LIMIT if over else Cause.WITHIN_LIMIT,
    )


def _figures(party: PartyFacts, facts: CheckFacts) -> dict[str, Figure]:
    exposure, asked = party.exposure, facts.asked
    return {
        "gross": exposure.gross,
        "deductions": exposure.deductions,
        "orders_later": exposure.by_part[Part.ORDERS_LATER],
        "order": asked.remaining_base,
        "order_deposit": asked.deposit_received_base,
        "order_secured": asked.secured_base,
        "horizon_end": facts.horizon_end.isoformat(),
        "limit_state": party.limit.state,
        "valid_to": party.limit.valid_to.isoformat() if party.limit.valid_to else None,
    }


def limit_missing(facts: CheckFacts) -> RuleAnswer:
    """No limit was ever set, or it was taken away (0): stop."""
    limit = facts.buyer.limit
    is_missing = limit.state is LimitState.MISSING or (limit.state is LimitState.IN_FORCE and limit.amount_base <= 0)
    given = Cause.LIMIT_ENDED if limit.state is LimitState.EXPIRED else Cause.LIMIT_IN_FORCE
    cause = Cause.NO_LIMIT if is_missing else given
    return _state(RuleCode.LIMIT_MISSING, facts, is_found=is_missing, cause=cause)


def limit_expired(facts: CheckFacts) -> RuleAnswer:
    """The limit has ended (its last day is included): stop."""
    limit = facts.buyer.limit
    has_ended = limit.state is not LimitState.MISSING and limit.valid_to is not None and limit.valid_to < facts.as_of
    is_expired = limit.state is LimitState.EXPIRED or has_ended
    cause = Cause.LIMIT_ENDED if is_expired else Cause.NO_LIMIT_ENDED
    return _state(RuleCode.LIMIT_EXPIRED, facts, is_found=is_expired, cause=cause)


def _state(rule: RuleCode, facts: CheckFacts, *, is_found: bool, cause: Cause) -> RuleAnswer:
    limit = facts.buyer.limit
    ended = limit.valid_to if limit.valid_to and limit.valid_to < facts.as_of else None
    return RuleAnswer(
        rule,
        Result.STOP if is_found else Result.PASS,
        measured=limit.state,
        threshold=LimitState.IN_FORCE,
        data={"valid_to": limit.valid_to.isoformat() if limit.valid_to else None},
        age_days=(facts.as_of - ended).days if ended else None,
        fix=Fix(FixCode.REQUEST_LIMIT) if is_found else None,
        cause=cause,
    )


def order_value(facts: CheckFacts) -> RuleAnswer:
    """One order above the firm's cap: stop. Excluded until the firm sets its own number."""
    cap, value = facts.setting(RuleCode.ORDER_VALUE).number("max_base"), facts.asked.amount_base
    return RuleAnswer(
        RuleCode.ORDER_VALUE,
        Result.STOP if value > cap else Result.PASS,
        measured=value,
        threshold=cap,
        data={"amount": facts.asked.amount.amount, "currency": facts.asked.amount.currency},
        age_days=0,
        fix=Fix(FixCode.SMALLER_ORDER, {"max_base": cap}) if value > cap else None,
        unit=Unit.BASE,
        cause=Cause.ORDER_TOO_LARGE if value > cap else Cause.ORDER_VALUE_FITS,
    )
