"""The order check as a whole: the golden figures, the outcome, precedence, checkpoints, prepayment."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.money import Money
from credit.domain.check import Asked, CheckFacts, OptionCode, PartyFacts, run_check
from credit.domain.check_engine import RULES
from credit.domain.exposure import Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.rules import LOCKED, RuleCode
from credit.domain.terms import DEFAULT_TERMS
from invoices.domain.kinds import Terms
from tests.unit.credit.builders import (
    AS_OF,
    GOLDEN_PARTS,
    answer_of,
    asked,
    check,
    exposure,
    facts,
    limit,
    party,
    quiet,
    setting,
    stops,
    warns,
)

STATIC_BLOCKS = {
    **setting(RuleCode.STATIC_USE, effect=Result.STOP),
    **setting(RuleCode.HORIZON_USE, effect=Result.WARN),
}
RUINED: dict[str, Any] = {
    "limit": limit(0),
    "grade": "E",
    "grade_terms": DEFAULT_TERMS["E"],
    "oldest_overdue_days": 99,
    "overdue_base": Decimal(50),
    "kyc_status": "incomplete",
    "dunning_level": 30,
    "broken_promises_12m": 5,
    "receipts_age_working_days": 9,
    "score_age_days": 400,
}


def test_the_golden_order_stops_by_the_horizon_and_warns_by_all_orders() -> None:
    answer = check()
    static, horizon = (
        next(a for a in answer.rules if a.rule is rule) for rule in (RuleCode.STATIC_USE, RuleCode.HORIZON_USE)
    )
    assert (static.measured, static.threshold, static.data["over_by"]) == (660, 500, 160)
    assert (horizon.measured, horizon.threshold, horizon.data["over_by"]) == (540, 500, 40)
    assert (static.result, horizon.result) == (Result.WARN, Result.STOP)
    assert (answer.outcome, answer.decided_by, answer.over_by_base) == (Result.STOP, RuleCode.HORIZON_USE, 40)


def test_the_golden_order_with_30_percent_received_is_over_by_16() -> None:
    answer = check(deposit_percent=Decimal(30), deposit_received_base=Decimal(24))
    assert answer_of(RuleCode.HORIZON_USE, deposit_received_base=Decimal(24)).measured == 516
    assert answer.over_by_base == 16


def test_an_agreed_deposit_counts_only_when_it_is_received() -> None:
    assert answer_of(RuleCode.HORIZON_USE, deposit_percent=Decimal(30)).measured == 540


def test_where_all_orders_are_set_to_stop_the_order_is_over_by_160() -> None:
    answer = check(rules=STATIC_BLOCKS)
    assert (stops(answer), warns(answer)) == ({"static_use"}, {"horizon_use"})
    assert (answer.decided_by, answer.over_by_base) == (RuleCode.STATIC_USE, 160)


def test_no_setting_lets_an_order_be_approved_above_the_limit() -> None:
    off = {**setting(RuleCode.HORIZON_USE, is_enabled=False), **setting(RuleCode.STATIC_USE, is_enabled=False)}
    assert stops(check(rules=off)) == {"horizon_use"}
    assert stops(check(rules=setting(RuleCode.HORIZON_USE, effect=Result.WARN))) == {"horizon_use"}


def test_every_rule_answers_once_whatever_is_wrong() -> None:
    for answer in (check(), check(buyer=party(**RUINED)), check(is_prepaid=True)):
        assert [a.rule for a in answer.rules] == list(RULES) == list(RuleCode)


def test_a_buyer_of_whom_nothing_is_known_is_never_approved() -> None:
    answer = check(buyer=PartyFacts(exposure()))
    assert stops(answer) == {
        "screening_age",
        "stale_data",
        "kyc",
        "limit_missing",
        "horizon_use",
        "score_grade",
        "terms",
    }
    assert warns(answer) == {"static_use", "score_age"}
    nothing = {a.rule.value: a.measured for a in answer.rules}
    assert (nothing["oldest_overdue"], nothing["dunning_level"], nothing["broken_promises"]) == (0, 0, 0)
    assert next(a for a in answer.rules if a.rule is RuleCode.BROKEN_PROMISES).data == {"open": 0, "in_12_months": 0}


def test_an_order_of_which_only_the_amount_is_known_is_open_account_at_once() -> None:
    bare = Asked(Checkpoint.ORDER, Money(Decimal(80), "USD"), Decimal(80), Terms.OPEN_ACCOUNT)
    answer = run_check(facts=CheckFacts(bare, quiet(), AS_OF))
    assert next(a for a in answer.rules if a.rule is RuleCode.TERMS).measured == "open_account/0/0.00"
    assert (bare.added_base, answer.outcome) == (80, Result.PASS)


def test_all_that_is_wrong_is_said_not_only_the_first() -> None:
    answer = check(buyer=party(**RUINED), group=party(limit=limit(1)))
    assert stops(answer) == {
        "stale_data",
        "kyc",
        "limit_missing",
        "horizon_use",
        "group_limit",
        "oldest_overdue",
        "dunning_level",
        "broken_promises",
        "score_grade",
        "terms",
    }
    assert warns(answer) == {"static_use", "overdue_amount_age", "score_age"}


def test_a_rule_that_stops_or_warns_says_what_would_help() -> None:
    answer = check(buyer=party(**RUINED, screening_result=None, screening_age_days=None, forced_hold=True))
    for one in answer.rules:
        assert (one.fix is not None) is (one.found is not Result.PASS), one.rule
        assert one.cause, one.rule


def test_a_buyer_without_anything_wrong_passes() -> None:
    answer = check(buyer=quiet())
    assert (answer.outcome, answer.decided_by, answer.options, answer.over_by_base) == (Result.PASS, None, (), 0)


def test_a_warning_goes_and_says_which_rule_warns() -> None:
    answer = check(buyer=quiet(score_age_days=101))
    assert (answer.outcome, answer.decided_by) == (Result.WARN, RuleCode.SCORE_AGE)


ONE_OF_EACH: list[tuple[RuleCode, dict[str, Any]]] = [
    (RuleCode.SANCTIONS, {"screening_result": "confirmed"}),
    (RuleCode.SCREENING_AGE, {"screening_age_days": 31}),
    (RuleCode.FORCED_HOLD, {"forced_hold": True}),
    (RuleCode.INSURANCE_STOP, {"insurance_stop_since": AS_OF}),
    (RuleCode.LIMIT_MISSING, {"limit": limit(0)}),
    (RuleCode.OLDEST_OVERDUE, {"oldest_overdue_days": 31}),
    (RuleCode.SCORE_AGE, {"score_age_days": 101}),
]


@pytest.mark.parametrize("first", range(len(ONE_OF_EACH)))
def test_precedence_is_sanctions_hold_insurance_credit_warnings(first: int) -> None:
    wrong = {name: value for _rule, change in ONE_OF_EACH[first:] for name, value in change.items()}
    assert check(buyer=quiet(**wrong)).decided_by is ONE_OF_EACH[first][0]


def test_a_stop_decides_before_a_warning_of_higher_rank() -> None:
    wrong = quiet(receipts_age_working_days=3, oldest_overdue_days=31)
    assert check(buyer=wrong).decided_by is RuleCode.OLDEST_OVERDUE


@pytest.mark.parametrize(
    ("group_limit", "decides", "over"), [(530, RuleCode.HORIZON_USE, 40), (490, RuleCode.GROUP_LIMIT, 50)]
)
def test_the_tighter_of_buyer_and_group_wins(group_limit: int, decides: RuleCode, over: int) -> None:
    answer = check(group=party(limit=limit(group_limit)))
    assert stops(answer) == {"horizon_use", "group_limit"}
    assert (answer.decided_by, answer.over_by_base) == (decides, over)


def test_the_group_alone_may_stop() -> None:
    answer = check(buyer=party(limit=limit(1000)), group=party(limit=limit(539)))
    assert (stops(answer), answer.over_by_base) == ({"group_limit"}, 1)


def test_the_group_is_measured_as_its_buyer_is() -> None:
    by_all_orders = check(rules=STATIC_BLOCKS, buyer=party(limit=limit(1000)), group=party(limit=limit(600)))
    assert (stops(by_all_orders), by_all_orders.over_by_base) == ({"group_limit"}, 60)
    by_horizon = check(buyer=party(limit=limit(1000)), group=party(limit=limit(600)))
    assert stops(by_horizon) == set()
    both = {**STATIC_BLOCKS, **setting(RuleCode.HORIZON_USE)}
    assert answer_of(RuleCode.GROUP_LIMIT, rules=both, group=party(limit=limit(600))).measured == 660


def test_a_group_whose_limit_was_taken_away_or_has_ended_stops() -> None:
    for state in ("missing", "expired"):
        assert "group_limit" in stops(check(buyer=quiet(), group=quiet(limit=limit(9000, state=state))))


@pytest.mark.parametrize("checkpoint", [Checkpoint.QUOTATION, Checkpoint.INVOICE])
def test_quotation_and_invoice_only_warn_even_of_sanctions_and_forced_holds(checkpoint: Checkpoint) -> None:
    answer = check(buyer=party(**RUINED, screening_result="confirmed", forced_hold=True), checkpoint=checkpoint)
    assert (answer.outcome, answer.decided_by, stops(answer)) == (Result.WARN, RuleCode.SANCTIONS, set())
    hold = next(a for a in answer.rules if a.rule is RuleCode.FORCED_HOLD)
    assert (hold.result, hold.found, hold.waived) == (Result.WARN, Result.STOP, checkpoint)


@pytest.mark.parametrize("checkpoint", [Checkpoint.ORDER, Checkpoint.PRODUCTION, Checkpoint.SHIPMENT])
def test_order_production_and_shipment_stop(checkpoint: Checkpoint) -> None:
    assert check(checkpoint=checkpoint).outcome is Result.STOP


def test_a_quotation_that_would_be_over_says_by_how_much_and_what_would_release_it() -> None:
    answer = check(checkpoint=Checkpoint.QUOTATION)
    assert (answer.over_by_base, len(answer.options)) == (40, 5)


def test_prepaid_passes_the_credit_rules_and_still_shows_what_was_measured() -> None:
    answer = check(is_prepaid=True)
    horizon = next(a for a in answer.rules if a.rule is RuleCode.HORIZON_USE)
    assert (answer.outcome, answer.over_by_base, answer.options) == (Result.PASS, 0, ())
    assert (horizon.result, horizon.found, horizon.waived, horizon.measured) == (
        Result.PASS,
        Result.STOP,
        "prepaid",
        540,
    )


def test_prepaid_passes_every_credit_rule_at_once() -> None:
    wrong = {**RUINED, "grade": "D", "grade_terms": DEFAULT_TERMS["D"], "kyc_status": "complete"}
    assert check(buyer=party(**wrong), group=party(limit=limit(1)), is_prepaid=True).outcome is Result.PASS


def test_prepaid_passes_although_the_buyer_was_never_scored() -> None:
    new = party({}, limit=limit(0), grade=None, grade_terms=None, score_age_days=None)
    assert check(buyer=new, is_prepaid=True).outcome is Result.PASS


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"screening_result": "confirmed"}, RuleCode.SANCTIONS),
        ({"screening_result": "potential"}, RuleCode.SANCTIONS),
        ({"screening_age_days": None}, RuleCode.SCREENING_AGE),
        ({"forced_hold": True}, RuleCode.FORCED_HOLD),
        ({"insurance_stop_since": AS_OF}, RuleCode.INSURANCE_STOP),
        ({"kyc_status": "incomplete"}, RuleCode.KYC),
        ({"grade": "E"}, RuleCode.SCORE_GRADE),
        ({"missing_rates": ("JPY",)}, RuleCode.STALE_DATA),
    ],
)
def test_money_paid_ahead_does_not_answer_this(wrong: dict[str, Any], rule: RuleCode) -> None:
    answer = check(buyer=quiet(**wrong), is_prepaid=True)
    assert (answer.outcome, answer.decided_by, answer.options) == (Result.STOP, rule, ())


def test_an_excluded_rule_runs_and_does_not_count() -> None:
    off = setting(RuleCode.DUNNING_LEVEL, is_enabled=False)
    one = answer_of(RuleCode.DUNNING_LEVEL, buyer=quiet(dunning_level=30), rules=off)
    assert (one.result, one.found, one.waived, one.measured) == (Result.PASS, Result.STOP, "excluded", 30)


def test_a_rule_set_to_warn_warns_where_it_would_stop() -> None:
    soft = setting(RuleCode.DUNNING_LEVEL, effect=Result.WARN)
    one = answer_of(RuleCode.DUNNING_LEVEL, buyer=quiet(dunning_level=30), rules=soft)
    assert (one.result, one.found, one.waived) == (Result.WARN, Result.STOP, "warns_only")


def test_locked_rules_stop_by_default() -> None:
    assert {rule.value for rule in LOCKED} == {
        "sanctions",
        "screening_age",
        "forced_hold",
        "insurance_stop",
        "group_limit",
    }


def test_an_order_beyond_the_horizon_is_measured_with_all_orders_only() -> None:
    later = {"ship_date": AS_OF + timedelta(days=61)}
    assert answer_of(RuleCode.HORIZON_USE, **later).measured == 460
    assert answer_of(RuleCode.STATIC_USE, **later).measured == 660


@pytest.mark.parametrize(
    ("order", "measured"),
    [
        ({"ship_date": AS_OF + timedelta(days=60)}, 540),
        ({"ship_date": None}, 540),
        ({"ship_date": AS_OF - timedelta(days=5)}, 540),
        ({"ship_date": AS_OF + timedelta(days=400), "checkpoint": Checkpoint.SHIPMENT}, 540),
        ({"ship_date": AS_OF + timedelta(days=400), "checkpoint": Checkpoint.INVOICE}, 540),
        ({"ship_date": AS_OF + timedelta(days=400), "checkpoint": Checkpoint.PRODUCTION}, 460),
    ],
)
def test_the_last_day_no_day_and_the_shipment_itself_are_inside_the_horizon(
    order: dict[str, Any], measured: int
) -> None:
    assert answer_of(RuleCode.HORIZON_USE, **order).measured == measured


def test_the_horizon_is_a_setting() -> None:
    shorter = setting(RuleCode.HORIZON_USE, numbers={"horizon_days": 29})
    assert answer_of(RuleCode.HORIZON_USE, rules=shorter).measured == 460
    assert facts(rules=shorter).horizon_end == AS_OF + timedelta(days=29)


@pytest.mark.parametrize(
    ("order", "added"),
    [
        ({}, 80),
        ({"delivered_base": Decimal(30)}, 50),
        ({"delivered_base": Decimal(95)}, 0),
        ({"secured_base": Decimal(80)}, 0),
        ({"secured_base": Decimal(300)}, 0),
        ({"secured_base": Decimal(20), "deposit_received_base": Decimal(24)}, 36),
        ({"delivered_base": Decimal(80), "deposit_received_base": Decimal(10)}, -10),
    ],
)
def test_an_order_adds_what_is_neither_delivered_nor_secured_nor_paid(order: dict[str, Any], added: int) -> None:
    assert asked(**order).added_base == added


def test_exposure_after_the_order_is_never_below_zero() -> None:
    ahead = party({Part.UNAPPLIED_CASH: 1000})
    assert answer_of(RuleCode.STATIC_USE, buyer=ahead).measured == 0
    assert answer_of(RuleCode.HORIZON_USE, buyer=ahead).measured == 0


def test_a_limit_cut_below_the_exposure_stops_an_order_that_adds_nothing() -> None:
    cut = party(limit=limit(400))
    answer = check(buyer=cut, secured_base=Decimal(80), terms=Terms.LC_CONFIRMED)
    assert (stops(answer), answer.over_by_base) == ({"horizon_use"}, 60)


def test_exactly_at_the_limit_passes() -> None:
    assert answer_of(RuleCode.HORIZON_USE, buyer=party(limit=limit(540))).result is Result.PASS
    assert answer_of(RuleCode.HORIZON_USE, buyer=party(limit=limit("539.99"))).result is Result.STOP


def test_the_data_used_are_shown_with_the_rule() -> None:
    one = answer_of(RuleCode.HORIZON_USE, deposit_received_base=Decimal(24))
    assert dict(one.data) == {
        "gross": 580,
        "deductions": 0,
        "orders_later": 120,
        "order": 80,
        "order_deposit": 24,
        "order_secured": 0,
        "horizon_end": "2026-07-31",
        "limit_state": "in_force",
        "valid_to": None,
        "over_by": 16,
    }


def test_a_temporary_limit_on_the_golden_order_releases_it() -> None:
    answer = check(buyer=party(limit=limit(540, is_temporary=True, valid_to=AS_OF)))
    assert (answer.outcome, stops(answer)) == (Result.WARN, set())
    assert [option.code for option in answer.options] == []


def test_amounts_in_more_parts_are_all_counted() -> None:
    parts = {**GOLDEN_PARTS, Part.BILLS: 5, Part.RECOURSE: 6, Part.UNAPPLIED_CASH: 1, Part.SECURED: 2}
    assert answer_of(RuleCode.HORIZON_USE, buyer=party(parts)).measured == 548


def test_options_are_of_the_static_set() -> None:
    assert [option.code for option in check().options] == list(OptionCode)


def test_facts_without_settings_use_the_handbooks() -> None:
    bare = replace(facts(), rules={})
    assert bare.setting(RuleCode.OLDEST_OVERDUE).whole("stop_days") == 30
