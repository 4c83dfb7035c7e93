"""Many customer orders in a few statements: locked, placed, moved on; who calls has them judged before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.models import User
from core.queries.sql import fetch_all
from core.services import audit
from invoices.domain.orders import ENDED, OrderStatus
from invoices.models import Order
from invoices.services.orders import CONTENT, OrderRecord, order_of

BATCH = 2_000


def lock_orders(ids: Iterable[int]) -> dict[int, Order]:
    """Orders by id, their rows locked against edits, in the order of their ids."""
    rows = Order.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {order.pk: order for order in rows}


def place_orders(
    new: Sequence[OrderRecord],
    edited: Sequence[tuple[Order, OrderRecord]],
    *,
    actor: User | None = None,
    actor_label: str = "",
) -> list[Order]:
    """Record new orders and bring locked ones to another content and status, all judged before; gives the new ones.

    The set-based :func:`invoices.services.orders.place_order`: who calls it has the orders checked.
    """
    made = Order.objects.bulk_create([order_of(one) for one in new], batch_size=BATCH)
    for order, record in edited:
        for name, value in {**record.content, "status": record.status}.items():
            setattr(order, name, value)
        order.version += 1
    Order.objects.bulk_update([order for order, _record in edited], [*CONTENT, "status", "version"], BATCH)
    audit.record(
        actor=actor,
        actor_label=actor_label,
        action="invoices.order.put",
        subject_type="order",
        subject_id="many",
        data={"new": len(new), "edited": len(edited)},
    )
    return made


def move_orders(orders: Mapping[int, Order], targets: Mapping[int, OrderStatus]) -> list[int]:
    """Set the status of locked orders that are to have another one; gives those that are open again."""
    moving = {pk: status for pk, status in targets.items() if orders[pk].status != status}
    fetch_all(_MOVE_SQL, {"ids": list(moving), "statuses": [status.value for status in moving.values()]})
    return [pk for pk in moving if orders[pk].status in (*ENDED, OrderStatus.QUOTATION)]


_MOVE_SQL = """
UPDATE invoices_order o SET status = moved.status, version = o.version + 1
FROM unnest(%(ids)s::bigint[], %(statuses)s::text[]) AS moved(id, status)
WHERE o.id = moved.id RETURNING o.id
"""
