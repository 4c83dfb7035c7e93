"""How figures are written."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1234567.8", "USD", "1,234,567.80"),
        ("-1234.5", "USD", "(1,234.50)"),
        ("0", "USD", "0.00"),
        ("1200", "JPY", "1,200"),
        ("1.2345", "KWD", "1.235"),
        ("-0.004", "USD", "0.00"),
    ],
)
def test_amount_has_the_minor_digits_of_its_currency(amount: str, currency: str, written: str) -> None:
    assert formats.money(Decimal(amount), currency) == written


def test_what_is_missing_shows_a_dash() -> None:
    assert formats.money(None, "USD") == formats.whole(None) == formats.percent(None) == formats.iso(None) == "–"


def test_share_is_written_in_percent() -> None:
    assert formats.percent(Decimal("0.1234")) == "12.3 %"
    assert formats.percent(Decimal("-0.5"), digits=0) == "(50) %"


def test_date_is_written_the_same_way_in_every_language() -> None:
    assert formats.iso(date(2026, 3, 4)) == "2026-03-04"


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("zh-hans", "德国")])
def test_country_is_named_in_the_readers_language(language: str, name: str) -> None:
    with translation.override(language):
        assert formats.territory("DE") == name


@given(st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=4))
def test_written_amount_reads_back(value: Decimal) -> None:
    text = formats.grouped(value, digits=4)
    plain = text.replace(",", "").strip("()")
    assert Decimal(plain) * (-1 if text.startswith("(") else 1) == value
