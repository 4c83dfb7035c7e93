"""Amounts in answers."""

from decimal import Decimal

import pytest

from core.api.fields import amount_text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("147703.18", "USD", "147703.18"),
        ("5", "USD", "5.00"),
        ("5", "JPY", "5"),
        ("1.2345", "KWD", "1.235"),
        ("-0.001", "USD", "0.00"),
        ("-12.5", "EUR", "-12.50"),
        ("1E+6", "USD", "1000000.00"),
    ],
)
def test_amount_is_written_with_the_minor_digits_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert amount_text(Decimal(amount), currency) == text
