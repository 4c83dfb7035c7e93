"""Dates and numbers are read in the one way that the profile says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.date_pattern import compile_pattern
from invoices.intake.number_format import NumberFormat, TooLarge


@pytest.mark.parametrize(
    ("pattern", "text", "day"),
    [
        ("M/D/YYYY", "3/4/2013", date(2013, 3, 4)),
        ("D/M/YYYY", "3/4/2013", date(2013, 4, 3)),
        ("YYYY-MM-DD", "2012-02-29", date(2012, 2, 29)),
        ("DD.MM.YYYY", "31.12.2025", date(2025, 12, 31)),
        ("DD-MMM-YY", "05-Mar-24", date(2024, 3, 5)),
        ("DD-MMM-YY", "05-MAR-70", date(1970, 3, 5)),
        ("YYYYMMDD", "20200227", date(2020, 2, 27)),
        ("YYYY年M月D日", "2013年4月6日", date(2013, 4, 6)),
        ("YYYY-MM-DD hh:mm:ss", "2020-02-27 00:00:00", date(2020, 2, 27)),
    ],
)
def test_a_date_means_what_the_pattern_says(pattern: str, text: str, day: date) -> None:
    assert compile_pattern(pattern).read(text) == day


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("M/D/YYYY", "13/4/2013"),
        ("M/D/YYYY", "2013-04-13"),
        ("M/D/YYYY", "3/4/13"),
        ("M/D/YYYY", "3/4/2013 "),
        ("MM/DD/YYYY", "3/4/2013"),
        ("YYYY-MM-DD", "2013-02-29"),
        ("DD-MMM-YY", "05-Mrz-24"),
        ("YYYY-MM-DD", "２０１３-02-28"),
    ],
)
def test_a_date_written_otherwise_is_no_date(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        compile_pattern(pattern).read(text)


@pytest.mark.parametrize("pattern", ["YYYY-MM", "DD/MM", "M/M/YYYY", "", "MMM YYYY"])
def test_a_pattern_must_name_year_month_and_day_once(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        compile_pattern(pattern)


@given(
    day=st.dates(date(1970, 1, 1), date(2069, 12, 31)),
    pattern=st.sampled_from(["M/D/YYYY", "DD.MM.YY", "YYYY-MM-DD", "D MMM YYYY", "YYYY年M月D日"]),
)
def test_what_a_pattern_writes_it_reads(day: date, pattern: str) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.read(compiled.write(day.year, day.month, day.day)) == day


ENGLISH, GERMAN, FRENCH = NumberFormat(), NumberFormat(",", "."), NumberFormat(",", " ")


@pytest.mark.parametrize(
    ("form", "text", "amount"),
    [
        (ENGLISH, "1,234.56", "1234.56"),
        (ENGLISH, "1234.56", "1234.56"),
        (ENGLISH, "-5", "-5"),
        (ENGLISH, "5.00-", "-5.00"),
        (ENGLISH, "(1,000.10)", "-1000.10"),
        (ENGLISH, "−7", "-7"),
        (GERMAN, "1.234,56", "1234.56"),
        (GERMAN, "0,5", "0.5"),
        (FRENCH, "1\u202f234,56", "1234.56"),
        (NumberFormat(ignore="$€ "), "$ 12.50", "12.50"),
        (NumberFormat(thousands=""), "1234", "1234"),
    ],
)
def test_an_amount_means_what_the_format_says(form: NumberFormat, text: str, amount: str) -> None:
    assert form.read(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ENGLISH, "1.234,56"),
        (ENGLISH, "1,23"),
        (ENGLISH, "12,34,567"),
        (ENGLISH, "1e5"),
        (ENGLISH, "nan"),
        (ENGLISH, "=1+1"),
        (ENGLISH, "-5-"),
        (ENGLISH, "5."),
        (ENGLISH, ""),
        (ENGLISH, "１２"),
        (GERMAN, "1,234.56"),
        (NumberFormat(thousands=""), "1,234"),
        (ENGLISH, "$5"),
    ],
)
def test_an_amount_written_otherwise_is_no_amount(form: NumberFormat, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        form.read(text)


def test_more_digits_than_the_ledger_holds_are_too_large() -> None:
    assert ENGLISH.read("0" * 10 + "9" * 16) == Decimal("9" * 16)
    with pytest.raises(TooLarge):
        ENGLISH.read("1" + "0" * 16)
