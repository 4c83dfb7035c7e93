"""Dates of the business: pure helpers; only views, tasks and commands ask the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import DomainError
from core.words import sentence as _


def business_date(now: datetime, time_zone: str) -> date:
    """What "today" is in the firm's one business time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def parse_iso_date(text: str, *, field: str = "as_of") -> date:
    """A date from ``YYYY-MM-DD``; raises ``date_invalid`` naming field and value."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DomainError(
            "date_invalid",
            _("%(field)s: %(text)r is not a date; write it as YYYY-MM-DD.", field=field, text=text),
            {"field": field, "value": text},
        ) from error


def month_start(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return (month_start(day) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def months_back(day: date, count: int) -> date:
    """The first day of the month that lies ``count`` months before the day's month."""
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def working_days_between(start: date, end: date) -> int:
    """Mondays to Fridays after ``start`` up to ``end``; 0 if ``end`` is not later. Public holidays are not known.

    Example: from Friday to the next Monday 1, from Saturday to Monday 1, from Monday to Friday 4.
    """
    weeks, rest = divmod(max(0, (end - start).days), 7)
    return weeks * 5 + sum((start + timedelta(days=day)).weekday() < 5 for day in range(1, rest + 1))
