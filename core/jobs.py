"""Turning a function into a task that does one job. Each app's ``tasks.py`` uses it; see docs/close.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import shared_task

from core.services.work import Body, perform


def job_task(name: str, **options: Any) -> Callable[[Body], Any]:
    """Register ``body(job)`` as the Celery task ``name``; what it returns becomes the job's result.

    The task takes ``job_id`` only. The body must be safe to run twice: a worker may die after writing and before
    saying so. A :class:`~core.errors.DomainError` fails the job at once, a database or network that hiccups is retried.
    """

    def decorate(body: Body) -> Any:
        @wraps(body)
        def task(*, job_id: int, **_: Any) -> bool:
            return perform(job_id, body)

        register: Callable[..., Any] = shared_task(name=name, ignore_result=True, **options)
        return register(task)

    return decorate
