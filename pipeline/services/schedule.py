"""Entries of the schedule that people may edit in the administration: made once, never overwritten."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

NIGHTLY_NAME = "Nightly close"
NIGHTLY_TASK = "pipeline.nightly_close"
PROOF_TASK = "pipeline.nightly_proof"
CLEANUP_TASK = "pipeline.nightly_cleanup"


class Nightly(NamedTuple):
    """A task of every night, in the business time zone."""

    name: str
    task: str
    hour: str
    minute: str
    description: str


# The proof comes first: the close raises what it found.
ENTRIES = (
    Nightly(
        "Nightly proof of the ledger",
        PROOF_TASK,
        "1",
        "15",
        "Proves every open amount, due date, dispute and balance against the entries.",
    ),
    Nightly(
        NIGHTLY_NAME,
        NIGHTLY_TASK,
        "1",
        "30",
        "Closes the business day that has just ended: snapshots, scores, standings, alerts.",
    ),
    Nightly(
        "Nightly clean-up",
        CLEANUP_TASK,
        "4",
        "30",
        "Deletes old jobs, runs that nothing names, uploads never imported and sessions that ended.",
    ),
)


def ensure_entries() -> int:
    """Make the entries that are missing; how many were made.

    To stop one, switch it off: an entry that was deleted comes back with the next start.
    """
    return sum(_ensure(entry) for entry in ENTRIES)


@transaction.atomic
def _ensure(entry: Nightly) -> bool:
    if PeriodicTask.objects.filter(task=entry.task).exists():
        return False
    daily = {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    clock = {"hour": entry.hour, "minute": entry.minute, "timezone": settings.TIME_ZONE}
    when, _ = CrontabSchedule.objects.get_or_create(**clock, **daily)
    PeriodicTask.objects.create(name=entry.name, task=entry.task, crontab=when, description=entry.description)
    return True
