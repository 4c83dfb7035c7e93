"""One rate table: cross rates to 12 digits, age shown, never a silent 1."""

from datetime import date
from decimal import Decimal as D

import pytest

from core.domain.rates import Rate, RateTable, cross_rate
from core.errors import DomainError
from core.money import Money

DAY = date(2026, 11, 20)


def table() -> RateTable:
    fresh = {
        "USD": Rate("USD", D(1), DAY, 0),
        "EUR": Rate("EUR", D("1.17"), date(2026, 11, 19), 1),
        "JPY": Rate("JPY", D("0.0064"), date(2026, 11, 5), 15),
    }
    stale = {"RUB": Rate("RUB", D("0.0085"), date(2022, 3, 1), 1725)}
    return RateTable(base="USD", as_of=DAY, rates=fresh, stale=stale)


def test_a_cross_rate_goes_through_the_euro_to_12_digits() -> None:
    assert cross_rate(base_per_eur=D("1.1172"), currency_per_eur=D("175.68")) == D("0.00635928961749")


def test_an_old_rate_is_used_with_a_warning() -> None:
    assert [rate.currency for rate in table().warnings] == ["JPY"]


@pytest.mark.parametrize(("currency", "words"), [("RUB", "2022-03-01"), ("VND", "none is on record")])
def test_a_missing_or_stale_rate_is_an_error_that_says_so(currency: str, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        table().convert(Money(D(100), currency))
    assert refused.value.code == "rate_missing"


def test_conversion_rounds_to_the_base_s_minor_unit() -> None:
    assert table().convert(Money(D("1.01"), "EUR")) == Money(D("1.18"), "USD")
    assert table().missing(["USD", "RUB", "VND", "EUR"]) == ["RUB", "VND"]


def test_the_date_of_a_total_is_that_of_its_oldest_rate() -> None:
    assert table().oldest_date(["USD", "EUR", "JPY"]) == date(2026, 11, 5)
    assert table().oldest_date(["USD"]) is None
