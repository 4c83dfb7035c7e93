"""Doing a job: claim, keep the lease while the body runs, finish or fail."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from core.errors import DomainError
from core.models import Job
from core.services import leases

logger = logging.getLogger(__name__)

Body = Callable[[Job], Mapping[str, Any] | None]
# What time may heal: a restarting database, a deadlock, a network or disk that hiccups.
TRANSIENT = (OperationalError, InterfaceError, ConnectionError, TimeoutError)
LONGEST_ERROR = 8000


def perform(job_id: int, body: Body) -> bool:
    """Do the job if it is free; False if somebody else has it or it is done. Never raises what the body raised."""
    job = leases.claim_job(job_id)
    if job is None:
        return False
    _perform(job, body)
    return True


def _perform(job: Job, body: Body) -> None:
    try:
        with Heartbeat(job):
            result = body(job)
        leases.finish_job(job, result)
    except leases.LeaseLost:
        logger.warning("Job %s (%s): the lease ran out, another worker has it", job.pk, job)
    except Exception as error:  # every failure belongs on the job's row
        _give_up(job, error)
    except BaseException:  # Ctrl-C or a worker told to stop: the job is as good as untouched
        leases.release_job(job)
        raise


def _give_up(job: Job, error: Exception) -> None:
    logger.error("Job %s (%s) failed, attempt %s", job.pk, job, job.attempts, exc_info=error)
    try:
        if isinstance(error, TRANSIENT):
            leases.retry_job(job, describe(error), delay_seconds=2**job.attempts)
        else:
            leases.fail_job(job, describe(error))
    except leases.LeaseLost:
        logger.warning("Job %s (%s): the lease ran out before its failure was recorded", job.pk, job)
    except DatabaseError:  # the database is away: the lease runs out and the job is tried again
        connection.close()


def describe(error: Exception) -> str:
    """What a person sees of a failure: the message first, then where it came from."""
    if isinstance(error, DomainError):
        return error.message
    where = "".join(traceback.format_exception(error))
    return f"{type(error).__name__}: {error}\n\n{where}"[:LONGEST_ERROR]


class Heartbeat:
    """Renews the lease from a thread of its own, on a connection of its own, while the body runs."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(settings.JOB_LEASE_SECONDS / 3):
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            if not leases.renew(self._job):
                self._stop.set()
        except DatabaseError as problem:
            logger.warning("Job %s: the lease could not be renewed: %s", self._job.pk, problem)
            connection.close()
