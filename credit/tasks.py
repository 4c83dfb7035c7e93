"""Jobs of the credit floor: ids in, one service call each."""

from __future__ import annotations

from datetime import date
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from buyers.services.rechecks import RECHECK_MOVED_TASK, RECHECK_TASK
from core.dates import business_date
from core.jobs import job_task
from core.models import Job
from credit.services import recheck

EXPIRE_TASK = "credit.expire"


def _today() -> date:
    return business_date(timezone.now(), settings.TIME_ZONE)


@job_task(RECHECK_TASK)
def recheck_buyer(job: Job) -> dict[str, Any]:
    """Check the open orders of the buyer that ``params`` names again."""
    return recheck.recheck_buyer(job.params["buyer"], cause=job.params["cause"], as_of=_today())


@job_task(RECHECK_MOVED_TASK)
def recheck_moved(job: Job) -> dict[str, Any]:
    """Find the buyers that a bulk posting, a close or new facts concern: a job for each."""
    return {"buyers": recheck.enqueue_moved()}


@shared_task(name=EXPIRE_TASK, ignore_result=True)
def expire(**_: object) -> None:
    """Have orders looked at because a day has come: reservations, releases, limits. Safe to run twice."""
    recheck.enqueue_due(as_of=_today())
