"""Numbers within bounds."""

from decimal import Decimal

import pytest

from core.domain.bounds import Bounds

DAYS = Bounds("15", "0.5", "365")


@pytest.mark.parametrize(("written", "number"), [("0.5", "0.5"), (" 15 ", "15"), (365, "365"), (Decimal("1.5"), "1.5")])
def test_a_number_within_the_bounds_is_read(written: object, number: str) -> None:
    assert DAYS.read(written) == Decimal(number)


@pytest.mark.parametrize("written", ["0.4999", "365.01", "-1", "NaN", "sNaN", "Infinity", "soon", "", None])
def test_anything_else_is_none(written: object) -> None:
    assert DAYS.read(written) is None


def test_where_only_whole_numbers_make_sense_a_part_is_none() -> None:
    assert DAYS.read("1.5", is_whole=True) is None
    assert DAYS.read("2.0", is_whole=True) == 2
