"""The work of a delivery job: send what is due of one subscription, one after the other, and write down the answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from core.domain.outbox import Channel, SubscriptionState, signature_header
from core.errors import DomainError
from core.models import Delivery, Job, Subscription, SubscriptionKey
from core.services.outbox import calling, vault
from core.services.outbox.bodies import body_of, encoded
from core.services.outbox.calling import Answer
from core.services.outbox.claiming import claim_next, note_dead, note_delivered, note_failed
from core.services.outbox.mailing import mail
from core.services.outbox.publishing import DISPATCH_TASK, is_for
from core.services.pokes import hint

# A receiver that does not answer at all is left alone for a while: its time-outs would hold up everybody's workers.
UNREACHABLE_AT_MOST = 3
# Longer waits are left to beat, which asks every few seconds.
LONGEST_HINT_S = 60.0


@dataclass
class _Tally:
    """What a job did, and how it goes on."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0
    unreachable: int = 0
    next_in: float | None = None


def deliver(job: Job) -> dict[str, int]:
    """Send until nothing is due or the job's time is over; safe to run twice, what was sent twice has the same id."""
    subscription = _ready(job.params["subscription"]).first()
    tally = _Tally()
    if subscription is not None:
        _work(subscription, job, tally)
    if tally.next_in is not None and tally.next_in <= LONGEST_HINT_S:
        hint(DISPATCH_TASK, after=tally.next_in)
    return {"delivered": tally.delivered, "failed": tally.failed, "dead": tally.dead}


def _work(subscription: Subscription, job: Job, tally: _Tally) -> None:
    until = time.monotonic() + settings.WEBHOOK_JOB_SECONDS
    while delivery := claim_next(subscription.pk, job):
        _one(delivery, tally)
        if tally.unreachable >= UNREACHABLE_AT_MOST:
            _rest(subscription)
            tally.next_in = settings.WEBHOOK_REST_SECONDS
            return
        if time.monotonic() > until or not _ready(subscription.pk).exists():
            tally.next_in = 0
            return


def _one(delivery: Delivery, tally: _Tally) -> None:
    message = delivery.message
    if not is_for(delivery.subscription, message.kind, message.sales_owner_id):
        tally.dead += 1
        note_dead(delivery, Answer(None, "The subscription's owner may not read this any more.", 0))
        return
    answer = _send(delivery)
    if answer.is_accepted:
        tally.delivered += int(note_delivered(delivery, answer))
        tally.unreachable = 0
        return
    tally.unreachable = tally.unreachable + 1 if answer.status is None else 0
    wait = note_failed(delivery, answer)
    tally.failed, tally.dead = tally.failed + int(wait is not None), tally.dead + int(wait is None)
    if wait is not None:
        tally.next_in = wait if tally.next_in is None else min(wait, tally.next_in)


def _send(delivery: Delivery) -> Answer:
    if delivery.subscription.channel == Channel.MAIL:
        return mail(delivery)
    try:
        body = encoded(body_of(delivery.message, delivery.subscription.owner))
        headers = signed_headers(delivery.subscription, delivery.message.uid, body)
    except (DomainError, ValueError, TypeError) as problem:  # the key is gone, or the row was tampered with
        return Answer(None, str(problem), 0)
    return calling.post(delivery.subscription.url, body=body, headers=headers)


def signed_headers(subscription: Subscription, message_id: str, body: bytes) -> dict[str, str]:
    """The headers of one attempt: the moment is this attempt's, the id is the message's at every attempt."""
    stamp = int(timezone.now().timestamp())
    live = SubscriptionKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=Now()), subscription=subscription)
    secrets = [vault.unlock(key.secret) for key in live.order_by("-pk")]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Duewatch-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature_header(secrets=secrets, message_id=message_id, timestamp=stamp, body=body),
    }


def _rest(subscription: Subscription) -> None:
    until = Now() + timedelta(seconds=settings.WEBHOOK_REST_SECONDS)
    Subscription.objects.filter(pk=subscription.pk).update(rest_until=until)


def _ready(subscription_id: int) -> QuerySet[Subscription]:
    """The subscription, if it is neither paused, deleted nor resting."""
    rested = Q(rest_until__isnull=True) | Q(rest_until__lte=Now())
    return Subscription.objects.filter(rested, pk=subscription_id, state=SubscriptionState.ACTIVE)
