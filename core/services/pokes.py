"""Telling workers that there is a job. The row is the truth; a message is only a hint, and may get lost."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from core.models import Job

logger = logging.getLogger(__name__)

# A pooled connection may be stale after the broker's restart: one more try, at once.
RETRY_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def broker_app() -> Celery:
    """The firm's Celery application, named by the settings: core knows no floor above it."""
    app: Celery = import_string(settings.JOBS_APP)
    return app


def get_task(name: str) -> Any:
    """The task itself, to be called in this process; without the checks that a starting worker makes."""
    app = broker_app()
    if name not in app.tasks:
        app.autodiscover_tasks(force=True)
    return app.tasks[name]


def poke(jobs: Iterable[Job]) -> None:
    """Send a message for each job once the business transaction has committed; a broker that is down breaks nothing."""
    pending = [(job.pk, job.task) for job in jobs]
    if pending:
        transaction.on_commit(partial(send, pending), robust=True)


def send(pending: Sequence[tuple[int, str]]) -> int:
    """Send messages for ``(job id, task name)`` pairs now; returns how many went out."""
    sent: list[int] = []
    app = broker_app()
    try:
        with app.producer_or_acquire() as producer:
            for job_id, task in pending:
                app.send_task(
                    task,
                    kwargs={"job_id": job_id},
                    producer=producer,
                    retry=True,
                    retry_policy=RETRY_ONCE,
                    ignore_result=True,
                )
                sent.append(job_id)
    except Exception as problem:  # whatever the transport raises: the sweeper sends again
        logger.warning("The broker took %s of %s messages: %s", len(sent), len(pending), problem)
    Job.objects.filter(pk__in=sent).update(poked_at=Now(), pokes=F("pokes") + 1)
    return len(sent)


def hint(task: str, *, after: float = 0) -> None:
    """Ask a worker for a task that looks for work by itself, now or in some seconds; beat asks too, so it may fail."""
    try:
        broker_app().send_task(task, countdown=after or None, retry=True, retry_policy=RETRY_ONCE, ignore_result=True)
    except Exception as problem:  # whatever the transport raises: beat asks again
        logger.warning("The broker did not take the hint %s: %s", task, problem)
