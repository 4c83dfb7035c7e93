"""Jobs of the credit floor: ids in, one service call each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import shared_task

from buyers.services.rechecks import RECHECK_MOVED_TASK, RECHECK_TASK
from core.house import today
from core.jobs import job_task
from core.models import Job
from credit.services import asking, closing, limit_days, recheck, reviews
from credit.services.bulk_orders import CHECK_TASK

EXPIRE_TASK = "credit.expire"
LIMIT_DAYS_TASK = "credit.note_limit_days"
REVIEWS_TASK = "credit.refresh_reviews"
CLOSE_TASK = "credit.close_settled_orders"


@job_task(RECHECK_TASK)
def recheck_buyer(job: Job) -> dict[str, Any]:
    """Check the open orders of the buyer that ``params`` names again, for every cause that waits for its account."""
    return recheck.recheck_job(job, as_of=today())


@job_task(CHECK_TASK)
def check_orders(job: Job) -> dict[str, Any]:
    """Check the orders of a bulk that ``params`` names."""
    return asking.check_orders(job.params["orders"], as_of=today())


@job_task(RECHECK_MOVED_TASK)
def recheck_moved(job: Job) -> dict[str, Any]:
    """Find the buyers that a bulk posting, a close or new facts concern: a job for each."""
    return {"buyers": recheck.enqueue_moved(since=datetime.fromisoformat(job.params["since"]))}


@shared_task(name=EXPIRE_TASK, ignore_result=True)
def expire(**_: object) -> None:
    """Have orders looked at whose reservation or release is past its last day. Safe to run twice."""
    recheck.enqueue_due(as_of=today())


@shared_task(name=LIMIT_DAYS_TASK, ignore_result=True)
def note_limit_days(**_: object) -> None:
    """Limits that began or are over: re-checks, and a review of what ended. Safe to run twice."""
    limit_days.note_limit_days(as_of=today())


@shared_task(name=REVIEWS_TASK, ignore_result=True)
def refresh_reviews(**_: object) -> None:
    """Nightly: reviews of every account with a limit, sooner where grade or exposure ask for it. Safe to run twice."""
    reviews.refresh_reviews(as_of=today())


@shared_task(name=CLOSE_TASK, ignore_result=True)
def close_settled_orders(**_: object) -> None:
    """Hourly: orders that were delivered, invoiced and paid as a whole are closed. Safe to run twice."""
    closing.close_settled_orders()
