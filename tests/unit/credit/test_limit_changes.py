"""What a limit may be, and whether a new version of it gives less than the one it replaces."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import DomainError
from core.money import Money
from credit.domain.kinds import LimitKind
from credit.domain.limit_changes import (
    FormerLimit,
    NewLimit,
    check_limit_reason,
    check_new_limit,
    days_of,
    is_cut,
)

JUNE, AUGUST = date(2026, 6, 30), date(2026, 8, 31)
TODAY = date(2026, 6, 1)


def new(amount: int, until: date | None = None, currency: str = "USD", since: date = TODAY) -> NewLimit:
    return NewLimit(LimitKind.OWN, Money(Decimal(amount), currency), since, until)


def former(amount: int, until: date | None = None) -> FormerLimit:
    return FormerLimit(Money(Decimal(amount), "USD"), Decimal(amount), until)


@pytest.mark.parametrize(
    ("given", "before", "expected"),
    [
        (new(400, JUNE), former(500), True),
        (new(500, JUNE), former(500), True),
        (new(500), former(500), True),
        (new(501), former(500), False),
        (new(500), former(500, JUNE), False),
        (new(400, AUGUST), former(500, JUNE), False),
        (new(400, JUNE), former(500, JUNE), True),
        (new(400, AUGUST, since=date(2026, 7, 1)), former(500, JUNE), False),
        (new(400, AUGUST, since=JUNE), former(500, JUNE), False),
        (new(400, JUNE, since=JUNE), former(500, JUNE), True),
        (new(400, JUNE, since=JUNE), former(500, date(2026, 6, 29)), False),
        (new(1), None, False),
        (new(0), None, True),
        (new(0), former(500, JUNE), True),
    ],
)
def test_neither_more_nor_longer_is_a_cut(given: NewLimit, before: FormerLimit | None, expected: bool) -> None:
    assert is_cut(new=given, new_base=given.amount.amount, former=before) is expected


@pytest.mark.parametrize(("base", "expected"), [("500", True), ("500.01", False), (None, False)])
def test_another_currency_is_compared_in_base_currency_or_not_at_all(base: str | None, expected: bool) -> None:
    given = new(450, currency="EUR")
    assert is_cut(new=given, new_base=None if base is None else Decimal(base), former=former(500)) is expected


def test_an_end_before_the_first_day_was_no_limit_to_cut() -> None:
    over = former(500, TODAY - timedelta(days=1))
    assert is_cut(new=new(400, TODAY - timedelta(days=1)), new_base=Decimal(400), former=over) is False


@pytest.mark.parametrize(("until", "days"), [(TODAY, 1), (JUNE, 30), (AUGUST, 92), (None, 365)])
def test_a_limit_holds_from_its_first_to_its_last_day_or_a_year(until: date | None, days: int) -> None:
    assert days_of(new(500, until)) == days


def refused_field(given: NewLimit) -> str:
    with pytest.raises(DomainError) as refused:
        check_new_limit(new=given, as_of=TODAY)
    assert refused.value.code == "limit_invalid"
    return str(refused.value.params["field"])


@pytest.mark.parametrize(
    "given",
    [
        new(0),
        new(1),
        new(500, TODAY),
        new(500, JUNE, since=JUNE),
        replace(new(500), amount=Money(Decimal("0.01"), "USD")),
        replace(new(500), amount=Money(Decimal("9999999999999999"), "USD")),
        replace(new(500), amount=Money(Decimal(500), "JPY")),
        replace(new(500, JUNE), kind=LimitKind.TEMPORARY),
    ],
)
def test_a_limit_that_can_be_is_let_through(given: NewLimit) -> None:
    check_new_limit(new=given, as_of=TODAY)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("-0.01", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("1E+16", "USD"), ("0.001", "USD"), ("0.5", "JPY")],
)
def test_an_amount_that_cannot_be_is_refused(amount: str, currency: str) -> None:
    assert refused_field(replace(new(1), amount=Money(Decimal(amount), currency))) == "amount"


def test_days_that_cannot_be_are_refused_at_their_field() -> None:
    assert refused_field(new(500, since=TODAY - timedelta(days=1))) == "valid_from"
    assert refused_field(new(500, JUNE, since=JUNE + timedelta(days=1))) == "valid_to"
    assert refused_field(replace(new(500), kind=LimitKind.TEMPORARY)) == "valid_to"


def test_a_reason_is_given_in_at_most_300_characters() -> None:
    assert check_limit_reason("  merger ") == "merger"
    assert len(check_limit_reason("x" * 300)) == 300
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(DomainError) as refused:
            check_limit_reason(reason)
        assert refused.value.params["field"] == "reason"
