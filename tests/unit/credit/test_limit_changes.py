"""Whether a new version of a limit gives less than the one it replaces."""

from datetime import date
from decimal import Decimal

import pytest

from core.money import Money
from credit.domain.kinds import LimitKind
from credit.domain.limit_changes import FormerLimit, NewLimit, is_cut

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
