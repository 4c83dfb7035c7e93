"""A quotation that the customer accepts becomes an order, which then has to be asked about."""

from __future__ import annotations

from django.db import transaction

from core.models import User
from credit.services.accounts import failing_closed, limit_time, lock_accounts
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.queries.orders import get_order
from invoices.services.orders import set_status


def accept_quotation(
    order_id: int, *, actor: User | None = None, actor_label: str = "", expected_version: int | None = None
) -> Order:
    """Move a quotation on to an order, in the lock order of decisions; an order stays one.

    Raises ``order_not_found``, ``order_changed``, :class:`InvalidTransition`.
    """
    with failing_closed(), transaction.atomic():
        limit_time()
        lock_accounts(get_order(order_id).buyer_id)
        return set_status(
            order_id, OrderStatus.OPEN, actor=actor, actor_label=actor_label, expected_version=expected_version
        )
