"""What every rule says beside its result: why, from how old data, and what would help."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from credit.domain.check import Cause, FixCode, LimitState, OptionCode, Unit, Waiver, run_check
from credit.domain.exposure import Part
from credit.domain.kinds import Checkpoint
from credit.domain.rules import RuleCode
from tests.unit.credit.builders import AS_OF, answer_of, facts, limit, party, quiet, setting

ENDED = limit(500, state=LimitState.EXPIRED, valid_to=AS_OF - timedelta(days=3))
CAP = setting(RuleCode.ORDER_VALUE, is_enabled=True, numbers={"max_base": 70})

# rule: what it says of a buyer about whom nothing is wrong · facts of one about whom something is · what it says then
SAID: dict[RuleCode, tuple[Cause, dict[str, Any], Cause, FixCode]] = {
    RuleCode.SANCTIONS: (
        Cause.NO_MATCH,
        {"screening_result": "potential"},
        Cause.SANCTIONS_MATCH,
        FixCode.CLEAR_MATCH,
    ),
    RuleCode.SCREENING_AGE: (
        Cause.SCREENING_FRESH,
        {"screening_age_days": 31},
        Cause.SCREENING_OLD,
        FixCode.SCREEN_BUYER,
    ),
    RuleCode.FORCED_HOLD: (
        Cause.NOT_HELD,
        {"forced_hold": True},
        Cause.HELD_BY_A_PERSON,
        FixCode.LIFT_FORCED_HOLD,
    ),
    RuleCode.INSURANCE_STOP: (
        Cause.NO_INSURANCE_STOP,
        {"insurance_stop_since": AS_OF},
        Cause.INSURANCE_STOPS_SHIPPING,
        FixCode.COLLECT_OLDEST_INSURED,
    ),
    RuleCode.STALE_DATA: (
        Cause.RECEIPTS_FRESH,
        {"receipts_age_working_days": 3},
        Cause.RECEIPTS_OLD,
        FixCode.LOAD_RECEIPTS,
    ),
    RuleCode.KYC: (Cause.IDENTIFIED, {"kyc_status": None}, Cause.NOT_IDENTIFIED, FixCode.COMPLETE_KYC),
    RuleCode.LIMIT_MISSING: (Cause.LIMIT_IN_FORCE, {"limit": limit(0)}, Cause.NO_LIMIT, FixCode.REQUEST_LIMIT),
    RuleCode.LIMIT_EXPIRED: (Cause.NO_LIMIT_ENDED, {"limit": ENDED}, Cause.LIMIT_ENDED, FixCode.REQUEST_LIMIT),
    RuleCode.HORIZON_USE: (Cause.WITHIN_LIMIT, {"limit": limit(79)}, Cause.OVER_LIMIT, FixCode.REDUCE_USE),
    RuleCode.STATIC_USE: (Cause.WITHIN_LIMIT, {"limit": limit(79)}, Cause.OVER_LIMIT, FixCode.REDUCE_USE),
    RuleCode.OLDEST_OVERDUE: (
        Cause.NOTHING_TOO_OLD,
        {"oldest_overdue_days": 16},
        Cause.OVERDUE_TOO_OLD,
        FixCode.COLLECT_OVERDUE,
    ),
    RuleCode.OVERDUE_AMOUNT_AGE: (
        Cause.OVERDUE_BEARABLE,
        {"oldest_overdue_days": 11, "overdue_base": Decimal(51)},
        Cause.MUCH_OVERDUE_LONG,
        FixCode.COLLECT_OVERDUE,
    ),
    RuleCode.DUNNING_LEVEL: (
        Cause.NOT_DUNNED_SO_FAR,
        {"dunning_level": 20},
        Cause.DUNNED,
        FixCode.COLLECT_OVERDUE,
    ),
    RuleCode.BROKEN_PROMISES: (
        Cause.PROMISES_KEPT,
        {"open_broken_promises": 1},
        Cause.PROMISES_BROKEN,
        FixCode.KEEP_PROMISES,
    ),
    RuleCode.SCORE_GRADE: (
        Cause.GRADE_GOES,
        {"grade": "E"},
        Cause.GRADE_STOPS,
        FixCode.CASH_IN_ADVANCE_AND_RELEASE,
    ),
    RuleCode.TERMS: (Cause.TERMS_FIT, {"grade_terms": None}, Cause.TERMS_UNKNOWN, FixCode.BETTER_TERMS),
    RuleCode.SCORE_AGE: (Cause.SCORE_FRESH, {"score_age_days": 101}, Cause.SCORE_OLD, FixCode.SCORE_BUYER),
}


@pytest.mark.parametrize("rule", SAID)
def test_a_rule_says_why_and_what_would_help(rule: RuleCode) -> None:
    good, wrong, bad, fix = SAID[rule]
    fine, found = answer_of(rule, buyer=quiet()), answer_of(rule, buyer=quiet(**wrong))
    assert (fine.cause, fine.fix) == (good, None)
    assert (found.cause, found.fix and found.fix.code) == (bad, fix)


def test_the_other_rules_say_why_too() -> None:
    assert set(RuleCode) - set(SAID) == {RuleCode.GROUP_LIMIT, RuleCode.ORDER_VALUE}
    assert answer_of(RuleCode.GROUP_LIMIT).cause is Cause.NO_GROUP_LIMIT
    assert answer_of(RuleCode.GROUP_LIMIT, group=quiet()).cause is Cause.WITHIN_LIMIT
    assert answer_of(RuleCode.GROUP_LIMIT, group=party()).cause is Cause.OVER_LIMIT
    assert (answer_of(RuleCode.ORDER_VALUE).cause, answer_of(RuleCode.ORDER_VALUE).fix) == (
        Cause.ORDER_VALUE_FITS,
        None,
    )
    found = answer_of(RuleCode.ORDER_VALUE, rules=CAP)
    assert (found.cause, found.fix and found.fix.code) == (Cause.ORDER_TOO_LARGE, FixCode.SMALLER_ORDER)
    assert found.fix is not None
    assert found.fix.params == {"max_base": 70}


def test_what_was_never_done_is_told_from_what_is_old() -> None:
    new = quiet(grade=None, score_age_days=None, screening_age_days=None, receipts_age_working_days=None)
    causes = {rule: answer_of(rule, buyer=new).cause for rule in RuleCode}
    assert causes[RuleCode.SCREENING_AGE] is Cause.NEVER_SCREENED
    assert causes[RuleCode.SCORE_GRADE] is causes[RuleCode.SCORE_AGE] is Cause.NEVER_SCORED
    assert causes[RuleCode.STALE_DATA] is Cause.RECEIPTS_NEVER_LOADED
    fix = answer_of(RuleCode.SCORE_GRADE, buyer=new).fix
    assert fix is not None
    assert fix.code is FixCode.SCORE_BUYER


def test_fixes_carry_the_figures_that_are_needed() -> None:
    over = answer_of(RuleCode.HORIZON_USE).fix
    assert over is not None
    assert over.params == {"over_by": 40}
    late = answer_of(RuleCode.OLDEST_OVERDUE, buyer=quiet(oldest_overdue_days=16, overdue_base=Decimal(7))).fix
    assert late is not None
    assert late.params == {"overdue_base": 7}
    rates = answer_of(RuleCode.STALE_DATA, buyer=quiet(missing_rates=("JPY", "KWD"))).fix
    assert rates is not None
    assert (rates.code, rates.params) == (FixCode.LOAD_RATES, {"currencies": "JPY, KWD"})


UNITS = {
    Unit.BASE: {"horizon_use", "static_use", "group_limit", "order_value", "overdue_amount_age"},
    Unit.DAYS: {"screening_age", "oldest_overdue", "score_age"},
    Unit.WORKING_DAYS: {"stale_data"},
    Unit.COUNT: {"forced_hold", "broken_promises"},
    Unit.LEVEL: {"dunning_level"},
    Unit.GRADE: {"score_grade"},
    Unit.TERMS: {"terms"},
    Unit.WORD: {"sanctions", "insurance_stop", "kyc", "limit_missing", "limit_expired"},
}


@pytest.mark.parametrize("unit", Unit)
def test_every_figure_has_its_unit(unit: Unit) -> None:
    found = {a.rule.value for a in run_check(facts=facts(group=party())).rules if a.unit is unit}
    assert found == UNITS[unit]


def test_the_age_of_the_data_is_that_of_their_source() -> None:
    buyer = party(
        score_age_days=5,
        screening_age_days=6,
        kyc_age_days=7,
        receipts_age_working_days=2,
        overdue_age_days=9,
    )
    ages = {a.rule.value: a.age_days for a in run_check(facts=facts(buyer=buyer, group=party())).rules}
    assert ages == {
        "sanctions": 6,
        "screening_age": 6,
        "forced_hold": 0,
        "insurance_stop": 0,
        "stale_data": 2,
        "kyc": 7,
        "limit_missing": None,
        "limit_expired": None,
        "horizon_use": 0,
        "static_use": 0,
        "group_limit": 0,
        "order_value": 0,
        "oldest_overdue": 9,
        "overdue_amount_age": 9,
        "dunning_level": 9,
        "broken_promises": 9,
        "score_grade": 5,
        "terms": 5,
        "score_age": 5,
    }


def test_a_hold_and_a_stop_are_measured_in_plain_figures() -> None:
    held = answer_of(RuleCode.FORCED_HOLD, buyer=quiet(forced_hold=True))
    assert (held.measured, held.threshold) == (1, 0)
    stopped = answer_of(RuleCode.INSURANCE_STOP, buyer=quiet(insurance_stop_since=AS_OF))
    assert (stopped.measured, stopped.threshold) == ("2026-06-01", "2026-06-01")
    assert answer_of(RuleCode.INSURANCE_STOP).measured is None


def test_the_end_of_a_limit_is_shown_where_it_has_one() -> None:
    dated = party(limit=limit(500, valid_to=AS_OF))
    for rule in (RuleCode.LIMIT_MISSING, RuleCode.LIMIT_EXPIRED, RuleCode.HORIZON_USE):
        assert answer_of(rule, buyer=dated).data["valid_to"] == "2026-06-01"
        assert answer_of(rule).data["valid_to"] is None


def test_a_limit_that_has_ended_is_not_said_to_be_in_force_nor_one_that_is_missing_to_have_ended() -> None:
    assert answer_of(RuleCode.LIMIT_MISSING, buyer=quiet(limit=ENDED)).cause is Cause.LIMIT_ENDED
    assert answer_of(RuleCode.LIMIT_EXPIRED, buyer=quiet(limit=limit(0))).cause is Cause.NO_LIMIT_ENDED


def test_every_waiver_is_named() -> None:
    off = setting(RuleCode.DUNNING_LEVEL, is_enabled=False)
    dunned = quiet(dunning_level=20)
    seen = {
        answer_of(RuleCode.DUNNING_LEVEL, buyer=dunned).waived,
        answer_of(RuleCode.DUNNING_LEVEL, buyer=dunned, rules=off).waived,
        answer_of(RuleCode.DUNNING_LEVEL, buyer=dunned, is_prepaid=True).waived,
        answer_of(RuleCode.DUNNING_LEVEL, buyer=dunned, checkpoint=Checkpoint.QUOTATION).waived,
        answer_of(RuleCode.DUNNING_LEVEL, buyer=dunned, checkpoint=Checkpoint.INVOICE).waived,
        answer_of(RuleCode.STATIC_USE, buyer=party({Part.ORDERS_LATER: 900})).waived,
    }
    assert seen == set(Waiver)


def test_the_options_are_five() -> None:
    assert [code.value for code in OptionCode] == [
        "pay_now",
        "deposit",
        "ship_later",
        "temporary_limit",
        "confirmed_lc",
    ]
