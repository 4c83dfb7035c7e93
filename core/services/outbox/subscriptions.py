"""Subscriptions: who gets which messages. A secret is shown once and kept encrypted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core.domain.endpoints import parse_endpoint
from core.domain.outbox import Channel, DeliveryState, MessageKind, SubscriptionState, is_for_role
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import Delivery, Subscription, SubscriptionKey, User
from core.services import audit
from core.services.outbox import vault
from core.services.outbox.publishing import Notice, wake, write
from core.words import sentence as _

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """What is asked for; ``url`` is empty for mail."""

    name: str
    channel: str
    url: str
    kinds: Iterable[str]
    owner_id: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with its secret in clear, to be shown once; a mail subscription has none."""

    subscription: Subscription
    secret: str = ""


def subscribe(new: NewSubscription, *, actor: User | None) -> Subscribed:
    """Create a subscription. Raises ``subscription_*`` and ``webhook_url_invalid``, each naming its field."""
    kinds = _checked_kinds(new.kinds)
    owner = _checked_owner(new)
    _check_may_read(owner, kinds)
    _check_name(new.name)
    is_webhook = new.channel == Channel.WEBHOOK
    host = parse_endpoint(new.url, allow_http=settings.WEBHOOK_ALLOW_LOOPBACK).host if is_webhook else owner.email
    with transaction.atomic():
        made = Subscription.objects.create(
            channel=Channel(new.channel),
            name=new.name.strip(),
            url=new.url if is_webhook else "",
            kinds=kinds,
            owner=owner,
            created_by=actor,
        )
        secret = _add_key(made) if is_webhook else ""
        _record(made, "created", actor, {"host": host, "kinds": kinds, "owner": owner.username})
    return Subscribed(made, secret)


def rotate_secret(subscription_id: int, *, now: datetime, grace: timedelta, actor: User | None) -> Subscribed:
    """A new secret; the former ones sign too until ``grace`` is over (zero: they end at once)."""
    with transaction.atomic():
        one = _lock(subscription_id)
        if one.channel != Channel.WEBHOOK:
            raise InvalidTransition(current=one.channel, allowed=(Channel.WEBHOOK,))
        still = Q(ends_at__isnull=True) | Q(ends_at__gt=now + grace)
        SubscriptionKey.objects.filter(still, subscription=one).update(ends_at=now + grace)
        SubscriptionKey.objects.filter(subscription=one, ends_at__lte=now).delete()
        secret = _add_key(one)
        _record(one, "rotated", actor, {"old_ends_at": (now + grace).isoformat()})
    return Subscribed(one, secret)


def pause(subscription_id: int, *, actor: User | None) -> None:
    """Send nothing for now; what happens meanwhile is collected."""
    _move(subscription_id, SubscriptionState.ACTIVE, SubscriptionState.PAUSED, "paused", actor)


def resume(subscription_id: int, *, actor: User | None) -> None:
    """Send what was collected, in order, and go on."""
    _move(subscription_id, SubscriptionState.PAUSED, SubscriptionState.ACTIVE, "resumed", actor)


def unsubscribe(subscription_id: int, *, actor: User | None) -> None:
    """End it for good: its secrets and what was not delivered go, the log of the rest stays until it is old."""
    with transaction.atomic():
        one = _lock(subscription_id)
        Subscription.objects.filter(pk=one.pk).update(state=SubscriptionState.DELETED)
        SubscriptionKey.objects.filter(subscription=one).delete()
        dropped, _each = Delivery.objects.filter(subscription=one).exclude(state=DeliveryState.DELIVERED).delete()
        _record(one, "deleted", actor, {"dropped": dropped})


def send_test(subscription_id: int, *, actor: User | None) -> None:
    """A message of kind ``test``, through everything that real ones go through."""
    with transaction.atomic():
        one = _lock(subscription_id)
        subject = f"test:{one.pk}"
        data = {"name": one.name, "asked_by": actor.username if actor else "system"}
        write([(Notice(kind=MessageKind.TEST, subject=subject, data=data), [one])])
        _record(one, "tested", actor, {})


def _move(
    subscription_id: int, before: SubscriptionState, after: SubscriptionState, verb: str, actor: User | None
) -> None:
    with transaction.atomic():
        one = _lock(subscription_id)
        if one.state != before:
            raise InvalidTransition(current=one.state, allowed=(before,))
        Subscription.objects.filter(pk=one.pk).update(state=after, rest_until=None)
        _record(one, verb, actor, {})
        wake()


def _lock(subscription_id: int) -> Subscription:
    rows = Subscription.objects.exclude(state=SubscriptionState.DELETED).select_for_update()
    one = rows.filter(pk=subscription_id).first()
    if one is None:
        raise NotFound(
            "subscription_not_found",
            _("There is no such subscription."),
            {"field": "subscription", "value": str(subscription_id)},
        )
    return one


def _add_key(subscription: Subscription) -> str:
    secret = vault.new_secret()
    SubscriptionKey.objects.create(subscription=subscription, secret=vault.lock_up(secret))
    return secret


def _checked_kinds(kinds: Iterable[str]) -> list[str]:
    wanted = sorted(set(kinds))
    known = [kind.value for kind in MessageKind if kind is not MessageKind.TEST]
    if not wanted or not set(wanted) <= set(known):
        raise DomainError(
            "subscription_kind_unknown",
            _("Kinds are one or more of: %(known)s.", known=", ".join(known)),
            {"field": "kinds", "value": ",".join(wanted)},
        )
    return wanted


def _checked_owner(new: NewSubscription) -> User:
    owner = User.objects.filter(pk=new.owner_id, is_active=True).first()
    params = {"field": "owner", "value": str(new.owner_id)}
    if owner is None:
        raise DomainError("subscription_owner_unknown", _("Choose a person with an active account."), params)
    if new.channel == Channel.MAIL and not owner.email:
        raise DomainError("subscription_owner_no_mail", _("This person has no mail address on record."), params)
    if new.channel == Channel.MAIL and not settings.MAIL_IS_SET_UP:
        raise DomainError("mail_not_set_up", _("No mail server is set up (EMAIL_URL)."), {"field": "channel"})
    return owner


def _check_may_read(owner: User, kinds: Iterable[str]) -> None:
    closed = [kind for kind in kinds if not is_for_role(MessageKind(kind), owner.role)]
    if closed:
        raise DomainError(
            "subscription_kind_not_readable",
            _(
                "%(person)s may not read: %(kinds)s. Choose another owner or other kinds.",
                person=str(owner),
                kinds=", ".join(closed),
            ),
            {"field": "kinds", "value": ",".join(closed)},
        )


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise DomainError(
            "subscription_name_invalid",
            _("Give the subscription a name of 1 to %(longest)s characters.", longest=LONGEST_NAME),
            {"field": "name", "value": name[:LONGEST_NAME]},
        )


def _record(one: Subscription, verb: str, actor: User | None, data: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=f"core.subscription.{verb}",
        subject_type="subscription",
        subject_id=one.pk,
        data={"name": one.name, **data},
    )
