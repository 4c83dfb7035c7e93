"""What would release an order: a fixed set, each tried by running all rules with it (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from core.money import minor_digits
from credit.domain.check_answers import ReleaseOption
from credit.domain.check_codes import OptionCode
from credit.domain.check_engine import is_released
from credit.domain.check_facts import Asked, CheckFacts, PartyFacts
from credit.domain.check_limits import blocking_use_amount
from credit.domain.exposure import PAID_ALREADY, SHIPPED, ZERO, Component, Exposure, Part
from credit.domain.kinds import Checkpoint
from credit.domain.limits import LimitInForce, LimitState
from invoices.domain.kinds import Terms

HUNDRED = Decimal(100)

# An option together with the facts as they would be.
Candidate = tuple[ReleaseOption, CheckFacts]


def release_options(*, facts: CheckFacts) -> tuple[ReleaseOption, ...]:
    """Options with which **all** blocking rules pass, each with the smallest figure that does; () if nothing stops.

    Golden (thousands), limit 500 and use 540 by a new order of 80: pay 40 now · deposit 50 % received · ship beyond the
    horizon · temporary limit of 540 · confirmed L/C for the order. None at the invoice: those goods have left.
    """
    if facts.asked.checkpoint is Checkpoint.INVOICE or is_released(facts=facts):
        return ()
    first = (next(_released(candidates(facts)), None) for candidates in _CANDIDATES)
    return tuple(option for option in first if option is not None)


def _released(candidates: Iterator[Candidate]) -> Iterator[ReleaseOption]:
    return (option for option, changed in candidates if is_released(facts=changed))


def over_amount(*, facts: CheckFacts) -> Decimal:
    """By how much the blocking use exceeds the limit of the buyer or of the group, the greater one; base currency."""
    parties = [facts.buyer] if facts.group is None else [facts.buyer, facts.group]
    return max(ZERO, *(_over(party, facts) for party in parties))


def _over(party: PartyFacts, facts: CheckFacts) -> Decimal:
    return blocking_use_amount(party=party, facts=facts) - party.limit.allowed_base


def _pay_now(facts: CheckFacts) -> Iterator[Candidate]:
    over, overdue = _up(over_amount(facts=facts), facts), facts.buyer.overdue_base
    for amount, clears in ((over, False), (max(over, _up(overdue, facts)), True)):
        if 0 < amount <= _debt(facts.buyer.exposure):
            params = {"amount_base": amount, "overdue_base": overdue if clears else ZERO}
            yield ReleaseOption(OptionCode.PAY_NOW, params), _paid(facts, amount, clears=clears)


def _debt(exposure: Exposure) -> Decimal:
    sums = exposure.by_part
    return sum((sums[part] for part in SHIPPED), ZERO) - sum((sums[part] for part in PAID_ALREADY), ZERO)


def _paid(facts: CheckFacts, amount: Decimal, *, clears: bool) -> CheckFacts:
    buyer = replace(facts.buyer, exposure=_with_cash(facts.buyer.exposure, amount))
    if clears:
        buyer = replace(buyer, oldest_overdue_days=0, overdue_base=ZERO)
    group = facts.group and replace(facts.group, exposure=_with_cash(facts.group.exposure, amount))
    return replace(facts, buyer=buyer, group=group)


def _with_cash(exposure: Exposure, amount: Decimal) -> Exposure:
    cash = Component(Part.UNAPPLIED_CASH, exposure.base_currency, amount, amount)
    return replace(exposure, components=(*exposure.components, cash))


def _deposit(facts: CheckFacts) -> Iterator[Candidate]:
    asked = facts.asked
    if asked.amount_base <= 0:
        return
    over = over_amount(facts=facts)
    needed = (asked.deposit_received_base + over) / asked.amount_base * 100
    by_grade = facts.buyer.grade_terms.deposit_percent if facts.buyer.grade_terms else ZERO
    for percent in sorted({_whole_up(needed), _whole_up(by_grade), _whole_up(max(needed, by_grade)), HUNDRED}):
        received = _up(asked.amount_base * percent / 100, facts)
        if asked.deposit_received_base < received and percent <= HUNDRED:
            yield _deposit_option(asked, percent, received), replace(facts, asked=_deposited(asked, percent, received))


def _deposit_option(asked: Asked, percent: Decimal, received: Decimal) -> ReleaseOption:
    missing = received - asked.deposit_received_base
    params = {"percent": percent, "amount_base": received, "missing_base": missing}
    return ReleaseOption(OptionCode.DEPOSIT, params)


def _deposited(asked: Asked, percent: Decimal, received: Decimal) -> Asked:
    return replace(
        asked,
        deposit_percent=max(asked.deposit_percent, percent),
        deposit_received_base=received,
        is_prepaid=asked.is_prepaid or received >= asked.amount_base,
    )


def _ship_later(facts: CheckFacts) -> Iterator[Candidate]:
    if facts.asked.checkpoint is Checkpoint.SHIPMENT or not facts.ships_in_horizon:
        return
    day = facts.horizon_end + timedelta(days=1)
    option = ReleaseOption(OptionCode.SHIP_LATER, {"from": day.isoformat()})
    yield option, replace(facts, asked=replace(facts.asked, ship_date=day))


def _temporary_limit(facts: CheckFacts) -> Iterator[Candidate]:
    until, params, changed = _until(facts), dict[str, Decimal | str](), facts
    if _over(facts.buyer, facts) > 0:
        needed = _needed(facts.buyer, facts)
        params["limit_base"] = needed
        changed = replace(changed, buyer=_limited(facts.buyer, needed, until))
    if facts.group is not None and _over(facts.group, facts) > 0:
        needed = _needed(facts.group, facts)
        params["group_limit_base"] = needed
        changed = replace(changed, group=_limited(facts.group, needed, until))
    if params:
        yield ReleaseOption(OptionCode.TEMPORARY_LIMIT, {**params, "until": until.isoformat()}), changed


def _needed(party: PartyFacts, facts: CheckFacts) -> Decimal:
    return _up(blocking_use_amount(party=party, facts=facts), facts)


def _limited(party: PartyFacts, amount: Decimal, until: date) -> PartyFacts:
    limit = LimitInForce(
        amount_base=amount,
        currency=party.exposure.base_currency,
        amount=amount,
        valid_to=until,
        state=LimitState.IN_FORCE,
        is_temporary=True,
    )
    return replace(party, limit=limit)


def _until(facts: CheckFacts) -> date:
    """The day on which the order would be paid: a limit that ends before would stop it again at shipment."""
    ships = max(facts.as_of, facts.asked.ship_date or facts.horizon_end)
    return ships + timedelta(days=facts.asked.terms_days)


def _confirmed_lc(facts: CheckFacts) -> Iterator[Candidate]:
    asked = facts.asked
    amount = max(ZERO, asked.remaining_base - asked.deposit_received_base)
    if amount <= asked.secured_base and asked.terms is Terms.LC_CONFIRMED:
        return
    secured = replace(asked, terms=Terms.LC_CONFIRMED, is_secured=True, secured_base=amount)
    yield ReleaseOption(OptionCode.CONFIRMED_LC, {"amount_base": _up(amount, facts)}), replace(facts, asked=secured)


def _up(amount: Decimal, facts: CheckFacts) -> Decimal:
    """Rounded up to minor units of base currency: rounded down it would not release."""
    digits = minor_digits(facts.buyer.exposure.base_currency)
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_CEILING)


def _whole_up(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal(1), rounding=ROUND_CEILING)


_CANDIDATES: tuple[Callable[[CheckFacts], Iterator[Candidate]], ...] = (
    _pay_now,
    _deposit,
    _ship_later,
    _temporary_limit,
    _confirmed_lc,
)
