"""Every rule of the order check at its edges."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.money import Money
from credit.domain.check import Unit
from credit.domain.exposure import Component, Exposure, Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.limits import LimitState
from credit.domain.rules import RuleCode
from credit.domain.terms import DEFAULT_TERMS, GradeTerms, TermsKind
from invoices.domain.kinds import Terms
from tests.unit.credit.builders import AS_OF, answer_of, limit, party, quiet, result_of, setting

PASS, WARN, STOP = Result.PASS, Result.WARN, Result.STOP
YESTERDAY = AS_OF - timedelta(days=1)


@pytest.mark.parametrize(("days", "result"), [(0, PASS), (15, PASS), (16, WARN), (30, WARN), (31, STOP)])
def test_oldest_overdue_above_15_days_warns_above_30_stops(days: int, result: Result) -> None:
    one = answer_of(RuleCode.OLDEST_OVERDUE, buyer=quiet(oldest_overdue_days=days))
    assert (one.result, one.measured, one.unit) == (result, days, Unit.DAYS)
    assert one.threshold == (30 if result is STOP else 15)


@pytest.mark.parametrize(
    ("overdue", "days", "result"), [(50, 99, PASS), (99, 10, PASS), ("50.01", 11, WARN), (51, 10, PASS)]
)
def test_much_overdue_and_long_together_warn(overdue: Any, days: int, result: Result) -> None:
    buyer = quiet(overdue_base=Decimal(overdue), oldest_overdue_days=days)
    one = answer_of(RuleCode.OVERDUE_AMOUNT_AGE, buyer=buyer)
    assert (one.result, one.threshold) == (result, 50)


def test_much_overdue_and_long_may_be_set_to_stop() -> None:
    buyer = quiet(overdue_base=Decimal(51), oldest_overdue_days=11)
    rules = setting(RuleCode.OVERDUE_AMOUNT_AGE, effect=STOP)
    assert result_of(RuleCode.OVERDUE_AMOUNT_AGE, buyer=buyer, rules=rules) is STOP


@pytest.mark.parametrize(("level", "result"), [(0, PASS), (10, PASS), (19, PASS), (20, STOP), (30, STOP)])
def test_dunning_level_20_stops(level: int, result: Result) -> None:
    assert result_of(RuleCode.DUNNING_LEVEL, buyer=quiet(dunning_level=level)) is result


@pytest.mark.parametrize(
    ("is_open", "in_year", "result", "measured", "threshold"),
    [(0, 0, PASS, 0, 1), (0, 1, PASS, 0, 1), (1, 1, WARN, 1, 1), (0, 2, STOP, 2, 2), (1, 2, STOP, 2, 2)],
)
def test_one_broken_promise_open_warns_two_in_a_year_stop(
    is_open: int, in_year: int, result: Result, measured: int, threshold: int
) -> None:
    buyer = quiet(open_broken_promises=is_open, broken_promises_12m=in_year)
    one = answer_of(RuleCode.BROKEN_PROMISES, buyer=buyer)
    assert (one.result, one.measured, one.threshold) == (result, measured, threshold)


@pytest.mark.parametrize(
    ("found", "result"), [("clear", PASS), (None, PASS), ("potential", STOP), ("confirmed", STOP), ("?", STOP)]
)
def test_a_match_that_nobody_cleared_stops(found: str | None, result: Result) -> None:
    assert result_of(RuleCode.SANCTIONS, buyer=quiet(screening_result=found)) is result


@pytest.mark.parametrize(
    ("age", "result", "cause"),
    [
        (0, PASS, "screening_fresh"),
        (30, PASS, "screening_fresh"),
        (31, STOP, "screening_old"),
        (None, STOP, "never_screened"),
    ],
)
def test_screening_older_than_30_days_or_never_stops(age: int | None, result: Result, cause: str) -> None:
    one = answer_of(RuleCode.SCREENING_AGE, buyer=quiet(screening_age_days=age))
    assert (one.result, one.cause, one.age_days) == (result, cause, age)


def test_a_forced_hold_stops() -> None:
    assert result_of(RuleCode.FORCED_HOLD, buyer=quiet()) is PASS
    assert result_of(RuleCode.FORCED_HOLD, buyer=quiet(forced_hold=True)) is STOP


@pytest.mark.parametrize(
    ("since", "result"),
    [(None, PASS), (AS_OF + timedelta(days=1), PASS), (AS_OF, STOP), (YESTERDAY, STOP)],
)
def test_the_insurance_stops_shipping_from_its_day_on(since: Any, result: Result) -> None:
    assert result_of(RuleCode.INSURANCE_STOP, buyer=quiet(insurance_stop_since=since)) is result


@pytest.mark.parametrize(("status", "result"), [("complete", PASS), ("incomplete", STOP), (None, STOP), ("", STOP)])
def test_a_buyer_who_is_not_identified_stops(status: str | None, result: Result) -> None:
    assert result_of(RuleCode.KYC, buyer=quiet(kyc_status=status)) is result


@pytest.mark.parametrize(
    ("grade", "result", "cause"),
    [
        ("A", PASS, "grade_goes"),
        ("D", PASS, "grade_goes"),
        ("E", STOP, "grade_stops"),
        (None, STOP, "never_scored"),
        ("X", STOP, "never_scored"),
        ("", STOP, "never_scored"),
    ],
)
def test_grade_e_and_never_scored_stop(grade: str | None, result: Result, cause: str) -> None:
    one = answer_of(RuleCode.SCORE_GRADE, buyer=quiet(grade=grade))
    assert (one.result, one.cause, one.threshold) == (result, cause, "E")


def test_the_grade_that_stops_is_a_setting() -> None:
    from_c = setting(RuleCode.SCORE_GRADE, numbers={"stop_from_grade": 3})
    results = [result_of(RuleCode.SCORE_GRADE, buyer=quiet(grade=g), rules=from_c) for g in "ABCDE"]
    assert results == [PASS, PASS, STOP, STOP, STOP]
    never = setting(RuleCode.SCORE_GRADE, numbers={"stop_from_grade": 6})
    assert answer_of(RuleCode.SCORE_GRADE, buyer=quiet(grade="E"), rules=never).threshold == "-"
    assert result_of(RuleCode.SCORE_GRADE, buyer=quiet(grade="E"), rules=never) is PASS


@pytest.mark.parametrize(("age", "result"), [(0, PASS), (100, PASS), (101, WARN), (None, WARN)])
def test_a_score_older_than_100_days_warns(age: int | None, result: Result) -> None:
    assert result_of(RuleCode.SCORE_AGE, buyer=quiet(score_age_days=age)) is result


@pytest.mark.parametrize(
    ("age", "result", "threshold", "cause"),
    [
        (0, PASS, 3, "receipts_fresh"),
        (2, PASS, 3, "receipts_fresh"),
        (3, WARN, 3, "receipts_old"),
        (6, WARN, 3, "receipts_old"),
        (7, STOP, 7, "receipts_old"),
        (None, STOP, 7, "receipts_never_loaded"),
    ],
)
def test_receipts_of_3_working_days_ago_warn_of_7_stop(
    age: int | None, result: Result, threshold: int, cause: str
) -> None:
    one = answer_of(RuleCode.STALE_DATA, buyer=quiet(receipts_age_working_days=age))
    assert (one.result, one.threshold, one.cause, one.unit) == (result, threshold, cause, Unit.WORKING_DAYS)


def test_missing_rates_of_buyer_exposure_and_group_stop_by_name_whatever_is_set() -> None:
    yen = Exposure("USD", (Component(Part.RECEIVABLES, "JPY", Decimal(5), None),))
    buyer = quiet(exposure=yen, missing_rates=("KWD",))
    group = quiet(missing_rates=("EUR", "KWD"))
    for changed in ({"effect": WARN}, {"is_enabled": False}, {}):
        one = answer_of(RuleCode.STALE_DATA, buyer=buyer, group=group, rules=setting(RuleCode.STALE_DATA, **changed))
        assert (one.result, one.measured, one.cause) == (STOP, "EUR, JPY, KWD", "rate_missing")


@pytest.mark.parametrize(
    ("what", "missing", "expired"),
    [
        (limit(500), PASS, PASS),
        (limit(500, valid_to=AS_OF), PASS, PASS),
        (limit(500, valid_to=YESTERDAY), PASS, STOP),
        (limit(500, valid_to=YESTERDAY, state=LimitState.EXPIRED), PASS, STOP),
        (limit(0), STOP, PASS),
        (limit(1), PASS, PASS),
        (limit(0, state=LimitState.MISSING), STOP, PASS),
    ],
)
def test_no_limit_and_an_ended_limit_stop(what: Any, missing: Result, expired: Result) -> None:
    assert result_of(RuleCode.LIMIT_MISSING, buyer=quiet(limit=what)) is missing
    assert result_of(RuleCode.LIMIT_EXPIRED, buyer=quiet(limit=what)) is expired


def test_an_ended_limit_allows_nothing_and_says_for_how_long() -> None:
    ended = party(limit=limit(9000, valid_to=AS_OF - timedelta(days=12), state=LimitState.EXPIRED))
    assert answer_of(RuleCode.LIMIT_EXPIRED, buyer=ended).age_days == 12
    assert answer_of(RuleCode.HORIZON_USE, buyer=ended).data["over_by"] == 540


def test_order_value_is_excluded_until_the_firm_sets_its_number() -> None:
    large = {"amount_base": Decimal(2_000_000), "buyer": quiet(limit=limit(9_000_000))}
    assert answer_of(RuleCode.ORDER_VALUE, **large).waived == "excluded"
    cap = setting(RuleCode.ORDER_VALUE, is_enabled=True, numbers={"max_base": 80})
    assert result_of(RuleCode.ORDER_VALUE, rules=cap) is PASS
    one = answer_of(
        RuleCode.ORDER_VALUE, rules=cap, amount_base=Decimal("80.01"), amount=Money(Decimal("80.01"), "USD")
    )
    assert (one.result, one.measured, one.threshold) == (STOP, Decimal("80.01"), 80)


def problem(grade: str | GradeTerms | None, terms: Terms, days: int = 0, **order: Any) -> str:
    allowed = DEFAULT_TERMS[grade] if isinstance(grade, str) else grade
    one = answer_of(RuleCode.TERMS, buyer=quiet(grade_terms=allowed), terms=terms, terms_days=days, **order)
    assert (one.result is STOP) is (one.cause != "terms_fit")
    return one.cause


PAID_SAFELY = [Terms.CASH_IN_ADVANCE, Terms.ESCROW, Terms.LC_CONFIRMED]


@pytest.mark.parametrize("grade", ["A", "B", "C", "D"])
@pytest.mark.parametrize("terms", PAID_SAFELY)
def test_money_or_a_trusted_bank_first_fits_every_grade_but_e(grade: str, terms: Terms) -> None:
    assert problem(grade, terms) == "terms_fit"
    assert problem(None, terms) == "terms_fit"


@pytest.mark.parametrize("terms", Terms)
def test_grade_e_has_cash_in_advance_only(terms: Terms) -> None:
    assert problem("E", terms) == ("terms_fit" if terms is Terms.CASH_IN_ADVANCE else "no_business")


@pytest.mark.parametrize("terms", sorted(set(Terms) - set(PAID_SAFELY)))
def test_grade_d_and_unknown_terms_need_prepayment(terms: Terms) -> None:
    assert problem("D", terms) == "prepayment_needed"
    assert problem(None, terms) == "terms_unknown"


@pytest.mark.parametrize("grade", ["A", "B", "C"])
def test_consignment_is_worse_than_open_account(grade: str) -> None:
    assert problem(grade, Terms.CONSIGNMENT, 1, is_secured=True, deposit_percent=Decimal(50)) == (
        "worse_than_open_account"
    )


@pytest.mark.parametrize(("days", "cause"), [(0, "terms_fit"), (90, "terms_fit"), (91, "terms_too_long")])
@pytest.mark.parametrize("terms", [Terms.OPEN_ACCOUNT, Terms.DA])
def test_grade_a_has_open_account_to_90_days(terms: Terms, days: int, cause: str) -> None:
    assert problem("A", terms, days) == cause


@pytest.mark.parametrize("terms", [Terms.LC_SIGHT, Terms.LC_USANCE, Terms.STANDBY_LC, Terms.DP])
@pytest.mark.parametrize("grade", ["A", "B"])
def test_days_of_a_bank_are_not_days_of_the_buyer(grade: str, terms: Terms) -> None:
    assert problem(grade, terms, 180) == "terms_fit"


@pytest.mark.parametrize(
    ("days", "order", "cause"),
    [
        (60, {"is_secured": True}, "terms_fit"),
        (60, {"deposit_percent": Decimal(20)}, "terms_fit"),
        (60, {"deposit_percent": Decimal("19.99")}, "cover_or_deposit_needed"),
        (60, {"deposit_received_base": Decimal(16)}, "terms_fit"),
        (61, {"is_secured": True, "deposit_percent": Decimal(90)}, "terms_too_long"),
        (60, {}, "cover_or_deposit_needed"),
    ],
)
def test_grade_b_has_60_days_insured_or_with_20_percent(days: int, order: dict[str, Any], cause: str) -> None:
    assert problem("B", Terms.OPEN_ACCOUNT, days, **order) == cause
    assert problem("B", Terms.DA, days, **order) == cause


@pytest.mark.parametrize(
    ("terms", "order", "cause"),
    [
        (Terms.LC_SIGHT, {"deposit_percent": Decimal(30)}, "terms_fit"),
        (Terms.DP, {"deposit_percent": Decimal(30)}, "terms_fit"),
        (Terms.DP, {"deposit_percent": Decimal("29.99")}, "deposit_needed"),
        (Terms.OPEN_ACCOUNT, {"deposit_percent": Decimal(30)}, "security_needed"),
        (Terms.DA, {"deposit_percent": Decimal(30)}, "security_needed"),
        (Terms.OPEN_ACCOUNT, {"deposit_percent": Decimal(30), "is_secured": True}, "terms_fit"),
        (Terms.OPEN_ACCOUNT, {"is_secured": True}, "deposit_needed"),
    ],
)
def test_grade_c_has_30_percent_and_the_balance_secured(terms: Terms, order: dict[str, Any], cause: str) -> None:
    assert problem("C", terms, 45, **order) == cause


def test_a_secured_balance_may_be_given_days() -> None:
    to_45 = GradeTerms("C", TermsKind.BALANCE_SECURED, max_days=45, deposit_percent=Decimal(0))
    assert problem(to_45, Terms.OPEN_ACCOUNT, 45, is_secured=True) == "terms_fit"
    assert problem(to_45, Terms.OPEN_ACCOUNT, 46, is_secured=True) == "terms_too_long"
    to_1 = replace(to_45, max_days=1)
    assert problem(to_1, Terms.OPEN_ACCOUNT, 2, is_secured=True) == "terms_too_long"


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        ({}, "cover_or_deposit_needed"),
        ({"deposit_received_base": Decimal("15.99")}, "cover_or_deposit_needed"),
        ({"deposit_received_base": Decimal(16)}, "terms_fit"),
        ({"delivered_base": Decimal(40)}, "terms_fit"),
    ],
)
def test_at_the_first_shipment_the_agreed_deposit_must_have_come(order: dict[str, Any], cause: str) -> None:
    agreed = {"deposit_percent": Decimal(20), "checkpoint": Checkpoint.SHIPMENT}
    assert problem("B", Terms.OPEN_ACCOUNT, 60, **agreed, **order) == cause


def test_terms_are_shown_beside_those_of_the_grade() -> None:
    one = answer_of(RuleCode.TERMS, buyer=quiet(grade_terms=DEFAULT_TERMS["B"]), deposit_percent=Decimal("12.5"))
    assert (one.measured, one.threshold) == ("open_account/60/12.50", "open_account_secured/60/20")
    assert one.fix is not None
    assert one.fix.params == {"kind": "open_account_secured", "max_days": 60, "deposit_percent": 20}
    unknown = answer_of(RuleCode.TERMS, buyer=quiet(grade_terms=None))
    assert unknown.fix is not None
    assert (unknown.threshold, unknown.fix.params) == (None, {"kind": "prepaid"})


def test_an_order_at_the_cap_is_said_to_fit_and_needs_no_fix() -> None:
    cap = setting(RuleCode.ORDER_VALUE, is_enabled=True, numbers={"max_base": 80})
    at_the_cap = answer_of(RuleCode.ORDER_VALUE, rules=cap)
    assert (at_the_cap.measured, at_the_cap.threshold) == (80, 80)
    assert (at_the_cap.cause, at_the_cap.fix) == ("order_value_fits", None)


def test_a_limit_is_no_day_old_on_its_last_day() -> None:
    assert answer_of(RuleCode.LIMIT_EXPIRED, buyer=quiet(limit=limit(500, valid_to=AS_OF))).age_days is None
    yesterday = limit(500, valid_to=AS_OF - timedelta(days=1), state=LimitState.EXPIRED)
    assert answer_of(RuleCode.LIMIT_EXPIRED, buyer=quiet(limit=yesterday)).age_days == 1
