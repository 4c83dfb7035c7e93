"""Amounts, dates and currencies of documents."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.document_values import compact_date, currency_of, decimal_of, iso_date
from invoices.intake.reasons import FileRefused


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1234.50", "1234.50"), ("+5", "5"), (".5", "0.5"), ("-0.00", "0.00"), ("0007", "7"), ("12.", "12")],
)
def test_amounts_of_xml_are_read_exactly(text: str, amount: str) -> None:
    found = decimal_of(text, field="x", rule="")
    assert found == Decimal(amount)
    assert not found.is_signed()


@pytest.mark.parametrize(
    "text", ["NaN", "INF", "-Infinity", "1e400", "1E3", "1,50", "1 000", "", "--1", "٣", "0x10", "1_000", "1" * 61]
)
def test_what_is_no_decimal_of_xml_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        decimal_of(text, field="PayableAmount", rule="BR-15")
    assert (caught.value.code, caught.value.params["field"]) == ("amount_invalid", "PayableAmount")


@pytest.mark.parametrize("text", ["12345678901234567", "1.1234567", "99999999999999999.99"])
def test_more_digits_than_a_ledger_holds_are_refused(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        decimal_of(text, field="x", rule="")
    assert caught.value.code == "amount_too_large"


@pytest.mark.parametrize(
    "text", ["2026-01-31", "2026-01-31Z", "2026-01-31+01:00", "2026-01-31T12:30:00.5+01:00", "2026-01-31T12:30:00"]
)
def test_dates_with_and_without_a_time_are_the_day(text: str) -> None:
    assert iso_date(text, field="x", rule="") == date(2026, 1, 31)


@pytest.mark.parametrize(
    "text", ["0000-00-00", "2026-02-30", "2026-13-01", "31.01.2026", "20260131", "9999-01-01", "2026-1-31", ""]
)
def test_what_is_no_day_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        iso_date(text, field="IssueDate", rule="BR-03")
    assert (caught.value.code, caught.value.params["expected"]) == ("day_invalid", "YYYY-MM-DD")


def test_compact_dates_are_read() -> None:
    assert compact_date("20260228", field="x", rule="") == date(2026, 2, 28)
    with pytest.raises(FileRefused):
        compact_date("00000000", field="x", rule="")


def test_a_currency_is_one_of_iso_4217() -> None:
    assert currency_of("EUR", field="x", rule="") == "EUR"
    with pytest.raises(FileRefused, match="ISO 4217"):
        currency_of("EURO", field="x", rule="")


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_every_amount_comes_back_as_it_was(amount: Decimal) -> None:
    assert decimal_of(f"{amount:f}", field="x", rule="") == amount


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    with suppress(FileRefused):
        assert decimal_of(text, field="x", rule="").is_finite()
