"""Waiting for a run in a command: sweep, show progress, and do the work in this process if no worker comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from core.models import Run
from core.queries.runs import RunProgress, has_live_lease, list_free_jobs, run_progress
from core.services.pokes import get_task
from core.services.sweeper import sweep

logger = logging.getLogger(__name__)

POLL_S = 0.2
SWEEP_EVERY_S = 3.0
# Workers answer within milliseconds; after this long there is none, or they are busy elsewhere.
PATIENCE_S = 1.5
DATABASE_AWAY_LIMIT_S = 120.0


def wait_for_run(run_id: int, on_progress: Callable[[RunProgress], None]) -> Run:
    """Wait until the run is done or failed; ``on_progress`` is called whenever something changed."""
    waiter = _Waiter(run_id, on_progress)
    while not waiter.is_over():
        waiter.turn()
    return Run.objects.get(pk=run_id)


class _Waiter:
    def __init__(self, run_id: int, on_progress: Callable[[RunProgress], None]) -> None:
        self.run_id = run_id
        self.on_progress = on_progress
        self.shown: RunProgress | None = None
        self.swept_at = self.busy_at = self.answered_at = time.monotonic()

    def is_over(self) -> bool:
        """Show what changed; True at the run's end. A database that restarts is waited for."""
        try:
            progress = run_progress(self.run_id)
        except (OperationalError, InterfaceError) as problem:
            self._wait_for_database(problem)
            return False
        self.answered_at = time.monotonic()
        if progress != self.shown:
            self.shown = progress
            self.on_progress(progress)
        return progress.is_over

    def turn(self) -> None:
        """One round: sweep now and then, help if nobody works, else rest a moment."""
        try:
            self._sweep_now_and_then()
            if not self._help():
                time.sleep(POLL_S)
        except (OperationalError, InterfaceError) as problem:
            self._wait_for_database(problem)

    def _sweep_now_and_then(self) -> None:
        if time.monotonic() - self.swept_at >= SWEEP_EVERY_S:
            self.swept_at = time.monotonic()
            sweep()

    def _help(self) -> bool:
        if has_live_lease(self.run_id):
            self.busy_at = time.monotonic()
            return False
        if time.monotonic() - self.busy_at < PATIENCE_S:
            return False
        return work_here(self.run_id)

    def _wait_for_database(self, problem: Exception) -> None:
        if time.monotonic() - self.answered_at > DATABASE_AWAY_LIMIT_S:
            raise problem
        connection.close()
        time.sleep(POLL_S)


def work_here(run_id: int) -> bool:
    """Do one free job of the run in this process, with the very task a worker would run; False if there is none."""
    free = list(list_free_jobs(run_id))
    return any(get_task(task)(job_id=job_id) for job_id, task in free)
