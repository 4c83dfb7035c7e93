"""Tasks of the core itself."""

from celery import shared_task
from django.utils import timezone

from core.services.seals import seal_audit
from core.services.sweeper import sweep

SWEEP_TASK = "core.sweep_jobs"
SEAL_TASK = "core.seal_audit"


@shared_task(name=SWEEP_TASK, ignore_result=True)
def sweep_jobs(**_: object) -> None:
    """Every few seconds: take back abandoned jobs and poke what is ready. Safe to run twice."""
    sweep()


@shared_task(name=SEAL_TASK, ignore_result=True)
def seal_the_trail(**_: object) -> None:
    """Every ten minutes: seal what the audit trail has gained. Safe to run twice."""
    seal_audit(now=timezone.now())
