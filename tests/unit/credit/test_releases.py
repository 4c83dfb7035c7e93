"""How far a release carries: amounts, terms, days, and the rules that it was given against."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import DomainError
from credit.domain.releases import Given, OrderContent, ReleaseTerms, check_release, most_amount, why_not_covered
from credit.domain.reservations import expiry_date

DAY = date(2026, 6, 30)
ORDER = OrderContent(amount=Decimal(80), currency="USD", terms="open_account", terms_days=60)
GIVEN = Given(
    order=ORDER,
    amount=Decimal(80),
    tolerance_percent=Decimal(10),
    valid_until=DAY,
    rules=frozenset({"horizon_use", "group_limit"}),
)
TERMS = ReleaseTerms(amount=Decimal(80), valid_until=DAY, review_on=DAY, reason="pays on Friday")


def why_not(order: OrderContent = ORDER, *, stops: tuple[str, ...] = ("horizon_use",), day: date = DAY) -> str:
    return why_not_covered(given=GIVEN, order=order, stops=stops, as_of=day)


def test_80_with_10_percent_carries_88_and_no_cent_more() -> None:
    assert most_amount(amount=Decimal(80), tolerance_percent=Decimal(10)) == 88
    assert why_not(replace(ORDER, amount=Decimal("88.00"))) == ""
    assert why_not(replace(ORDER, amount=Decimal("88.01"))) == "outside"


def test_a_smaller_order_and_shorter_or_safer_terms_are_inside() -> None:
    assert why_not(replace(ORDER, amount=Decimal(1), terms_days=30)) == ""
    assert why_not(replace(ORDER, terms="lc_sight")) == ""


@pytest.mark.parametrize("change", [{"terms_days": 61}, {"terms": "consignment"}, {"currency": "EUR"}])
def test_worse_terms_and_another_currency_are_outside(change: dict[str, object]) -> None:
    assert why_not(replace(ORDER, **change)) == "outside"  # type: ignore[arg-type]


def test_the_last_day_is_included() -> None:
    assert why_not(day=DAY) == ""
    assert why_not(day=DAY + timedelta(days=1)) == "expired"


def test_it_carries_over_the_rules_that_it_was_given_against_and_no_other() -> None:
    assert why_not(stops=("group_limit", "horizon_use")) == ""
    assert why_not(stops=("horizon_use", "oldest_overdue")) == "other_rule"


@pytest.mark.parametrize("rule", ["sanctions", "screening_age", "forced_hold"])
def test_some_stops_are_never_released(rule: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_release(terms=TERMS, order=ORDER, stops=["horizon_use", rule], as_of=DAY)
    assert (caught.value.code, caught.value.params["rules"]) == ("not_releasable", [rule])


def test_a_good_release_comes_back_as_it_is() -> None:
    assert check_release(terms=TERMS, order=ORDER, stops=["horizon_use", "insurance_stop"], as_of=DAY) is TERMS


def test_a_reservation_holds_30_days_or_14_after_the_planned_shipment() -> None:
    settings = {"days": 30, "days_after_shipment": 14}
    assert expiry_date(reserved_on=DAY, ship_date=None, **settings) == date(2026, 7, 30)
    assert expiry_date(reserved_on=DAY, ship_date=date(2026, 8, 20), **settings) == date(2026, 9, 3)
    assert expiry_date(reserved_on=DAY, ship_date=date(2026, 7, 1), **settings) == date(2026, 7, 30)


def refused(**changes: object) -> tuple[str, object]:
    """Code and field of the refusal."""
    with pytest.raises(DomainError) as caught:
        check_release(terms=replace(TERMS, **changes), order=ORDER, stops=[], as_of=DAY)  # type: ignore[arg-type]
    return caught.value.code, caught.value.params.get("field")


def accepted(order: OrderContent = ORDER, **changes: object) -> bool:
    terms = replace(TERMS, **changes)  # type: ignore[arg-type]
    return check_release(terms=terms, order=order, stops=[], as_of=DAY) is terms


@pytest.mark.parametrize("amount", ["0", "-80", "NaN", "Infinity", "-Infinity"])
def test_a_release_is_for_an_amount_above_0(amount: str) -> None:
    assert refused(amount=Decimal(amount)) == ("release_invalid", "amount")


def test_a_release_of_one_cent_covers_an_order_of_one_cent() -> None:
    cent = Decimal("0.01")
    assert accepted(replace(ORDER, amount=cent), amount=cent)


@pytest.mark.parametrize("tolerance", ["-0.01", "20.01", "NaN", "Infinity"])
def test_a_tolerance_is_from_0_to_20_percent(tolerance: str) -> None:
    assert refused(tolerance_percent=Decimal(tolerance)) == ("release_invalid", "tolerance_percent")
    assert accepted(tolerance_percent=Decimal(0))
    assert accepted(tolerance_percent=Decimal(20))


def test_a_release_is_without_tolerance_unless_one_is_given() -> None:
    assert TERMS.tolerance_percent == 0
    assert refused(amount=Decimal("79.99")) == ("release_too_small", "amount")


def test_the_order_must_be_inside_amount_and_tolerance() -> None:
    assert accepted(replace(ORDER, amount=Decimal(88)), tolerance_percent=Decimal(10))
    with pytest.raises(DomainError, match="the release covers at most 88") as caught:
        accepted(replace(ORDER, amount=Decimal("88.01")), tolerance_percent=Decimal(10))
    assert caught.value.params == {"field": "amount", "value": "80"}


@pytest.mark.parametrize("field", ["valid_until", "review_on"])
def test_a_release_ends_and_is_looked_at_today_at_the_earliest(field: str) -> None:
    assert refused(**{field: DAY - timedelta(days=1)}) == ("release_invalid", field)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_release_has_a_reason_of_300_characters_at_most(reason: str) -> None:
    assert refused(reason=reason) == ("release_invalid", "reason")
    assert accepted(reason="x" * 300)


def test_of_a_long_reason_40_characters_are_told() -> None:
    with pytest.raises(DomainError) as caught:
        accepted(reason="x" * 301)
    assert caught.value.params["value"] == "x" * 40
