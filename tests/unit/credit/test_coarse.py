"""What readers without limits:read see of an answer."""

from decimal import Decimal

import pytest

from credit.domain.check_answers import OptionCode
from credit.domain.coarse import CONFIDENTIAL, coarse_options, coarse_rules, round_up
from credit.domain.rules import RuleCode

RULE = {
    "result": "stop",
    "found": "stop",
    "measured": "540123.45",
    "threshold": "500123.45",
    "unit": "base",
    "data": {"over_by": "40000.00", "insured": "900000"},
    "age_days": 3,
    "fix": {"code": "lower_exposure", "params": {"amount_base": "40000.00"}},
    "cause": "over_limit",
    "waived": "",
    "something_new": "777123",
}


@pytest.mark.parametrize("rule", sorted(CONFIDENTIAL))
def test_rule_about_limits_or_cover_tells_no_figure(rule: RuleCode) -> None:
    (seen,) = coarse_rules([{**RULE, "rule": rule}])
    assert seen == {
        "rule": rule,
        "result": "stop",
        "cause": "over_limit",
        "waived": "",
        "measured": None,
        "threshold": None,
        "unit": None,
        "age_days": None,
        "fix": {"code": "lower_exposure", "params": {}},
    }


@pytest.mark.parametrize("rule", sorted(set(RuleCode) - CONFIDENTIAL))
def test_other_rule_keeps_its_figures_but_not_the_data_used(rule: RuleCode) -> None:
    (seen,) = coarse_rules([{**RULE, "rule": rule}])
    assert (seen["measured"], seen["threshold"], seen["age_days"]) == ("540123.45", "500123.45", 3)
    assert "data" not in seen
    assert "something_new" not in seen


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("40000", "40000"), ("40000.01", "41000"), ("16000", "16000"), ("9.99", "10"), ("0.07", "0.07"), ("0", "0")],
)
def test_amount_is_rounded_up_to_two_leading_digits(amount: str, rounded: str) -> None:
    assert round_up(Decimal(amount)) == Decimal(rounded)


def test_options_are_rounded_up_and_a_temporary_limit_tells_no_amount() -> None:
    seen = coarse_options(
        [
            {"code": OptionCode.PAY_NOW, "params": {"amount_base": "40321.50", "overdue_base": "0"}},
            {"code": OptionCode.DEPOSIT, "params": {"percent": "51", "amount_base": "40800", "missing_base": "40800"}},
            {"code": OptionCode.SHIP_LATER, "params": {"from": "2026-08-30"}},
            {"code": OptionCode.TEMPORARY_LIMIT, "params": {"limit_base": "540321.50", "until": "2026-09-18"}},
            {"code": OptionCode.CONFIRMED_LC, "params": {"amount_base": "80000"}},
            {"code": "not_known_here", "params": {"amount_base": "1"}},
        ]
    )
    assert seen == [
        {"code": "pay_now", "params": {"amount_base": "41000"}},
        {"code": "deposit", "params": {"percent": "55"}},
        {"code": "ship_later", "params": {"from": "2026-08-30"}},
        {"code": "temporary_limit", "params": {"until": "2026-09-18"}},
        {"code": "confirmed_lc", "params": {}},
    ]


def test_the_rules_that_tell_nothing_are_those_of_limits_and_cover() -> None:
    assert {str(rule) for rule in CONFIDENTIAL} == {
        "static_use",
        "horizon_use",
        "group_limit",
        "overdue_amount_age",
        "limit_missing",
        "limit_expired",
        "insurance_stop",
    }


@pytest.mark.parametrize(("percent", "shown"), [("5", "5"), ("5.01", "10"), ("99.5", "100"), ("100", "100")])
def test_a_deposit_is_rounded_up_to_steps_of_5_and_never_above_all_of_it(percent: str, shown: str) -> None:
    (seen,) = coarse_options([{"code": OptionCode.DEPOSIT, "params": {"percent": percent}}])
    assert seen["params"] == {"percent": shown}


@pytest.mark.parametrize("amount", ["0", "-0.01", "-40321.50"])
def test_nothing_to_pay_is_0(amount: str) -> None:
    assert str(round_up(Decimal(amount))) == "0"
