"""Reading runs: what pages, commands and the REST API show of long work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Now

from core.errors import NotFound
from core.models import Job, Run
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage is; ``seconds`` from its first start to its last end so far."""

    stage: str
    step: int
    jobs: int
    done: int
    in_work: int
    failed: int
    seconds: float | None

    @property
    def state(self) -> str:
        """One word for the stage: waiting, running, done or failed."""
        if self.done == self.jobs:
            return "done"
        if self.failed and not self.in_work:
            return "failed"
        return "running" if self.in_work or self.done else "waiting"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run with its stages, as people watch it."""

    run_id: int
    kind: str
    key: str
    as_of: date | None
    state: str
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stages: tuple[StageProgress, ...]

    @property
    def jobs(self) -> int:
        """All jobs of the run."""
        return sum(stage.jobs for stage in self.stages)

    @property
    def done(self) -> int:
        """Jobs that are done."""
        return sum(stage.done for stage in self.stages)

    @property
    def percent(self) -> int:
        """Share of jobs done, 0-100; 100 only when the run is done."""
        if self.state == Run.State.DONE:
            return 100
        return min(99, 100 * self.done // self.jobs) if self.jobs else 0

    @property
    def is_over(self) -> bool:
        """True if the run is done or failed."""
        return self.state in {Run.State.DONE, Run.State.FAILED}


def run_progress(run_id: int) -> RunProgress:
    """One run with its stages; raises :class:`NotFound`."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound(
            "run_unknown", _("There is no run %(run_id)s.", run_id=run_id), {"field": "run", "value": run_id}
        )
    return _progress(run, _stage_rows([run_id]).get(run_id, ()))


def list_runs(*, kinds: Iterable[str] = (), limit: int = 50, before_id: int | None = None) -> list[RunProgress]:
    """The latest runs with their stages, newest first."""
    runs = Run.objects.order_by("-pk")
    if kinds:
        runs = runs.filter(kind__in=list(kinds))
    if before_id is not None:
        runs = runs.filter(pk__lt=before_id)
    page = list(runs[:limit])
    stages = _stage_rows([run.pk for run in page])
    return [_progress(run, stages.get(run.pk, ())) for run in page]


def latest_run(kind: str, *, key: str | None = None, state: str | None = None) -> Run | None:
    """The newest run of a kind, of one key and in one state if given."""
    runs = Run.objects.filter(kind=kind)
    if key is not None:
        runs = runs.filter(key=key)
    if state is not None:
        runs = runs.filter(state=state)
    return runs.order_by("-pk").first()


def list_jobs(run_id: int, *, stage: str | None = None) -> QuerySet[Job]:
    """The jobs of a run in the order they were planned."""
    jobs = Job.objects.filter(run_id=run_id).order_by("step", "pk")
    return jobs if stage is None else jobs.filter(stage=stage)


def list_free_jobs(run_id: int) -> QuerySet[Job, tuple[int, str]]:
    """``(id, task)`` of the run's jobs that could be taken now."""
    free = Q(state=Job.State.READY) & (Q(not_before=None) | Q(not_before__lte=Now()))
    abandoned = Q(state=Job.State.LEASED, lease_until__lt=Now())
    return Job.objects.filter(free | abandoned, run_id=run_id).order_by("pk").values_list("pk", "task")


def has_live_lease(run_id: int) -> bool:
    """True if some worker is at work on the run right now."""
    return Job.objects.filter(run_id=run_id, state=Job.State.LEASED, lease_until__gte=Now()).exists()


def _stage_rows(run_ids: list[int]) -> dict[int, tuple[StageProgress, ...]]:
    rows = (
        Job.objects.filter(run_id__in=run_ids)
        .values("run_id", "step", "stage")
        .annotate(
            jobs=Count("pk"),
            done=Count("pk", filter=Q(state=Job.State.DONE)),
            in_work=Count("pk", filter=Q(state=Job.State.LEASED)),
            failed=Count("pk", filter=Q(state=Job.State.FAILED)),
            first=Min("started_at"),
            last=Max("finished_at"),
            order=Min("pk"),
        )
        .order_by("run_id", "step", "order")
    )
    stages: dict[int, tuple[StageProgress, ...]] = {}
    for row in rows:
        stages[row["run_id"]] = (*stages.get(row["run_id"], ()), _stage(row))
    return stages


def _stage(row: Mapping[str, Any]) -> StageProgress:
    seconds = (row["last"] - row["first"]).total_seconds() if row["first"] and row["last"] else None
    return StageProgress(
        stage=row["stage"],
        step=row["step"],
        jobs=row["jobs"],
        done=row["done"],
        in_work=row["in_work"],
        failed=row["failed"],
        seconds=None if seconds is None else round(max(seconds, 0.0), 3),
    )


def _progress(run: Run, stages: tuple[StageProgress, ...]) -> RunProgress:
    return RunProgress(
        run_id=run.pk,
        kind=run.kind,
        key=run.key,
        as_of=run.as_of,
        state=run.state,
        error=run.error,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        stages=stages,
    )
