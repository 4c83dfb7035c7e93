"""Customer orders as their source tells them: put, edited, moved on in their life. Credit decides above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import User
from invoices.domain.kinds import Terms
from invoices.domain.orders import OrderStatus
from invoices.models import Order

# What the credit floor does when an order, a shipment or money moves: enqueued by name, never imported.
RECHECK_TASK = "credit.recheck"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order as its source tells it. ``terms_days`` run from invoice to due date; ``status`` counts when it is new.

    A what-if (dry run) may leave ``external_id`` empty.
    """

    buyer_id: int
    source: str
    external_id: str
    order_date: date
    currency: str
    amount: Decimal
    terms: str = Terms.OPEN_ACCOUNT
    terms_days: int = 0
    deposit_percent: Decimal = Decimal(0)
    planned_ship_date: date | None = None
    status: OrderStatus = OrderStatus.OPEN


def put_order(
    new: OrderRecord,
    *,
    today: date,
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> Order:
    """Record an order or edit it; the same content again changes nothing.

    Raises ``order_differs`` (409) where the number is known with another content and no ``expected_version`` is given,
    ``order_changed`` (409) where that version is no longer the current one, ``order_of_another_buyer``,
    ``order_ended``, and one error per field: ``amount_invalid``, ``currency_unknown``, ``ship_date_past``,
    ``terms_unknown``, ``terms_days_invalid``, ``deposit_invalid``.
    """
    raise NotImplementedError


def set_status(
    order_id: int,
    status: OrderStatus,
    *,
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> Order:
    """Move the order on; raises :class:`InvalidTransition`, ``order_not_found``, ``order_changed``."""
    raise NotImplementedError
