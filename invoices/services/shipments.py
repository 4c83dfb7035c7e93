"""Shipments as they are reported: versions, always stored, whatever credit says of their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import User
from invoices.models import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRecord:
    """One shipment of an order as its source tells it now; ``amount`` (order's currency) None is the whole order."""

    order_id: int
    source: str
    external_id: str
    promised_on: date
    amount: Decimal | None = None
    incoterm: str = ""
    shipped_on: date | None = None
    handed_over_on: date | None = None
    bill_of_lading_on: date | None = None
    customs_cleared_on: date | None = None
    delivered_on: date | None = None
    delay_by_seller: bool = False
    is_refused: bool = False
    is_cancelled: bool = False
    has_discrepancies: bool = False


def put_shipment(new: ShipmentRecord, *, actor: User | None = None, actor_label: str = "") -> Shipment:
    """Append a version of the shipment; the same content again appends nothing.

    Never refused for credit reasons: what has left has left. Raises ``order_not_found``, ``amount_invalid``,
    ``shipment_of_another_order``.
    """
    raise NotImplementedError
