"""Runs and their jobs: work is a row, written in the business transaction (docs/architecture.md).

A run's jobs are written when it is opened. Jobs of one step are done side by side; when the last of them is done,
the next step's jobs become ready in the same transaction, so a run can neither stop half-way nor advance twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.db.models.functions import Now

from core.errors import Conflict, InvalidTransition, NotFound
from core.models import Job, Run, User
from core.queries.sql import fetch_all
from core.services import audit
from core.services.outbox.runs import run_finished
from core.services.pokes import poke
from core.words import sentence as _

OPEN_STATES = (Run.State.QUEUED, Run.State.RUNNING)
UNFINISHED = (Job.State.READY, Job.State.LEASED)
LONGEST_STAGE_LABEL = 40


def open_run(
    kind: str,
    key: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> Run:
    """The open run of this kind and key: a new one, or the one that is under way.

    Call it and :func:`add_jobs` in one transaction; both change nothing where the run and its stages exist already.
    ``params`` and job params hold ids, numbers and ISO dates only.
    """
    try:
        with transaction.atomic():
            return Run.objects.create(
                kind=kind, key=key, as_of=as_of, known_at=known_at, params=dict(params or {}), actor=actor
            )
    except IntegrityError:
        run = Run.objects.filter(kind=kind, key=key, state__in=OPEN_STATES).first()
        if run is None:  # it ended between the two statements
            return open_run(kind, key, as_of=as_of, known_at=known_at, params=params, actor=actor)
        return run


def add_jobs(
    run: Run,
    stage: str,
    task: str,
    *,
    shards: int = 1,
    params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    beside: bool = False,
) -> None:
    """Add a stage of ``shards`` jobs for the Celery task of that name; it waits for the stages added before it.

    ``params`` is one mapping for all jobs, or a sequence with one mapping for each (then its length counts).
    With ``beside`` the stage is worked on at the same time as the stage added last. The first step is ready at once
    and its jobs are poked on commit. A stage that the run already has is left as it is.
    """
    if run.jobs.filter(stage=stage).exists():
        return
    each = [dict(params or {})] * shards if params is None or isinstance(params, Mapping) else [dict(p) for p in params]
    step = _next_step(run, beside=beside)
    state = Job.State.READY if step == 0 else Job.State.WAITING
    rows = [Job(run=run, stage=stage, step=step, task=task, shard=i, params=p, state=state) for i, p in enumerate(each)]
    created = Job.objects.bulk_create(rows)
    if step == 0:
        Run.objects.filter(pk=run.pk).update(stage=_step_label(run.pk, 0))
        poke(created)


def enqueue(task: str, params: Mapping[str, Any] | None = None) -> Job:
    """A single job that belongs to no run, by task name."""
    job = Job.objects.create(task=task, stage=task, params=dict(params or {}))
    poke([job])
    return job


def enqueue_once(task: str, each: Sequence[Mapping[str, Any]]) -> None:
    """A single job for each of these params, e.g. what a posting asks an upper floor to do; some statements in all.

    A job of the same task and params that nobody took yet stands for the new one too: it is held back from workers
    until this transaction ends, so whoever does it sees what was written here.
    """
    wanted = [dict(params) for params in each]
    waiting = {row[0] for row in fetch_all(_HOLD_WAITING_SQL, [[json.dumps(params) for params in wanted], task])}
    rows = [Job(task=task, stage=task, params=params) for place, params in enumerate(wanted, 1) if place not in waiting]
    poke(Job.objects.bulk_create(rows))


# A worker takes a job by updating its row: that waits for the shared lock. A row that is being taken is passed over.
_HOLD_WAITING_SQL = """
SELECT wanted.place FROM unnest(%s::jsonb[]) WITH ORDINALITY AS wanted(params, place)
JOIN core_job j ON j.params = wanted.params
WHERE j.state = 'ready' AND j.not_before IS NULL AND j.run_id IS NULL AND j.task = %s
FOR SHARE OF j SKIP LOCKED
"""


def conclude_run(run: Run, result: Mapping[str, Any]) -> None:
    """End a run that has nothing to do: it is done at once, without jobs."""
    Run.objects.filter(pk=run.pk, state__in=OPEN_STATES).update(started_at=Now())
    _end(run, Run.State.DONE, result=result)


def settle_run(run_id: int) -> None:
    """Move the run on if its current step is over: next step, done, or failed.

    The caller has just changed one of its jobs in the same transaction. The run's row is locked first and the jobs are
    counted in a later statement, so of two last jobs that end together the second sees the first one's end.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    jobs = Job.objects.filter(run=run)
    if run.state not in OPEN_STATES or jobs.filter(state__in=UNFINISHED).exists():
        return
    failed = list(jobs.filter(state=Job.State.FAILED).order_by("pk"))
    waiting = jobs.filter(state=Job.State.WAITING).aggregate(step=Min("step"))["step"]
    if failed:
        _end(run, Run.State.FAILED, error=_summary(failed))
    elif waiting is None:
        last = jobs.order_by("step", "pk").last()
        _end(run, Run.State.DONE, result=last.result if last else {})
    else:
        _make_ready(run, waiting)


def restart_job(job_id: int, *, actor: User | None) -> Job:
    """Let a failed job be tried again, alone; what its run has done so far stands."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NotFound(
                "job_unknown", _("There is no job %(job_id)s.", job_id=job_id), {"field": "job", "value": job_id}
            )
        if job.state != Job.State.FAILED:
            raise InvalidTransition(current=job.state, allowed=(Job.State.FAILED,))
        job.state, job.attempts, job.pokes, job.poked_at, job.finished_at = Job.State.READY, 0, 0, None, None
        job.save(update_fields=["state", "attempts", "pokes", "poked_at", "finished_at"])
        if job.run_id is not None:
            _reopen(job.run_id)
        audit.record(actor=actor, action="core.job.restarted", subject_type="job", subject_id=job.pk)
        poke([job])
    return job


def _reopen(run_id: int) -> None:
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != Run.State.FAILED:
        return
    run.state, run.error, run.finished_at = Run.State.RUNNING, "", None
    try:
        with transaction.atomic():
            run.save(update_fields=["state", "error", "finished_at"])
    except IntegrityError as error:
        raise Conflict(
            "run_open_elsewhere",
            _("Another run of %(kind)s %(key)s is under way; wait for its end.", kind=run.kind, key=run.key),
            {"kind": run.kind, "key": run.key},
        ) from error


def _next_step(run: Run, *, beside: bool) -> int:
    last: int | None = run.jobs.aggregate(last=Max("step"))["last"]
    if last is None:
        return 0
    return last if beside else last + 1


def _make_ready(run: Run, step: int) -> None:
    jobs = Job.objects.filter(run=run, step=step)
    jobs.update(state=Job.State.READY)
    run.stage = _step_label(run.pk, step)
    run.save(update_fields=["stage"])
    poke(jobs.order_by("pk"))


def _end(run: Run, state: Run.State, *, result: Mapping[str, Any] | None = None, error: str = "") -> None:
    Run.objects.filter(pk=run.pk).update(state=state, result=dict(result or {}), error=error, finished_at=Now())
    run_finished(run.pk)


def _step_label(run_id: int, step: int) -> str:
    stages = Job.objects.filter(run_id=run_id, step=step).order_by("pk").values_list("stage", flat=True)
    return ", ".join(dict.fromkeys(stages))[:LONGEST_STAGE_LABEL]


def _summary(failed: list[Job]) -> str:
    first = failed[0].error.strip().splitlines()
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"{failed[0].stage}[{failed[0].shard}]{more}: {first[0] if first else ''}"
