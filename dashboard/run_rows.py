"""Stages and shards of a run as lines of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.models import Job
from core.queries.runs import RunProgress, StageProgress
from dashboard.desk_labels import COUNTED, RUN_STATES, STAGES
from dashboard.labels import Label, label_of, word_of


@dataclass(frozen=True, slots=True)
class JobRow:
    """One shard."""

    id: int
    stage: str
    name: Any
    shard: int
    state: Label
    is_failed: bool
    attempts: int
    seconds: float | None
    counts: Mapping[Any, int]
    error: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: its progress, and the counts of its shards added up."""

    name: Any
    progress: StageProgress
    state: Label
    counts: Mapping[Any, int]


def job_rows(jobs: Iterable[Job]) -> list[JobRow]:
    """The shards in the order they were planned."""
    return [
        JobRow(
            id=job.pk,
            stage=job.stage,
            name=word_of(STAGES, job.stage),
            shard=job.shard,
            state=label_of(RUN_STATES, job.state),
            is_failed=job.state == Job.State.FAILED,
            attempts=job.attempts,
            seconds=_seconds(job),
            counts=_counts(job.result),
            error=job.error,
        )
        for job in jobs
    ]


def stage_rows(run: RunProgress, jobs: Iterable[JobRow]) -> list[StageRow]:
    """The stages with their counts."""
    by_stage: dict[str, list[JobRow]] = {}
    for job in jobs:
        by_stage.setdefault(job.stage, []).append(job)
    return [
        StageRow(
            name=word_of(STAGES, stage.stage),
            progress=stage,
            state=label_of(RUN_STATES, stage.state),
            counts=_added_up(by_stage.get(stage.stage, [])),
        )
        for stage in run.stages
    ]


def _seconds(job: Job) -> float | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def _counts(result: Mapping[str, Any]) -> dict[Any, int]:
    """What a job counted, in words; nested results are left to the run's own page."""
    found = {words: result[name] for name, words in COUNTED.items() if name in result}
    return {words: n for words, n in found.items() if isinstance(n, int) and not isinstance(n, bool)}


def _added_up(jobs: Iterable[JobRow]) -> dict[Any, int]:
    totals: dict[Any, int] = {}
    for job in jobs:
        for name, value in job.counts.items():
            totals[name] = totals.get(name, 0) + value
    return totals
