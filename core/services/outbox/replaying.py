"""Sending dead letters again, because a person says so."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from core.domain.outbox import DeliveryState, SubscriptionState
from core.errors import InvalidTransition, NotFound
from core.models import Delivery, Subscription, User
from core.services import audit
from core.services.outbox.publishing import wake
from core.words import sentence as _


def replay(delivery_id: int, *, actor: User) -> None:
    """Try a dead delivery anew, with the id and number that it had; raises :class:`InvalidTransition` unless dead."""
    with transaction.atomic():
        found = Delivery.objects.select_related("subscription").select_for_update(of=("self",))
        one = found.filter(pk=delivery_id).first()
        if one is None or one.subscription.state == SubscriptionState.DELETED:
            raise NotFound(
                "delivery_not_found", _("There is no such delivery."), {"field": "delivery", "value": str(delivery_id)}
            )
        if one.state != DeliveryState.DEAD:
            raise InvalidTransition(current=one.state, allowed=(DeliveryState.DEAD,))
        _revive(one.subscription, [one.pk], actor)


def replay_all(subscription_id: int, *, actor: User) -> int:
    """The same for all dead deliveries of a subscription, the earliest of each subject first. Returns how many."""
    with transaction.atomic():
        rows = Delivery.objects.filter(subscription_id=subscription_id, state=DeliveryState.DEAD)
        live = rows.exclude(subscription__state=SubscriptionState.DELETED)
        ids = list(live.select_for_update(of=("self",)).values_list("pk", flat=True))
        if ids:
            _revive(Subscription.objects.get(pk=subscription_id), ids, actor)
    return len(ids)


def _revive(subscription: Subscription, ids: list[int], actor: User) -> None:
    Delivery.objects.filter(pk__in=ids).update(
        state=DeliveryState.PENDING, attempts=0, next_attempt_at=Now(), claim=None, claim_job=None
    )
    audit.record(
        actor=actor,
        action="core.subscription.replayed",
        subject_type="subscription",
        subject_id=subscription.pk,
        data={"name": subscription.name, "deliveries": len(ids)},
    )
    wake()
