"""When an insurer's cut holds: from the decision that takes cover away until one that gives it back."""

from datetime import date
from decimal import Decimal

import pytest

from core.money import Money
from cover.domain.insured import Given, cut_periods, is_cut


def usd(amount: int) -> Money:
    return Money(Decimal(amount), "USD")


def given(day: str, amount: int, currency: str = "USD", until: str = "") -> Given:
    end = date.fromisoformat(until) if until else None
    return Given(date.fromisoformat(day), end, Money(Decimal(amount), currency))


JAN, MARCH, MAY, JULY = "2026-01-01", "2026-03-01", "2026-05-01", "2026-07-01"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (usd(300), usd(200), True),
        (usd(200), usd(200), False),
        (usd(200), usd(300), False),
        (None, usd(50), False),
        (None, usd(0), True),
        (usd(200), Money(Decimal(1), "EUR"), False),
        (usd(200), Money(Decimal(0), "EUR"), True),
    ],
)
def test_less_than_before_or_nothing_at_all_is_a_cut(before: Money | None, after: Money, expected: bool) -> None:
    assert is_cut(before=before, after=after) is expected


def test_a_cut_lasts_until_as_much_is_given_again() -> None:
    decisions = [given(JAN, 200), given(MARCH, 100), given(MAY, 150), given(JULY, 200)]
    assert cut_periods(decisions) == [(date(2026, 3, 1), date(2026, 7, 1))]
    assert cut_periods(decisions[:3]) == [(date(2026, 3, 1), None)]


def test_a_refusal_is_over_when_anything_is_given() -> None:
    assert cut_periods([given(JAN, 0), given(MARCH, 50)]) == [(date(2026, 1, 1), date(2026, 3, 1))]


def test_a_lower_limit_after_one_that_had_ended_is_no_cut() -> None:
    assert cut_periods([given(JAN, 200, until="2026-01-31"), given(MARCH, 100)]) == []
    assert cut_periods([given(JAN, 200, until="2026-02-28"), given(MARCH, 100)]) == [(date(2026, 3, 1), None)]


def test_two_cuts_are_two_periods() -> None:
    found = cut_periods([given(JAN, 200), given(MARCH, 100), given(MAY, 200), given(JULY, 0)])
    assert found == [(date(2026, 3, 1), date(2026, 5, 1)), (date(2026, 7, 1), None)]
