"""Settings of the order check: the handbook's, what may be changed, which version counts for whom."""

from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError
from credit.domain.kinds import Result
from credit.domain.rules import (
    DEFAULTS,
    LOCKED,
    NUMBERS,
    RuleCode,
    RuleSetting,
    RuleVersion,
    check_rule_setting,
    resolve,
)


def test_the_defaults_are_those_of_the_handbook() -> None:
    numbers = {
        (rule.value, name): int(number)
        for rule, default in DEFAULTS.items()
        for name, number in default.numbers.items()
    }
    assert numbers == {
        ("screening_age", "stop_days"): 30,
        ("stale_data", "warn_working_days"): 3,
        ("stale_data", "stop_working_days"): 7,
        ("horizon_use", "horizon_days"): 60,
        ("order_value", "max_base"): 1_000_000,
        ("oldest_overdue", "warn_days"): 15,
        ("oldest_overdue", "stop_days"): 30,
        ("overdue_amount_age", "days"): 10,
        ("overdue_amount_age", "percent_of_limit"): 10,
        ("dunning_level", "stop_level"): 20,
        ("broken_promises", "warn_open"): 1,
        ("broken_promises", "stop_in_12_months"): 2,
        ("score_grade", "stop_from_grade"): 5,
        ("score_age", "warn_days"): 100,
    }


def test_by_default_the_horizon_stops_and_all_orders_warn() -> None:
    warning = {rule.value for rule, default in DEFAULTS.items() if default.effect is Result.WARN}
    assert warning == {"static_use", "overdue_amount_age", "score_age"}
    assert {rule.value for rule, default in DEFAULTS.items() if not default.is_enabled} == {"order_value"}
    assert {default.version for default in DEFAULTS.values()} == {0}
    assert RuleSetting(RuleCode.KYC).is_enabled


def change(rule: str = "oldest_overdue", **more: Any) -> RuleSetting:
    return check_rule_setting(**{"rule": rule, "is_enabled": True, "effect": "stop", "numbers": {}, **more})


@pytest.mark.parametrize("rule", RuleCode)
def test_every_rule_has_a_default_within_its_own_bounds(rule: RuleCode) -> None:
    checked = change(rule, numbers={name: str(number) for name, number in DEFAULTS[rule].numbers.items()})
    assert checked.numbers == DEFAULTS[rule].numbers


def test_the_bounds_of_every_number() -> None:
    assert {(str(rule), name): (b.low, b.high) for rule, numbers in NUMBERS.items() for name, b in numbers.items()} == {
        ("screening_age", "stop_days"): ("1", "365"),
        ("stale_data", "warn_working_days"): ("1", "60"),
        ("stale_data", "stop_working_days"): ("1", "60"),
        ("horizon_use", "horizon_days"): ("0", "365"),
        ("order_value", "max_base"): ("1", "1000000000000"),
        ("oldest_overdue", "warn_days"): ("0", "365"),
        ("oldest_overdue", "stop_days"): ("0", "365"),
        ("overdue_amount_age", "days"): ("0", "365"),
        ("overdue_amount_age", "percent_of_limit"): ("0", "100"),
        ("dunning_level", "stop_level"): ("1", "365"),
        ("broken_promises", "warn_open"): ("1", "20"),
        ("broken_promises", "stop_in_12_months"): ("1", "20"),
        ("score_grade", "stop_from_grade"): ("2", "6"),
        ("score_age", "warn_days"): ("1", "730"),
    }


BOUNDS = [(rule, name) for rule, numbers in NUMBERS.items() for name in numbers]
PAIRED = {"warn_days": "stop_days", "warn_working_days": "stop_working_days"}


@pytest.mark.parametrize(("rule", "name"), BOUNDS)
def test_beyond_the_bounds_a_number_is_refused_by_name(rule: RuleCode, name: str) -> None:
    bounds = NUMBERS[rule][name]
    for beyond in (Decimal(bounds.low) - 1, Decimal(bounds.high) + 1):
        with pytest.raises(DomainError) as refused:
            change(rule, numbers={name: str(beyond)})
        assert refused.value.params == {"field": name, "value": str(beyond)}
        assert f"from {bounds.low} to {bounds.high}" in refused.value.message


@pytest.mark.parametrize(("rule", "name"), BOUNDS)
def test_the_ends_of_the_bounds_are_inside(rule: RuleCode, name: str) -> None:
    numbers, is_paired = NUMBERS[rule], name in PAIRED.keys() | PAIRED.values()
    if not is_paired or PAIRED.get(name) not in numbers:
        assert change(rule, numbers={name: numbers[name].high}).number(name) == Decimal(numbers[name].high)
    if not is_paired or name in PAIRED:
        assert change(rule, numbers={name: numbers[name].low}).number(name) == Decimal(numbers[name].low)


def test_numbers_that_are_not_given_stay_at_the_handbooks() -> None:
    assert change(numbers={"warn_days": "10"}).numbers == {"warn_days": 10, "stop_days": 30}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rule": "weather"}, "rule"),
        ({"effect": "pass"}, "effect"),
        ({"effect": "explode"}, "effect"),
        ({"numbers": {"dayz": 1}}, "dayz"),
        ({"numbers": {"warn_days": "soon"}}, "warn_days"),
        ({"numbers": {"warn_days": None}}, "warn_days"),
        ({"numbers": {"warn_days": "NaN"}}, "warn_days"),
        ({"numbers": {"warn_days": "Infinity"}}, "warn_days"),
        ({"numbers": {"warn_days": "1.5"}}, "warn_days"),
        ({"numbers": {"warn_days": "30"}}, "warn_days"),
        ({"numbers": {"stop_days": "15"}}, "warn_days"),
        ({"rule": "stale_data", "numbers": {"warn_working_days": 7}}, "warn_working_days"),
        ({"rule": "kyc", "numbers": {"days": 7}}, "days"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        change(**given)
    assert (refused.value.code, refused.value.params["field"]) == ("check_rule_invalid", field)
    assert refused.value.message.count(".") >= 1


def test_amounts_and_percent_may_have_decimals() -> None:
    assert change("order_value", numbers={"max_base": "1500.50"}).number("max_base") == Decimal("1500.50")
    assert change("overdue_amount_age", numbers={"percent_of_limit": "2.5"}).number("percent_of_limit") == Decimal(
        "2.5"
    )


@pytest.mark.parametrize("rule", sorted(LOCKED))
def test_locked_rules_cannot_be_excluded_or_weakened(rule: str) -> None:
    with pytest.raises(DomainError, match="is_enabled"):
        change(rule, is_enabled=False)
    with pytest.raises(DomainError, match="effect"):
        change(rule, effect="warn")
    assert change(rule).effect is Result.STOP


def test_other_rules_may_be_excluded_or_only_warn() -> None:
    assert not change(is_enabled=False).is_enabled
    assert change(effect="warn").effect is Result.WARN


def stored(
    level: str, subject: str, days: int, number: int = 1, rule: str = "oldest_overdue", **more: Any
) -> RuleVersion:
    known = {"is_removed": False, "is_enabled": True, "effect": "stop", "numbers": {"stop_days": str(days)}}
    return RuleVersion(rule=rule, level=level, subject=subject, version=number, **{**known, **more})


LEVELS = [
    stored("table", "", 40),
    stored("grade", "C", 41),
    stored("group", "7", 42),
    stored("buyer", "9", 43),
]


def days_for(versions: list[RuleVersion], **who: Any) -> int:
    known = {"grade": "C", "group_id": 7, "buyer_id": 9}
    return resolve(versions=versions, **{**known, **who})["oldest_overdue"].whole("stop_days")


@pytest.mark.parametrize(
    ("who", "days"),
    [
        ({}, 43),
        ({"buyer_id": 8}, 42),
        ({"buyer_id": 8, "group_id": 6}, 41),
        ({"buyer_id": 8, "group_id": None}, 41),
        ({"buyer_id": 8, "group_id": None, "grade": "A"}, 40),
        ({"buyer_id": 8, "group_id": None, "grade": None}, 40),
        ({"buyer_id": 7, "group_id": 9}, 41),
    ],
)
def test_the_nearest_level_counts(who: dict[str, Any], days: int) -> None:
    assert days_for(LEVELS, **who) == days
    assert days_for(LEVELS[::-1], **who) == days


def test_without_versions_the_handbook_counts_for_every_rule() -> None:
    assert resolve(versions=[], grade=None, group_id=None, buyer_id=1) == DEFAULTS


def test_the_latest_version_counts_in_any_order() -> None:
    versions = [stored("buyer", "9", 50, 2), stored("buyer", "9", 51, 3), stored("buyer", "9", 49, 1)]
    assert days_for(versions) == days_for(versions[::-1]) == 51


def test_a_removed_version_falls_back_to_the_level_above() -> None:
    removed = stored("buyer", "9", 44, 2, is_removed=True)
    assert days_for([*LEVELS, removed]) == 42
    back = stored("buyer", "9", 45, 3)
    assert days_for([*LEVELS, removed, back]) == 45


def test_a_setting_says_where_it_comes_from() -> None:
    found = resolve(versions=LEVELS, grade="C", group_id=None, buyer_id=1)["oldest_overdue"]
    assert (found.level, found.subject, found.version) == ("grade", "C", 1)
    assert found.numbers == {"warn_days": 15, "stop_days": 41}


def test_effect_and_exclusion_are_read() -> None:
    soft = stored("table", "", 40, effect="warn", is_enabled=False)
    found = resolve(versions=[soft], grade=None, group_id=None, buyer_id=1)["oldest_overdue"]
    assert (found.effect, found.is_enabled) == (Result.WARN, False)


def test_a_stored_row_cannot_unlock_a_locked_rule() -> None:
    forged = stored("buyer", "9", 1, rule="sanctions", is_enabled=False, effect="warn")
    found = resolve(versions=[forged], grade=None, group_id=None, buyer_id=9)["sanctions"]
    assert (found.effect, found.is_enabled) == (Result.STOP, True)


def test_rules_and_numbers_of_another_release_are_left_out() -> None:
    old = stored("table", "", 40, numbers={"stop_days": "40", "phase_of_moon": "3"})
    unknown = stored("table", "", 1, rule="weather")
    found = resolve(versions=[old, unknown], grade=None, group_id=None, buyer_id=1)
    assert set(found) == set(RuleCode)
    assert found["oldest_overdue"].numbers == {"warn_days": 15, "stop_days": 40}


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"numbers": {"dayz": 1}}, "it has: warn_days, stop_days."),
        ({"rule": "kyc", "numbers": {"days": 7}}, "it has: none."),
        ({"numbers": {"warn_days": "1.5"}}, "Write a whole number from 0 to 365."),
        ({"rule": "overdue_amount_age", "numbers": {"percent_of_limit": "101"}}, "Write a number from 0 to 100."),
    ],
)
def test_a_refusal_says_what_would_be_right(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(DomainError) as refused:
        change(**given)
    assert refused.value.message.endswith(hint)
