"""Which delivery may go next, and writing down what became of it.

Only the earliest pending delivery of a subject may be claimed. A claim is a job's lease: it ends with it, so what a
killed worker held is free when its job is, and what a worker reports after its lease ran out counts for nothing.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from core.domain.outbox import DeliveryState, retry_delay
from core.models import Delivery, Job
from core.queries.sql import fetch_one
from core.services.outbox.calling import Answer

LONGEST_EXCERPT = 500

IS_DUE = """d.state = 'pending' AND d.next_attempt_at <= statement_timestamp()
AND NOT EXISTS (SELECT FROM core_delivery earlier WHERE earlier.subscription_id = d.subscription_id
    AND earlier.subject = d.subject AND earlier.state = 'pending' AND earlier.sequence < d.sequence)
AND (d.claim IS NULL OR NOT EXISTS (SELECT FROM core_job j WHERE j.id = d.claim_job
    AND j.lease_token = d.claim AND j.state = 'leased' AND j.lease_until > statement_timestamp()))"""

_CLAIM_SQL = f"""
WITH head AS (
    SELECT d.id FROM core_delivery d
    WHERE d.subscription_id = %(subscription)s AND {IS_DUE}
    ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
)
UPDATE core_delivery SET claim = %(claim)s, claim_job = %(job)s FROM head WHERE core_delivery.id = head.id
RETURNING core_delivery.id
"""


def claim_next(subscription_id: int, job: Job) -> Delivery | None:
    """Take what is due for longest and first of its subject; None if there is nothing."""
    given = {"subscription": subscription_id, "claim": job.lease_token, "job": job.pk}
    found = fetch_one(_CLAIM_SQL, given)
    return Delivery.objects.select_related("message", "subscription__owner").get(pk=found[0]) if found else None


def note_delivered(delivery: Delivery, answer: Answer) -> bool:
    """It arrived; False if the claim is no longer ours."""
    return _note(delivery, answer, state=DeliveryState.DELIVERED, delivered_at=Now())


def note_failed(delivery: Delivery, answer: Answer) -> float | None:
    """It did not: tried again after the wait that is returned, or dead (None) after the last attempt."""
    attempt = delivery.attempts + 1
    if attempt >= settings.WEBHOOK_ATTEMPTS:
        note_dead(delivery, answer)
        return None
    wait = retry_delay(
        attempt=attempt,
        base_seconds=settings.WEBHOOK_RETRY_SECONDS,
        longest_seconds=settings.WEBHOOK_RETRY_LONGEST_SECONDS,
        jitter=random.random(),
    )
    _note(delivery, answer, next_attempt_at=Now() + timedelta(seconds=wait))
    return wait


def note_dead(delivery: Delivery, answer: Answer) -> None:
    """It stays until a person sends it again; later ones of its subject go on."""
    _note(delivery, answer, state=DeliveryState.DEAD)


def _note(delivery: Delivery, answer: Answer, **changes: Any) -> bool:
    held = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, state=DeliveryState.PENDING)
    return bool(
        held.update(
            attempts=F("attempts") + 1,
            last_attempt_at=Now(),
            duration_ms=answer.duration_ms,
            status=answer.status,
            excerpt=answer.excerpt[:LONGEST_EXCERPT],
            claim=None,
            claim_job=None,
            **changes,
        )
    )
