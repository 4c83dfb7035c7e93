"""Properties of the order check, whatever the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.money import Money
from credit.domain.check import CheckFacts, OptionCode, PartyFacts, ReleaseOption, run_check
from credit.domain.check_engine import SEVERITY, is_released
from credit.domain.exposure import DEDUCTIONS, ZERO, Component, Exposure, Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.limits import LimitInForce, LimitState
from credit.domain.rules import DEFAULTS, LOCKED, RuleCode, RuleSetting
from credit.domain.terms import DEFAULT_TERMS
from invoices.domain.kinds import Terms
from tests.unit.credit.builders import AS_OF, GOLDEN_PARTS, asked, exposure, limit, party

AMOUNTS = st.integers(0, 800).map(Decimal)
PARTS = st.dictionaries(st.sampled_from(Part), AMOUNTS, max_size=6)
LIMITS = st.builds(
    limit,
    st.integers(0, 1500),
    state=st.sampled_from(LimitState),
    valid_to=st.sampled_from([None, AS_OF - timedelta(days=1), AS_OF]),
)
PARTIES = st.builds(
    party,
    PARTS,
    limit=LIMITS | st.just(limit(500)),
    grade=st.sampled_from([*"ABCDE", None]),
    grade_terms=st.sampled_from([*DEFAULT_TERMS.values(), None]),
    score_age_days=st.sampled_from([1, 200, None]),
    oldest_overdue_days=st.sampled_from([0, 0, 16, 31]),
    overdue_base=AMOUNTS,
    kyc_status=st.sampled_from(["complete", "complete", "incomplete"]),
    screening_result=st.sampled_from(["clear", "clear", "potential", None]),
    screening_age_days=st.sampled_from([1, 1, 31, None]),
    dunning_level=st.sampled_from([0, 0, 20]),
    open_broken_promises=st.integers(0, 1),
    broken_promises_12m=st.integers(0, 2),
    insurance_stop_since=st.sampled_from([None, None, AS_OF]),
    forced_hold=st.sampled_from([False, False, True]),
    receipts_age_working_days=st.sampled_from([0, 0, 4, 8, None]),
    missing_rates=st.sampled_from([(), (), ("JPY",)]),
)
ORDERS = st.builds(
    lambda amount, **more: asked(amount=Money(amount, "USD"), amount_base=amount, **more),
    st.integers(1, 400).map(Decimal),
    checkpoint=st.sampled_from(Checkpoint),
    terms=st.sampled_from(Terms),
    terms_days=st.sampled_from([0, 60, 90, 120]),
    deposit_percent=st.sampled_from([Decimal(0), Decimal(30)]),
    deposit_received_base=st.sampled_from([ZERO, Decimal(30)]),
    ship_date=st.sampled_from([None, AS_OF, AS_OF + timedelta(days=61)]),
    is_secured=st.booleans(),
    is_prepaid=st.sampled_from([False, False, False, True]),
    delivered_base=st.sampled_from([ZERO, Decimal(10)]),
    secured_base=st.sampled_from([ZERO, Decimal(20)]),
)


@st.composite
def rule_settings(draw: st.DrawFn) -> dict[str, RuleSetting]:
    """Settings as people may make them: locked rules stay as they are."""
    free = sorted(set(RuleCode) - LOCKED)
    chosen = draw(st.lists(st.sampled_from(free), max_size=4, unique=True))
    return {
        rule: replace(
            DEFAULTS[rule],
            is_enabled=draw(st.booleans()),
            effect=draw(st.sampled_from([Result.WARN, Result.STOP])),
        )
        for rule in chosen
    }


@st.composite
def any_facts(draw: st.DrawFn) -> CheckFacts:
    return CheckFacts(
        asked=draw(ORDERS),
        buyer=draw(PARTIES),
        as_of=AS_OF,
        group=draw(st.none() | st.builds(party, PARTS, limit=LIMITS)),
        rules=draw(rule_settings()),
    )


# Buyers about whom only the amounts may be wrong: here options are found.
AMOUNT_FACTS = st.builds(
    lambda order, parts, allowed, group: CheckFacts(order, party(parts, limit=allowed), AS_OF, group),
    ORDERS,
    st.dictionaries(st.sampled_from(Part), AMOUNTS, max_size=5).map(lambda parts: {**GOLDEN_PARTS, **parts}),
    st.integers(1, 1500).map(limit),
    st.none() | st.builds(party, PARTS, limit=LIMITS),
)
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@MANY
@given(any_facts())
def test_the_outcome_is_the_worst_result_and_somebody_decides_it(facts: CheckFacts) -> None:
    answer = run_check(facts=facts)
    results = {a.rule: a.result for a in answer.rules}
    assert SEVERITY[answer.outcome] == max(SEVERITY[r] for r in results.values())
    assert len(answer.rules) == len(RuleCode)
    if answer.decided_by is None:
        assert answer.outcome is Result.PASS
    else:
        assert results[answer.decided_by] is answer.outcome


@MANY
@given(any_facts())
def test_no_rule_answers_worse_than_it_found_and_waivers_are_named(facts: CheckFacts) -> None:
    for one in run_check(facts=facts).rules:
        assert SEVERITY[one.result] <= SEVERITY[one.found]
        assert bool(one.waived) is (one.result is not one.found)


@MANY
@given(any_facts())
def test_no_settings_approve_above_the_limit(facts: CheckFacts) -> None:
    answer = run_check(facts=facts)
    horizon = next(a for a in answer.rules if a.rule is RuleCode.HORIZON_USE)
    static = next(a for a in answer.rules if a.rule is RuleCode.STATIC_USE)
    binding = facts.asked.checkpoint not in (Checkpoint.QUOTATION, Checkpoint.INVOICE)
    if answer.outcome is not Result.STOP and binding and not facts.asked.is_prepaid:
        assert Result.PASS in (horizon.found, static.found)


def _more(facts: CheckFacts, part: Part, amount: Decimal) -> CheckFacts:
    def grown(one: PartyFacts) -> PartyFacts:
        added = Component(part, "USD", amount, amount, 1)
        return replace(one, exposure=Exposure("USD", (*one.exposure.components, added)))

    return replace(facts, buyer=grown(facts.buyer), group=facts.group and grown(facts.group))


@MANY
@given(any_facts(), st.sampled_from(sorted(set(Part) - DEDUCTIONS)), AMOUNTS)
def test_more_exposure_never_improves_the_outcome(facts: CheckFacts, part: Part, amount: Decimal) -> None:
    before, after = run_check(facts=facts), run_check(facts=_more(facts, part, amount))
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]


@MANY
@given(any_facts(), AMOUNTS)
def test_a_higher_limit_never_worsens_the_outcome(facts: CheckFacts, amount: Decimal) -> None:
    def raised(one: LimitInForce) -> LimitInForce:
        return replace(one, amount_base=one.amount_base + amount, amount=one.amount + amount)

    higher = replace(facts, buyer=replace(facts.buyer, limit=raised(facts.buyer.limit)))
    assert SEVERITY[run_check(facts=higher).outcome] <= SEVERITY[run_check(facts=facts).outcome]


@MANY
@given(any_facts() | AMOUNT_FACTS)
def test_options_are_offered_only_where_something_stops(facts: CheckFacts) -> None:
    answer = run_check(facts=facts)
    assert not answer.options or not is_released(facts=facts)
    assert [o.code for o in answer.options] == sorted((o.code for o in answer.options), key=list(OptionCode).index)


def _taken(option: ReleaseOption, facts: CheckFacts) -> CheckFacts:
    """The facts as they are once the option has been done, made apart from the engine."""
    params = option.params
    order, buyer, group = facts.asked, facts.buyer, facts.group
    if option.code is OptionCode.PAY_NOW:
        paid = _more(facts, Part.UNAPPLIED_CASH, Decimal(str(params["amount_base"])))
        if not params["overdue_base"]:
            return paid
        return replace(paid, buyer=replace(paid.buyer, overdue_base=ZERO, oldest_overdue_days=0))
    if option.code is OptionCode.DEPOSIT:
        received = Decimal(str(params["amount_base"]))
        percent = max(order.deposit_percent, Decimal(str(params["percent"])))
        is_prepaid = order.is_prepaid or received >= order.amount_base
        order = replace(order, deposit_received_base=received, deposit_percent=percent, is_prepaid=is_prepaid)
    elif option.code is OptionCode.SHIP_LATER:
        order = replace(order, ship_date=AS_OF + timedelta(days=61))
    elif option.code is OptionCode.CONFIRMED_LC:
        secured = Decimal(str(params["amount_base"]))
        order = replace(order, terms=Terms.LC_CONFIRMED, is_secured=True, secured_base=secured)
    else:
        buyer = replace(buyer, limit=limit(params["limit_base"])) if "limit_base" in params else buyer
        if group is not None and "group_limit_base" in params:
            group = replace(group, limit=limit(params["group_limit_base"]))
    return replace(facts, asked=order, buyer=buyer, group=group)


@MANY
@given(any_facts() | AMOUNT_FACTS)
def test_every_option_releases_the_order_once_it_is_done(facts: CheckFacts) -> None:
    for option in run_check(facts=facts).options:
        assert is_released(facts=_taken(option, facts)), option


@MANY
@given(AMOUNT_FACTS)
def test_a_payment_one_unit_smaller_would_not_do(facts: CheckFacts) -> None:
    for option in run_check(facts=facts).options:
        if option.code is OptionCode.PAY_NOW:
            less = Decimal(str(option.params["amount_base"])) - Decimal("0.01")
            assert not is_released(facts=_more(facts, Part.UNAPPLIED_CASH, less))


@MANY
@given(PARTS)
def test_exposure_is_never_negative_and_adds_up(parts: dict[Part, Decimal]) -> None:
    one = exposure(parts)
    assert min(one.net, one.net_in_horizon) >= 0
    assert one.gross - one.deductions == one.balance
    assert one.net == max(0, one.balance)
