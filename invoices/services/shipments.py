"""Shipments as they are reported: versions, always stored, whatever credit says of their order."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from buyers.services.rechecks import ask_recheck
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.orders import ENDED, OrderStatus
from invoices.domain.posting import check_amount
from invoices.models import Order, Shipment
from invoices.queries.orders import get_progress
from invoices.services.orders import lock_order, set_status


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


@transaction.atomic
def put_shipment(new: ShipmentRecord, *, actor: User | None = None, actor_label: str = "") -> Shipment:
    """Append a version of the shipment; the same content again appends nothing.

    Never refused for credit reasons: what has left has left, and an order that had ended is open again. Raises
    ``order_not_found``, ``amount_invalid``, ``shipment_of_another_order``.
    """
    order = lock_order(new.order_id)
    if new.amount is not None:
        check_amount(amount=new.amount, currency=order.currency)
    _lock(new)
    latest = _latest(new)
    if latest is not None and _is_same(latest, new):
        return latest
    before = get_progress([order.pk])[order.pk].delivered
    shipment = Shipment.objects.create(**asdict(new), buyer_id=order.buyer_id)
    _audit(shipment, actor, actor_label)
    after = get_progress([order.pk])[order.pk].delivered
    if after != before:
        _follow(order, after, is_more=after > before, actor=actor, actor_label=actor_label)
    return shipment


def _lock(new: ShipmentRecord) -> None:
    """Reports of one shipment come one after the other: the same one twice must not make two versions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [new.source, new.external_id])


def _latest(new: ShipmentRecord) -> Shipment | None:
    versions = Shipment.objects.filter(source=new.source, external_id=new.external_id)
    latest = versions.order_by("-recorded_at", "-pk").first()
    if latest is not None and latest.order_id not in (None, new.order_id):
        raise Conflict(
            "shipment_of_another_order",
            _(
                "Shipment %(external_id)s of %(source)s is on record with another order.",
                external_id=new.external_id,
                source=new.source,
            ),
            {"field": "order", "value": str(new.order_id), "known": latest.order_id},
        )
    return latest


def _is_same(latest: Shipment, new: ShipmentRecord) -> bool:
    return all(getattr(latest, name) == value for name, value in asdict(new).items())


def _follow(order: Order, delivered: Decimal, *, is_more: bool, actor: User | None, actor_label: str) -> None:
    """The order follows its goods: open again if it had ended, shipped once all of it has left."""
    status = OrderStatus(order.status)
    if is_more and (status in ENDED or status == OrderStatus.QUOTATION):
        status = OrderStatus(set_status(order.pk, OrderStatus.OPEN, actor=actor, actor_label=actor_label).status)
    if delivered >= order.amount and status in (OrderStatus.OPEN, OrderStatus.IN_PRODUCTION):
        set_status(order.pk, OrderStatus.SHIPPED, actor=actor, actor_label=actor_label)
    ask_recheck([order.buyer_id], cause="shipped")


def _audit(shipment: Shipment, actor: User | None, label: str) -> None:
    audit.record(
        actor=actor,
        actor_label=label,
        action="invoices.shipment.reported",
        subject_type="order",
        subject_id=shipment.order_id,
        data={"shipment": shipment.external_id, "amount": None if shipment.amount is None else str(shipment.amount)},
    )
