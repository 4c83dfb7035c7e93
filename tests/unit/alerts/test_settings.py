"""Thresholds: the handbook's defaults, and what may be changed."""

from decimal import Decimal

import pytest

from alerts.domain.settings import NUMBERS, check_setting, default_setting
from alerts.domain.states import Rule
from core.errors import DomainError


def test_every_rule_has_a_default_within_its_own_bounds() -> None:
    for rule in Rule:
        setting = default_setting(rule)
        assert check_setting(rule=rule, severity=setting.severity, numbers=setting.numbers) == setting.numbers


def test_the_defaults_are_those_of_the_handbook() -> None:
    numbers = {rule: {name: bounds.default for name, bounds in NUMBERS[rule].items()} for rule in Rule}
    assert numbers[Rule.OVERDUE_15]["days"] == "15"
    assert numbers[Rule.OVERDUE_30]["days"] == "30"
    assert (numbers[Rule.SCORE_FELL]["points"], numbers[Rule.SCORE_FELL]["grades"]) == ("15", "2")
    assert numbers[Rule.SCORE_FELL]["window_days"] == "90"
    assert (numbers[Rule.PAYMENT_PERIOD]["days"], numbers[Rule.PAYMENT_PERIOD]["before"]) == ("10", "5")
    assert (numbers[Rule.SUDDEN_TURN]["on_time"], numbers[Rule.SUDDEN_TURN]["days"]) == ("5", "15")
    shares = [Rule.CONCENTRATION_BUYER, Rule.CONCENTRATION_GROUP, Rule.CONCENTRATION_COUNTRY]
    assert [numbers[rule]["percent"] for rule in shares] == ["20", "25", "40"]


def test_numbers_that_are_not_given_stay_at_their_defaults() -> None:
    numbers = check_setting(rule=Rule.OVERDUE_15, severity=1, numbers={"days": "20"})
    assert numbers == {"days": Decimal(20), "step": Decimal(30), "growth_percent": Decimal(50)}


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"dayz": "20"}, "dayz"),
        ({"days": "-1"}, "days"),
        ({"days": "366"}, "days"),
        ({"days": "NaN"}, "days"),
        ({"days": "soon"}, "days"),
        ({"days": None}, "days"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_name(numbers: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_setting(rule=Rule.OVERDUE_15, severity=1, numbers=numbers)
    assert refused.value.params["field"] == field


def test_a_severity_is_1_2_or_3() -> None:
    with pytest.raises(DomainError, match="severity"):
        check_setting(rule=Rule.OVERDUE_15, severity=4, numbers={})
