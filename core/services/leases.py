"""Taking a job, holding it and giving it back. Only the holder of the current lease may finish or fail a job.

Times are the database's: workers on several machines share one clock.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from core.errors import Conflict
from core.models import Job, Run
from core.queries.sql import fetch_all
from core.services.runs import settle_run
from core.words import sentence as _

logger = logging.getLogger(__name__)

# A job that takes its worker down with it must not do so for ever.
MAX_ATTEMPTS = 5
LOST_WORKER = "The worker stopped without finishing (killed, out of memory or out of time), {attempts} times."


class LeaseLost(Conflict):
    """The lease ran out and somebody else has the job: this worker's result does not count."""

    def __init__(self, job: Job) -> None:
        super().__init__("lease_lost", _("The lease of job %(job)s ran out.", job=job.pk), {"job": job.pk})


def claim_job(job_id: int, lease_seconds: float | None = None) -> Job | None:
    """Take the job if it is free: ready, or its holder's lease has run out. None if somebody else has it."""
    token = uuid4()
    free = Q(state=Job.State.READY) & (Q(not_before=None) | Q(not_before__lte=Now()))
    abandoned = Q(state=Job.State.LEASED, lease_until__lt=Now())
    taken = Job.objects.filter(free | abandoned, pk=job_id, attempts__lt=MAX_ATTEMPTS).update(
        state=Job.State.LEASED,
        lease_token=token,
        lease_until=_lease_end(lease_seconds),
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    if job.run_id is not None:
        Run.objects.filter(pk=job.run_id, state=Run.State.QUEUED).update(state=Run.State.RUNNING, started_at=Now())
    return job if job.lease_token == token else None


def renew(job: Job, lease_seconds: float | None = None) -> bool:
    """Hold the job for longer; False if the lease is no longer ours."""
    return bool(_held(job).update(lease_until=_lease_end(lease_seconds)))


# Rows that a poster holds are passed over: what it writes is not to be seen yet.
_TAKE_WAITING_SQL = """
WITH waiting AS (
    SELECT id FROM core_job WHERE state = 'ready' AND not_before IS NULL AND run_id IS NULL AND task = %(task)s
      AND id <> %(job)s AND params -> %(name)s = ANY(%(values)s::jsonb[])
    ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE core_job j SET state = 'done', started_at = now(), finished_at = now(),
    result = jsonb_build_object('done_by', %(job)s::bigint)
FROM waiting WHERE j.id = waiting.id RETURNING j.id, j.params
"""


def take_waiting(job: Job, name: str, values: Iterable[Any]) -> list[dict[str, Any]]:
    """Do the waiting jobs of the same task whose param ``name`` is one of ``values`` along with this one.

    Their params, in the order in which they were asked for, are put under ``also`` of this job's own before theirs are
    done: a worker that dies leaves one job that knows of all. That job may itself be taken, so what it knew goes along;
    what is there already is not put there twice. What was taken has all its tries before it, so they are counted anew:
    a job that takes more and more must not be given up for the deaths of its first workers. Returns everything under
    ``also``. Raises :class:`LeaseLost`.
    """
    params = {"task": job.task, "job": job.pk, "name": name, "values": [json.dumps(value) for value in values]}
    with transaction.atomic():
        taken = [json.loads(row[1]) for row in sorted(fetch_all(_TAKE_WAITING_SQL, params))]
        if taken:
            job.params = {**job.params, "also": _each_once([*job.params.get("also", ()), *_flat(taken)])}
            job.attempts = 1
            if not _held(job).update(params=job.params, attempts=job.attempts):
                raise LeaseLost(job)
    return list(job.params.get("also", ()))


def _flat(taken: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The params of each job, and then what it had taken along itself."""
    for params in taken:
        yield {name: value for name, value in params.items() if name != "also"}
        yield from params.get("also", ())


def _each_once(asked: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({json.dumps(one, sort_keys=True): one for one in asked}.values())


def finish_job(job: Job, result: Mapping[str, Any] | None = None) -> None:
    """Mark the job done and move its run on; raises :class:`LeaseLost` if the lease is no longer ours."""
    with transaction.atomic():
        _give_back(job, state=Job.State.DONE, result=dict(result or {}), error="", finished_at=Now())


def fail_job(job: Job, error: str) -> None:
    """Mark the job failed, for a person to look at and restart."""
    with transaction.atomic():
        _give_back(job, state=Job.State.FAILED, error=error, finished_at=Now())


def retry_job(job: Job, error: str, *, delay_seconds: float) -> None:
    """Give the job back to be tried again later, or fail it if it was tried often enough."""
    if job.attempts >= MAX_ATTEMPTS:
        fail_job(job, error)
        return
    later = Now() + timedelta(seconds=delay_seconds)
    with transaction.atomic():
        _give_back(job, state=Job.State.READY, error=error, not_before=later, poked_at=None, pokes=0)


def release_job(job: Job) -> None:
    """Give the job back untried, e.g. because the process is asked to stop."""
    with transaction.atomic():
        _give_back(job, state=Job.State.READY, attempts=F("attempts") - 1, poked_at=None, pokes=0)


def requeue_expired() -> int:
    """Make jobs whose holder is gone ready again; those tried too often fail. Returns how many were taken back."""
    with transaction.atomic():
        expired = Job.objects.filter(state=Job.State.LEASED, lease_until__lt=Now())
        jobs = list(expired.select_for_update(skip_locked=True).order_by("pk"))
        for job in jobs:
            _take_back(job)
    return len(jobs)


def _take_back(job: Job) -> None:
    logger.warning("Job %s (%s) was left by its worker, attempt %s", job.pk, job, job.attempts)
    if job.attempts >= MAX_ATTEMPTS:
        error = "\n".join(filter(None, [LOST_WORKER.format(attempts=job.attempts), job.error]))
        _give_back(job, state=Job.State.FAILED, error=error, finished_at=Now())
    else:
        _give_back(job, state=Job.State.READY, poked_at=None, pokes=0)


def _give_back(job: Job, **changes: Any) -> None:
    if not _held(job).update(lease_token=None, lease_until=None, **changes):
        raise LeaseLost(job)
    if job.run_id is not None:
        settle_run(job.run_id)


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=Job.State.LEASED, lease_token=job.lease_token)


def _lease_end(lease_seconds: float | None) -> Any:
    return Now() + timedelta(seconds=lease_seconds or settings.JOB_LEASE_SECONDS)
