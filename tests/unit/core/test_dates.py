"""Dates of the business."""

from datetime import UTC, date, datetime

import pytest

from core.dates import business_date, month_end, month_start, months_back, parse_iso_date
from core.errors import DomainError


def test_the_business_day_follows_the_firm_s_time_zone() -> None:
    late = datetime(2026, 3, 31, 17, tzinfo=UTC)
    assert business_date(late, "Asia/Shanghai") == date(2026, 4, 1)
    assert business_date(late, "Europe/Berlin") == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2023, 2, 1), date(2023, 2, 1), date(2023, 2, 28)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_has_a_first_and_a_last_day(day: date, start: date, end: date) -> None:
    assert (month_start(day), month_end(day)) == (start, end)


@pytest.mark.parametrize(
    ("back", "first"), [(0, date(2026, 3, 1)), (2, date(2026, 1, 1)), (3, date(2025, 12, 1)), (15, date(2024, 12, 1))]
)
def test_months_are_counted_back_over_years(back: int, first: date) -> None:
    assert months_back(date(2026, 3, 31), back) == first


@pytest.mark.parametrize("text", ["2026-02-30", "0000-00-00", "31.12.2026", "", "today"])
def test_what_is_no_date_is_named_with_its_field(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse_iso_date(text, field="due_date")
    assert (refused.value.code, refused.value.params) == ("date_invalid", {"field": "due_date", "value": text})
