"""Life of a customer order: which status follows which, and what has left the house."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.errors import InvalidTransition


class OrderStatus(StrEnum):
    """Where an order stands. A quotation binds nobody; ``OPEN`` is an order that was taken."""

    QUOTATION = "quotation"
    OPEN = "open"
    IN_PRODUCTION = "in_production"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ENDED = frozenset({OrderStatus.CLOSED, OrderStatus.CANCELLED})

# Goods that left stay billable: from shipped on there is no way back to cancelled.
NEXT: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.QUOTATION: frozenset({OrderStatus.OPEN, OrderStatus.CANCELLED}),
    OrderStatus.OPEN: frozenset(
        {OrderStatus.IN_PRODUCTION, OrderStatus.SHIPPED, OrderStatus.CLOSED, OrderStatus.CANCELLED}
    ),
    OrderStatus.IN_PRODUCTION: frozenset({OrderStatus.SHIPPED, OrderStatus.CLOSED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.INVOICED, OrderStatus.CLOSED}),
    OrderStatus.INVOICED: frozenset({OrderStatus.CLOSED}),
    OrderStatus.CLOSED: frozenset({OrderStatus.OPEN}),
    OrderStatus.CANCELLED: frozenset({OrderStatus.OPEN}),
}


def check_transition(*, current: OrderStatus, target: OrderStatus) -> OrderStatus:
    """The target itself; raises :class:`InvalidTransition` naming where one may come from.

    Example: ``check_transition(current=OrderStatus.SHIPPED, target=OrderStatus.CANCELLED)`` is refused.
    """
    if target != current and target not in NEXT[current]:
        allowed = tuple(status for status in OrderStatus if target in NEXT[status])
        raise InvalidTransition(current=current, allowed=allowed)
    return target
