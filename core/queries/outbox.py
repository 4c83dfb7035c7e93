"""Reading subscriptions and the log of deliveries; what messages say is not for those who administer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q, QuerySet

from core.domain.outbox import Channel, DeliveryState, SubscriptionState
from core.errors import NotFound
from core.models import Delivery, Subscription, SubscriptionKey
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription as the administration shows it."""

    id: int
    name: str
    channel: str
    url: str
    kinds: tuple[str, ...]
    owner: str
    owner_role: str
    is_owner_active: bool
    state: str
    rests_until: datetime | None
    created_at: datetime
    pending: int
    dead: int
    last_delivered_at: datetime | None

    @property
    def is_webhook(self) -> bool:
        """True if it has an address and secrets."""
        return self.channel == Channel.WEBHOOK

    @property
    def is_paused(self) -> bool:
        """True if a person paused it."""
        return self.state == SubscriptionState.PAUSED


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A signing secret; never the secret itself."""

    created_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the log is asked for; empty means everything."""

    subscription: str = ""
    state: str = ""
    kind: str = ""
    subject: str = ""


def list_subscriptions(*, now: datetime) -> list[SubscriptionRow]:
    """All but deleted ones, by name."""
    return [_row(one, now) for one in _counted().order_by("name", "pk")]


def list_names() -> list[tuple[int, str]]:
    """Ids and names of all but deleted ones, by name."""
    live = Subscription.objects.exclude(state=SubscriptionState.DELETED)
    return list(live.order_by("name", "pk").values_list("pk", "name"))


def get_subscription(subscription_id: int, *, now: datetime) -> SubscriptionRow:
    """One of them; raises ``subscription_not_found``."""
    one = _counted().filter(pk=subscription_id).first()
    if one is None:
        params = {"field": "subscription", "value": str(subscription_id)}
        raise NotFound("subscription_not_found", _("There is no such subscription."), params)
    return _row(one, now)


def list_keys(subscription_id: int, *, now: datetime) -> list[KeyRow]:
    """The secrets that sign now, newest first."""
    rows = SubscriptionKey.objects.filter(subscription_id=subscription_id).exclude(ends_at__lte=now).order_by("-pk")
    return [KeyRow(key.created_at, key.ends_at) for key in rows]


def list_deliveries(wanted: LogFilter) -> QuerySet[Delivery]:
    """The log, newest first; of deleted subscriptions too."""
    rows = Delivery.objects.select_related("message", "subscription").order_by("-pk")
    if wanted.subscription.isdecimal():
        rows = rows.filter(subscription_id=int(wanted.subscription))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(message__kind=wanted.kind)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject.strip())
    return rows


def get_delivery(delivery_id: int, *, subscription_id: int) -> Delivery:
    """A line of a subscription's log; raises ``delivery_not_found``."""
    one = list_deliveries(LogFilter(subscription=str(subscription_id))).filter(pk=delivery_id).first()
    if one is None:
        params = {"field": "delivery", "value": str(delivery_id)}
        raise NotFound("delivery_not_found", _("There is no such delivery."), params)
    return one


def _counted() -> QuerySet[Subscription]:
    live = Subscription.objects.exclude(state=SubscriptionState.DELETED).select_related("owner")
    return live.annotate(
        pending=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING)),
        dead=Count("deliveries", filter=Q(deliveries__state=DeliveryState.DEAD)),
        last_delivered_at=Max(F("deliveries__delivered_at")),
    )


def _row(one: Subscription, now: datetime) -> SubscriptionRow:
    rests = one.rest_until if one.rest_until and one.rest_until > now else None
    return SubscriptionRow(
        id=one.pk,
        name=one.name,
        channel=one.channel,
        url=one.url,
        kinds=tuple(one.kinds),
        owner=str(one.owner),
        owner_role=one.owner.role,
        is_owner_active=one.owner.is_active,
        state=one.state,
        rests_until=rests,
        created_at=one.created_at,
        pending=one.pending,  # type: ignore[attr-defined]
        dead=one.dead,  # type: ignore[attr-defined]
        last_delivered_at=one.last_delivered_at,  # type: ignore[attr-defined]
    )
