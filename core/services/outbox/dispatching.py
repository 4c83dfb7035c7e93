"""Finding what is due and having jobs do it: asked for after each commit that wrote messages, and by beat."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from core.models import Job
from core.queries.sql import fetch_all
from core.services.outbox.claiming import IS_DUE
from core.services.runs import enqueue

DELIVER_TASK = "core.deliver_messages"

_DUE_SQL = f"""
SELECT s.id, (SELECT count(*) FROM (
    SELECT 1 FROM core_delivery d WHERE d.subscription_id = s.id AND {IS_DUE} LIMIT %(lanes)s) due)
FROM core_subscription s
WHERE s.state = 'active' AND (s.rest_until IS NULL OR s.rest_until <= statement_timestamp()) ORDER BY s.id
"""


def dispatch() -> int:
    """A job for each subscription with something due, several for one with much; returns how many. Safe to run twice.

    A job that nobody took yet stands for the next one too. Deliveries are claimed one by one, so that jobs of one
    subscription work side by side on different subjects.
    """
    found = 0
    for subscription_id, lanes in fetch_all(_DUE_SQL, {"lanes": settings.WEBHOOK_LANES}):
        for lane in range(lanes):
            _ensure_job({"subscription": subscription_id, "lane": lane})
        found += lanes
    return found


def _ensure_job(params: dict[str, int]) -> None:
    """What is due is committed already: a job that waits now will see it, whenever it is taken."""
    waiting = Job.objects.filter(task=DELIVER_TASK, params=params, state=Job.State.READY, not_before=None)
    with transaction.atomic():
        if not waiting.exists():
            enqueue(DELIVER_TASK, params)
