"""Closing orders that are over, but for those that a person still has to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from credit.domain.kinds import HoldState
from credit.models import Hold
from invoices.queries.orders import list_settled
from invoices.services.closing import close_settled


def close_settled_orders() -> int:
    """Close every order that was delivered, invoiced and paid as a whole, in transactions of some; how many.

    One with an open hold stays: goods that left without approval are put before a person first. Safe to run twice.
    """
    return sum(len(close_settled(_unheld(orders))) for orders in _settled())


def _settled() -> Iterator[list[tuple[int, int]]]:
    found = list_settled()
    while found.last is not None:
        yield found.orders
        found = list_settled(after=found.last)


def _unheld(orders: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    held = Hold.objects.filter(order_id__in=[pk for pk, _ in orders], state=HoldState.OPEN)
    waiting = set(held.values_list("order_id", flat=True))
    return [order for order in orders if order[0] not in waiting]
