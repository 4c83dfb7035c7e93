"""Shipments as they are reported: versions, always stored, whatever credit says of their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from buyers.services.rechecks import ask_recheck
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.bulks import BulkKind
from invoices.domain.orders import OrderStatus, status_after_delivery
from invoices.domain.posting import check_amount
from invoices.models import Order, Shipment
from invoices.queries.orders import get_progress
from invoices.services.bulks.early import supersede_early
from invoices.services.order_batches import BATCH, move_orders
from invoices.services.orders import lock_order, set_status
from invoices.services.source_locks import share_source


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
    share_source(new.source)
    order = lock_order(new.order_id)
    if new.amount is not None:
        check_amount(amount=new.amount, currency=order.currency)
    _lock(new)
    latest = _latest(new)
    if latest is not None and is_same(latest, new):
        return latest
    before = get_progress([order.pk])[order.pk].delivered
    supersede_early(BulkKind.SHIPMENTS, new.source, [new.external_id])
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
    check_order_of_shipment(latest, new)
    return latest


def check_order_of_shipment(latest: Shipment | None, new: ShipmentRecord) -> None:
    """A shipment stays with its order; raises ``shipment_of_another_order``."""
    if latest is None or latest.order_id in (None, new.order_id):
        return
    raise Conflict(
        "shipment_of_another_order",
        _(
            "Shipment %(external_id)s of %(source)s is on record with another order.",
            external_id=new.external_id,
            source=new.source,
        ),
        {"field": "order", "value": str(new.order_id), "known": latest.order_id},
    )


def is_same(latest: Shipment, new: ShipmentRecord) -> bool:
    """True if the report says what is on record already."""
    return all(getattr(latest, name) == value for name, value in asdict(new).items())


def _follow(order: Order, delivered: Decimal, *, is_more: bool, actor: User | None, actor_label: str) -> None:
    """The order follows its goods, a step at a time."""
    status = OrderStatus(order.status)
    for is_whole in (False, delivered >= order.amount):
        target = status_after_delivery(status=status, is_more=is_more, is_whole=is_whole)
        if target is not status:
            status = OrderStatus(set_status(order.pk, target, actor=actor, actor_label=actor_label).status)
    ask_recheck([order.buyer_id], cause="shipped")


def record_shipments(
    new: Sequence[ShipmentRecord], orders: Mapping[int, Order], *, actor: User | None = None, actor_label: str = ""
) -> None:
    """Append many versions, each found to say something new of its order; the orders' rows are locked.

    The same as :func:`put_shipment` for each, in a few statements.
    """
    ids = sorted({one.order_id for one in new})
    before = get_progress(ids)
    rows = [Shipment(**asdict(one), buyer_id=orders[one.order_id].buyer_id) for one in new]
    Shipment.objects.bulk_create(rows, batch_size=BATCH)
    after = get_progress(ids)
    moved = [orders[pk] for pk in ids if after[pk].delivered != before[pk].delivered]
    targets = {order.pk: _target(order, before[order.pk].delivered, after[order.pk].delivered) for order in moved}
    reopened = move_orders(orders, targets)
    audit.record(
        actor=actor,
        actor_label=actor_label,
        action="invoices.shipment.reported",
        subject_type="order",
        subject_id=ids[0] if len(ids) == 1 else "many",
        data={"shipments": len(new), "orders": len(ids), "moved": len(moved)},
    )
    ask_recheck({order.buyer_id for order in moved}, cause="shipped")
    ask_recheck({orders[pk].buyer_id for pk in reopened}, cause="reopened")


def _target(order: Order, before: Decimal, after: Decimal) -> OrderStatus:
    return status_after_delivery(
        status=OrderStatus(order.status), is_more=after > before, is_whole=after >= order.amount
    )


def _audit(shipment: Shipment, actor: User | None, label: str) -> None:
    audit.record(
        actor=actor,
        actor_label=label,
        action="invoices.shipment.reported",
        subject_type="order",
        subject_id=shipment.order_id,
        data={"shipment": shipment.external_id, "amount": None if shipment.amount is None else str(shipment.amount)},
    )
