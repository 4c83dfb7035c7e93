"""Subscriptions, things to tell, and the work of a delivery job in this process."""

from __future__ import annotations

from typing import Any

from core.domain.outbox import MessageKind
from core.models import Job, User
from core.services.outbox.dispatching import DELIVER_TASK, dispatch
from core.services.outbox.publishing import Notice, publish
from core.services.outbox.subscriptions import NewSubscription, Subscribed, subscribe
from core.services.pokes import get_task

KINDS = (MessageKind.HOLD_SET, MessageKind.HOLD_ENDED, MessageKind.RUN_FINISHED)


def person(role: str = "credit_manager", name: str = "") -> User:
    name = name or f"owner-{role}"
    return User.objects.get_or_create(username=name, defaults={"role": role, "email": f"{name}@example.test"})[0]


def subscription(
    url: str = "", *, role: str = "credit_manager", kinds: tuple[str, ...] = KINDS, **given: Any
) -> Subscribed:
    new = {"name": "ERP", "channel": "webhook", "url": url or "https://hooks.example/", "kinds": kinds} | given
    return subscribe(NewSubscription(**{"owner_id": person(role).pk} | new), actor=None)


def tell(subject: str = "order:1", kind: MessageKind = MessageKind.HOLD_SET, **given: Any) -> None:
    publish(kind, lambda: Notice(kind=kind, subject=subject, **({"data": {}} | given)))


def work(rounds: int = 1) -> None:
    """What the dispatcher and a worker do, the jobs one after the other."""
    for _ in range(rounds):
        dispatch()
        for job in Job.objects.filter(task=DELIVER_TASK, state="ready").order_by("pk"):
            get_task(job.task)(job_id=job.pk)
