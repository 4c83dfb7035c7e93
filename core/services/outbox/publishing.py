"""Writing messages in the transaction of the change they tell of; see docs/webhooks.md.

A message is written only if somebody wants it at that moment: then one row for the message and one for each
subscription. Rolled back with the change, delivered by jobs after its commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from core.domain.outbox import MessageKind, SubscriptionState, may_receive
from core.models import Delivery, OutboxMessage, Subscription
from core.services.pokes import hint

DISPATCH_TASK = "core.dispatch_outbox"

# What :func:`one_look` read; None outside of it.
_looked: ContextVar[list[list[Subscription]] | None] = ContextVar("subscriptions", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told: ``subject`` keeps the order (``order:12``), ``restricted`` is for who may read limits.

    ``data`` holds ids, dates, codes and figures as text with their currency. ``sales_owner_id`` is the person of sales
    whose buyer it is about, None if it is about no single buyer. ``path`` is the page of the thing.
    """

    kind: MessageKind
    subject: str
    data: Mapping[str, Any]
    restricted: Mapping[str, Any] = field(default_factory=dict)
    sales_owner_id: int | None = None
    path: str = ""


def publish(kind: MessageKind, describe: Callable[[], Notice]) -> None:
    """Write the message that ``describe`` gives, in the caller's transaction; not even asked for if nobody wants it."""
    publish_all([kind], lambda: [describe()])


def publish_all(kinds: Iterable[MessageKind], describe: Callable[[], Iterable[Notice]]) -> None:
    """The same for many messages of these kinds at once; their order is kept."""
    takers = _takers([kind.value for kind in kinds])
    if takers:
        write([(notice, taken) for notice in describe() if (taken := _who(notice, takers))])


def write(wanted: Sequence[tuple[Notice, Sequence[Subscription]]]) -> None:
    """Write messages for given subscriptions, numbered in order for each subject, and poke the dispatcher on commit."""
    if not wanted:
        return
    numbers = _numbers([notice.subject for notice, _ in wanted])
    messages = OutboxMessage.objects.bulk_create(
        [_message(notice, number) for (notice, _), number in zip(wanted, numbers, strict=True)]
    )
    Delivery.objects.bulk_create(
        [
            Delivery(message=message, subscription=one, subject=message.subject, sequence=message.sequence)
            for message, (_, taken) in zip(messages, wanted, strict=True)
            for one in taken
        ],
        batch_size=2000,
    )
    wake()


@contextmanager
def one_look() -> Iterator[None]:
    """Inside, which is one transaction, who wants messages is read once, when the first one is told."""
    token = _looked.set([])
    try:
        yield
    finally:
        _looked.reset(token)


def wake() -> None:
    """Have the dispatcher look for work once this transaction has committed."""
    transaction.on_commit(_hint_dispatcher, robust=True)


def _hint_dispatcher() -> None:
    hint(DISPATCH_TASK)


def _takers(kinds: Sequence[str]) -> list[Subscription]:
    return [one for one in _subscriptions() if not set(kinds).isdisjoint(one.kinds)]


def _subscriptions() -> Sequence[Subscription]:
    looked = _looked.get()
    if looked:
        return looked[0]
    rows = Subscription.objects.exclude(state=SubscriptionState.DELETED).filter(owner__is_active=True)
    found = list(rows.select_related("owner").order_by("pk"))
    if looked is not None:
        looked.append(found)
    return found


def _who(notice: Notice, takers: Iterable[Subscription]) -> list[Subscription]:
    return [one for one in takers if notice.kind in one.kinds and is_for(one, notice.kind, notice.sales_owner_id)]


def is_for(subscription: Subscription, kind: str, sales_owner_id: int | None) -> bool:
    """True if the subscription's owner may read such a message now."""
    owner = subscription.owner
    return owner.is_active and may_receive(
        kind=MessageKind(kind), role=owner.role, user_id=owner.pk, sales_owner_id=sales_owner_id
    )


def _message(notice: Notice, sequence: int) -> OutboxMessage:
    return OutboxMessage(
        uid=f"msg_{uuid4().hex}",
        kind=notice.kind,
        subject=notice.subject,
        sequence=sequence,
        data=dict(notice.data),
        restricted=dict(notice.restricted),
        path=notice.path,
        sales_owner_id=notice.sales_owner_id,
    )


# The row of a subject stays locked until the commit: numbers follow the order of the commits. Sorted, so that two
# transactions with the same subjects wait for each other instead of locking up.
_NUMBERS_SQL = """
INSERT INTO core_outboxsubject AS s (key, last)
SELECT key, count(*) FROM unnest(%s::text[]) AS given (key) GROUP BY key ORDER BY key
ON CONFLICT (key) DO UPDATE SET last = s.last + excluded.last RETURNING key, last
"""


def _numbers(subjects: Sequence[str]) -> list[int]:
    """The next number of each subject, in the order given."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS_SQL, [list(subjects)])
        left = dict(cursor.fetchall())
    numbers = []
    for subject in reversed(subjects):
        numbers.append(left[subject])
        left[subject] -= 1
    return numbers[::-1]
