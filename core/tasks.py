"""Tasks of the core itself."""

from celery import shared_task

from core.services.sweeper import sweep

SWEEP_TASK = "core.sweep_jobs"


@shared_task(name=SWEEP_TASK, ignore_result=True)
def sweep_jobs(**_: object) -> None:
    """Every few seconds: take back abandoned jobs and poke what is ready. Safe to run twice."""
    sweep()
