"""Entries of the schedule that people may edit in the administration: made once, never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

NIGHTLY_NAME = "Nightly close"
NIGHTLY_TASK = "pipeline.nightly_close"
HOUR, MINUTE = "1", "30"


@transaction.atomic
def ensure_entries() -> bool:
    """Make the entry of the nightly close where there is none; True if it was made.

    To stop it, switch it off: an entry that was deleted comes back with the next start.
    """
    if PeriodicTask.objects.filter(task=NIGHTLY_TASK).exists():
        return False
    daily = {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    when, _ = CrontabSchedule.objects.get_or_create(hour=HOUR, minute=MINUTE, timezone=settings.TIME_ZONE, **daily)
    PeriodicTask.objects.create(
        name=NIGHTLY_NAME,
        task=NIGHTLY_TASK,
        crontab=when,
        description="Closes the business day that has just ended: snapshots, scores, standings, alerts.",
    )
    return True
