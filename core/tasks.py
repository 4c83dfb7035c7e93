"""Tasks of the core itself."""

from celery import shared_task
from django.utils import timezone

from core.jobs import job_task
from core.models import Job
from core.services.outbox.delivering import deliver
from core.services.outbox.dispatching import dispatch
from core.services.seals import seal_audit
from core.services.sweeper import sweep

SWEEP_TASK = "core.sweep_jobs"
SEAL_TASK = "core.seal_audit"
DISPATCH_TASK = "core.dispatch_outbox"
DELIVER_TASK = "core.deliver_messages"


@shared_task(name=SWEEP_TASK, ignore_result=True)
def sweep_jobs(**_: object) -> None:
    """Every few seconds: take back abandoned jobs and poke what is ready. Safe to run twice."""
    sweep()


@shared_task(name=SEAL_TASK, ignore_result=True)
def seal_the_trail(**_: object) -> None:
    """Every ten minutes: seal what the audit trail has gained. Safe to run twice."""
    seal_audit(now=timezone.now())


@shared_task(name=DISPATCH_TASK, ignore_result=True)
def dispatch_outbox(**_: object) -> None:
    """After each commit that wrote messages and every few seconds: jobs for what is due. Safe to run twice."""
    dispatch()


@job_task(DELIVER_TASK)
def deliver_messages(job: Job) -> dict[str, int]:
    """Send what is due of one subscription."""
    return deliver(job)
