"""Working days between two dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import working_days_between

FRIDAY = date(2026, 6, 26)


@pytest.mark.parametrize(("days", "working"), [(0, 0), (1, 0), (2, 0), (3, 1), (7, 5), (8, 5), (10, 6), (-3, 0)])
def test_days_after_a_friday(days: int, working: int) -> None:
    assert working_days_between(FRIDAY, FRIDAY + timedelta(days=days)) == working


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 60))
def test_it_is_the_count_of_weekdays(start: date, days: int) -> None:
    counted = sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))
    assert working_days_between(start, start + timedelta(days=days)) == counted
