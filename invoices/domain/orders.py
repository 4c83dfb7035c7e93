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


def status_after_delivery(*, status: OrderStatus, is_more: bool, is_whole: bool) -> OrderStatus:
    """Where an order stands once another part of it was delivered than before.

    ``is_more``: more than before; then an order that had ended, or a quotation, is open. ``is_whole``: all of it has
    left; then an order under way is shipped. Example: a cancelled order of which all has left is shipped.
    """
    if is_more and (status in ENDED or status is OrderStatus.QUOTATION):
        status = OrderStatus.OPEN
    if is_whole and status in (OrderStatus.OPEN, OrderStatus.IN_PRODUCTION):
        return OrderStatus.SHIPPED
    return status


# What a source tells of an order's life; that goods left and were invoiced follows from shipments and invoices.
TOLD = (
    OrderStatus.QUOTATION,
    OrderStatus.OPEN,
    OrderStatus.IN_PRODUCTION,
    OrderStatus.CLOSED,
    OrderStatus.CANCELLED,
)
_LIFE = tuple(OrderStatus)


def status_told(*, current: OrderStatus, told: OrderStatus | None) -> OrderStatus:
    """Where an order shall stand that its source tells of: a living one never goes back, an end or a new begin counts.

    Example: ``open`` told of a shipped order leaves it shipped; told of a cancelled one it opens it again.
    """
    if told is None:
        return current
    if current in ENDED or told in ENDED:
        return told
    return max(current, told, key=_LIFE.index)
