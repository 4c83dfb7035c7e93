"""Orders that are over close by themselves: delivered, invoiced and paid as a whole, nothing is left to happen."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from core.queries.sql import fetch_all
from core.services import audit
from invoices.domain.orders import OrderStatus

# The version that was read: an order that was edited meanwhile is left to the next time.
_CLOSE_SQL = """
WITH settled AS (
    SELECT o.id, o.status FROM unnest(%(ids)s::bigint[], %(versions)s::int[]) AS s(id, version)
    JOIN invoices_order o ON o.id = s.id AND o.version = s.version
    ORDER BY o.id FOR NO KEY UPDATE OF o SKIP LOCKED
)
UPDATE invoices_order o SET status = %(closed)s, version = o.version + 1
FROM settled s WHERE o.id = s.id RETURNING o.id, s.status
"""


@transaction.atomic
def close_settled(orders: Sequence[tuple[int, int]]) -> list[int]:
    """Close these orders, given as (id, version), in one statement, each with an event of the trail; returns their ids.

    Who calls has found that they are settled: see :func:`invoices.queries.orders.list_settled`.
    """
    ids, versions = [pk for pk, _ in orders], [version for _, version in orders]
    closed = fetch_all(_CLOSE_SQL, {"ids": ids, "versions": versions, "closed": OrderStatus.CLOSED.value})
    for order_id, before in closed:
        audit.record(
            actor=None,
            action="invoices.order.moved",
            subject_type="order",
            subject_id=order_id,
            data={"status": [before, OrderStatus.CLOSED.value], "why": "settled"},
        )
    return [order_id for order_id, _ in closed]
