"""What the firm settled once: its currency and its business day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from core import house

EVENING = datetime(2026, 5, 31, 17, 30, tzinfo=UTC)  # 1:30 of 1 June in Shanghai


@pytest.fixture(autouse=True)
def firm(settings: Any) -> None:
    settings.TIME_ZONE, settings.BASE_CURRENCY = "Asia/Shanghai", "USD"


def test_the_currency_asked_for_wins_over_the_firms() -> None:
    assert [house.base_currency(wanted) for wanted in ("EUR", "", None)] == ["EUR", "USD", "USD"]


def test_the_business_day_is_that_of_the_firms_place() -> None:
    assert house.day_of(EVENING) == date(2026, 6, 1)
    with time_machine.travel(EVENING):
        assert house.today() == date(2026, 6, 1)


def test_a_night_closes_the_day_before() -> None:
    assert house.day_that_ended(EVENING) == date(2026, 5, 31)


def test_a_day_ends_a_microsecond_before_the_next() -> None:
    end = house.end_of_day(date(2026, 5, 31))
    assert end.astimezone(UTC) == datetime(2026, 5, 31, 15, 59, 59, 999_999, tzinfo=UTC)
