"""Closes of past month-ends and of the last day, so that scores, alerts and trends have a past to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from core.dates import months_back
from core.models import Run
from core.services.waiting import wait_for_run, work_here
from pipeline.services.close import start_close

Progress = Callable[[str], None]
Clock = Callable[[], datetime]


def close_history(*, end: date, months: int, clock: Clock, progress: Progress) -> list[date]:
    """Close the month-ends before ``end``, oldest first, then ``end``; returns the dates.

    Alerts advance from date to date, so the order matters. A date closed before, of which nothing new is known, is
    over at once.
    """
    days = [*(months_back(end, back) - timedelta(days=1) for back in reversed(range(months))), end]
    for day in days:
        progress(f"Closing {day}")
        _close(day, clock())
    return days


def _close(day: date, now: datetime) -> None:
    run_id = start_close(day, known_at=now).pk
    while work_here(run_id):  # at once, without waiting to see whether workers come
        pass
    run = wait_for_run(run_id, lambda _progress: None)
    if run.state == Run.State.FAILED:
        raise RuntimeError(f"the close of {day} failed: {run.error}")
