"""Tasks of the close: one job each, ids in, one service call."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.house import day_that_ended
from core.jobs import job_task
from core.models import Job
from pipeline.services import close, stages
from pipeline.services.cleaning import clean_up
from pipeline.services.proof import VERIFY_TASK, prove_ledger, start_proof
from pipeline.services.schedule import CLEANUP_TASK, NIGHTLY_TASK, PROOF_TASK


@shared_task(name=NIGHTLY_TASK, ignore_result=True)
def nightly_close(**_: object) -> None:
    """Close the business day that has just ended; joins a close of that day that is under way."""
    now = timezone.now()
    close.start_close(day_that_ended(now), known_at=now)


@shared_task(name=PROOF_TASK, ignore_result=True)
def nightly_proof(**_: object) -> None:
    """Prove the ledger after the business day that has just ended; joins a proof that is under way."""
    start_proof(day_that_ended(timezone.now()))


@shared_task(name=CLEANUP_TASK, ignore_result=True)
def nightly_cleanup(**_: object) -> None:
    """Delete what is older than the settings say. Safe to run twice."""
    clean_up(now=timezone.now())


@job_task(VERIFY_TASK)
def verify_ledger(job: Job) -> dict[str, Any]:
    """Stored figures against entries."""
    return prove_ledger()


@job_task(close.CHECK_TASK)
def check_ledger(job: Job) -> dict[str, Any]:
    """Control totals and rates."""
    return stages.check_ledger(job)


@job_task(close.SNAPSHOT_TASK)
def snapshot_shard(job: Job) -> dict[str, Any]:
    """Aging lines of a shard."""
    return stages.snapshot_shard(job)


@job_task(close.SCORE_TASK)
def score_shard(job: Job) -> dict[str, Any]:
    """Scores of a shard."""
    return stages.score_shard(job)


@job_task(close.TOTALS_TASK)
def complete_snapshot(job: Job) -> dict[str, Any]:
    """Totals for the Home page."""
    return stages.complete_snapshot(job)


@job_task(close.STANDINGS_TASK)
def write_standings(job: Job) -> dict[str, Any]:
    """Standings that changed."""
    return stages.write_all_standings(job)


@job_task(close.ALERTS_TASK)
def advance_alerts(job: Job) -> dict[str, Any]:
    """Alerts up to the date."""
    return stages.advance_alerts(job)


@job_task(close.FINISH_TASK)
def finish_close(job: Job) -> dict[str, Any]:
    """The run's result."""
    return stages.finish_close(job)
