"""What the firm settled once and everything else asks here: its currency, its business day, the name of its desk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from core.dates import business_date

# The source of what people enter here: it has no other home.
DESK = "order-desk"


def base_currency(wanted: str | None = None) -> str:
    """The currency that was asked for, else the firm's."""
    return wanted or str(settings.BASE_CURRENCY)


def today() -> date:
    """The business day now; for views, tasks and commands, rules are told the day."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """The business day of a moment."""
    return business_date(moment, settings.TIME_ZONE)


def day_that_ended(moment: datetime) -> date:
    """The last business day that was over at a moment: what a night closes."""
    return day_of(moment) - timedelta(days=1)


def end_of_day(day: date) -> datetime:
    """The last moment of a business day."""
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(settings.TIME_ZONE))
