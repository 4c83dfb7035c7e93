"""Money: one rounding, no mixing."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from core.money import CurrencyMismatch, Money, check_currency, minor_digits, round_money


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CNY", 2), ("KRW", 0)])
def test_minor_units_follow_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "USD", "2.35"),
        ("2.344", "USD", "2.34"),
        ("-2.345", "USD", "-2.35"),
        ("2.5", "JPY", "3"),
        ("1.0005", "KWD", "1.001"),
        ("0", "USD", "0.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(D(amount), currency)) == rounded


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch) as refused:
        Money(D(1), "USD") + Money(D(1), "EUR")
    assert refused.value.params == {"left": "USD", "right": "EUR"}
    with pytest.raises(CurrencyMismatch):
        Money(D(1), "USD") - Money(D(1), "EUR")


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=2))
def test_what_is_added_can_be_taken_off_again(left: D, right: D) -> None:
    assert Money(left, "USD") + Money(right, "USD") - Money(right, "USD") == Money(left, "USD")
    assert -Money(left, "USD") == Money(-left, "USD")


def test_a_conversion_is_rounded_once() -> None:
    assert Money(D(100), "JPY").converted(rate=D("0.00635928961749"), currency="USD") == Money(D("0.64"), "USD")
    assert Money(D("1.005"), "USD").rounded() == Money(D("1.01"), "USD")


@pytest.mark.parametrize("code", ["usd", "US", "DOLLAR", "", "XQQ"])
def test_an_unknown_currency_is_named(code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_currency(code)
    assert (refused.value.code, refused.value.params["value"]) == ("currency_unknown", code)
