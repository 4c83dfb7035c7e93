"""Customer orders as their source tells them: put, edited, moved on in their life. Credit decides above.

An edit takes the order's row by its version and asks the credit floor to check again (a job row by task name).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from buyers.models import Buyer
from buyers.services.rechecks import ask_recheck
from core.appending import append_unless_known
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.queries.prepared import fetch_rows, rows_of
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import Terms
from invoices.domain.order_terms import check_order_amount, check_order_terms, check_ship_date
from invoices.domain.orders import ENDED, OrderStatus, check_transition
from invoices.models import Order
from invoices.queries.orders import get_order, get_progress
from invoices.services.order_refusals import another_buyer, changed_meanwhile, check_end, has_ended, nothing_to_change


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

    @property
    def content(self) -> dict[str, Any]:
        """What an edit may change: everything but the order's name, buyer and status."""
        return {name: getattr(self, name) for name in CONTENT}


_FIXED = ("buyer_id", "source", "external_id", "status")
CONTENT = tuple(field.name for field in fields(OrderRecord) if field.name not in _FIXED)

# What ends an order or brings it back, in the words of a re-check.
_CAUSES = {
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.CLOSED: "cancelled",
    OrderStatus.OPEN: "reopened",
    OrderStatus.IN_PRODUCTION: "production",
}


def check_record(new: OrderRecord, *, today: date, known: Order | None = None) -> None:
    """The record's fields, against the order that it edits where there is one; see :func:`put_order` for errors."""
    delivered = get_progress([known.pk])[known.pk].delivered if known else Decimal(0)
    check_content(new, today=today, known=known, delivered=delivered)


def check_content(new: OrderRecord, *, today: date, known: Order | None, delivered: Decimal) -> None:
    """The same where it is known what has left."""
    check_order_amount(amount=new.amount, currency=new.currency, delivered=delivered)
    check_order_terms(terms=new.terms, terms_days=new.terms_days, deposit_percent=new.deposit_percent)
    if known is None or known.planned_ship_date != new.planned_ship_date:
        check_ship_date(ship_date=new.planned_ship_date, today=today)


class Placed(NamedTuple):
    """An order on record; ``is_new`` if it has no past: this transaction recorded it."""

    order: Order
    is_new: bool


def put_order(
    new: OrderRecord,
    *,
    today: date,
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> Order:
    """:func:`place_order` in a transaction of its own. Raises ``buyer_not_found`` too."""
    if not Buyer.objects.filter(pk=new.buyer_id).exists():
        params = {"field": "buyer", "value": str(new.buyer_id)}
        raise NotFound("buyer_not_found", _("There is no buyer %(buyer_id)s.", buyer_id=new.buyer_id), params)
    with transaction.atomic():
        placed = place_order(new, today=today, actor=actor, actor_label=actor_label, expected_version=expected_version)
    return placed.order


def place_order(
    new: OrderRecord,
    *,
    today: date,
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> Placed:
    """Record an order of a known buyer or edit it, in the caller's transaction; the same content changes nothing.

    Raises ``order_differs`` (409) where the number is known with another content and no ``expected_version`` is given,
    ``order_changed`` (409) where that version is no longer the current one, ``order_of_another_buyer``,
    ``order_ended``, ``order_not_found`` (a version is expected of an order that is unknown), and one error per field:
    ``amount_invalid``, ``amount_absurd``, ``amount_below_delivered``, ``currency_unknown``,
    ``ship_date_past``, ``terms_unknown``, ``terms_days_invalid``, ``deposit_invalid``.
    """
    known = find_order(new)
    if known is None:
        if expected_version is not None:
            raise nothing_to_change(new.external_id)
        check_record(new, today=today)
        if (order := _insert(new)) is not None:
            _audit("put", order, actor, actor_label, amount=str(order.amount), currency=order.currency)
            return Placed(order, is_new=True)
        known = Order.objects.get(source=new.source, external_id=new.external_id)
    edited = _edit(known, new, today=today, actor=actor, actor_label=actor_label, expected_version=expected_version)
    return Placed(edited, is_new=False)


def order_of(new: OrderRecord) -> Order:
    """The row that a new order is."""
    return Order(
        source=new.source, external_id=new.external_id, buyer_id=new.buyer_id, status=new.status, **new.content
    )


def _insert(new: OrderRecord) -> Order | None:
    """The new order; None if somebody else has just recorded it."""
    return append_unless_known(order_of(new))


_FOUND = rows_of(
    Order,
    "order_of_source",
    "source = %(source)s AND external_id = %(external_id)s",
    {"source": "text", "external_id": "text"},
)


def find_order(new: OrderRecord) -> Order | None:
    """The order on record under this source's number."""
    found = fetch_rows(Order, _FOUND, {"source": new.source, "external_id": new.external_id})
    return found[0] if found else None


def _edit(
    known: Order, new: OrderRecord, *, today: date, actor: User | None, actor_label: str, expected_version: int | None
) -> Order:
    differing = list_differences(known, new)
    if not differing:
        return known
    _check_edit(known, new, differing, expected_version)
    check_record(new, today=today, known=known)
    _swap(known, expected_version, **new.content)
    data = {"changed": {name: [str(getattr(known, name)), str(new.content[name])] for name in differing}}
    _audit("edited", known, actor, actor_label, **data)
    ask_recheck([known.buyer_id], cause="currency_changed" if "currency" in differing else "edited")
    known.refresh_from_db()
    return known


def list_differences(known: Order, new: OrderRecord) -> list[str]:
    """The fields in which the record differs from the order."""
    fields = {**new.content, "buyer_id": new.buyer_id}
    return [name for name, value in fields.items() if getattr(known, name) != value]


def _check_edit(known: Order, new: OrderRecord, differing: list[str], expected_version: int | None) -> None:
    params = {"field": differing[0], "value": str(getattr(new, differing[0])), "order": known.pk}
    if "buyer_id" in differing:
        raise another_buyer(known, params)
    if expected_version is None:
        raise Conflict(
            "order_differs",
            _(
                "Order %(external_id)s is on record with another %(differing)s. To change it, name the "
                "version that you change.",
                external_id=new.external_id,
                differing=differing[0],
            ),
            {**params, "known": str(getattr(known, differing[0])), "version": known.version},
        )
    if known.status in ENDED:
        raise has_ended(known, params)


@transaction.atomic
def set_status(
    order_id: int,
    status: OrderStatus,
    *,
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> Order:
    """Move the order on; credit checks again where that matters.

    Raises :class:`InvalidTransition`, ``order_not_found``, ``order_changed``; ``goods_have_left`` where an order is
    cancelled of which something was delivered (lower its amount instead); ``goods_not_invoiced`` where one is closed
    before all that left was invoiced: goods that left stay billable.
    """
    order = get_order(order_id)
    before = OrderStatus(order.status)
    if check_transition(current=before, target=status) == before:
        return order
    check_end(order, status, get_progress([order_id])[order_id])
    _swap(order, expected_version, status=status)
    _audit("moved", order, actor, actor_label, status=[before.value, status.value])
    if status in _CAUSES:
        ask_recheck([order.buyer_id], cause=_CAUSES[status])
    order.refresh_from_db()
    return order


_LOCKED = rows_of(Order, "lock_order", "id = %(id)s FOR NO KEY UPDATE", {"id": "bigint"})


def lock_order(order_id: int) -> Order:
    """The order with its row locked against edits; raises ``order_not_found``."""
    found = fetch_rows(Order, _LOCKED, {"id": order_id})
    return found[0] if found else get_order(order_id)


def check_order_of(order_id: int | None, *, buyer_id: int) -> None:
    """What names an order is of the order's buyer; raises ``order_not_found``, ``other_party``."""
    if order_id is not None and (order := get_order(order_id)).buyer_id != buyer_id:
        params = {"field": "order", "value": order.external_id}
        raise DomainError(
            "other_party", _("Order %(external_id)s is of another buyer.", external_id=order.external_id), params
        )


def follow_invoice(order_id: int, *, actor: User | None = None) -> None:
    """An order that was shipped and is now invoiced as a whole has moved on."""
    order = lock_order(order_id)
    if order.status == OrderStatus.SHIPPED and get_progress([order_id])[order_id].invoiced >= order.amount:
        set_status(order_id, OrderStatus.INVOICED, actor=actor)


def _swap(order: Order, expected_version: int | None, **changes: Any) -> None:
    """Write the changes if the order is still the version that they were made from."""
    version = order.version if expected_version is None else expected_version
    if not Order.objects.filter(pk=order.pk, version=version).update(version=F("version") + 1, **changes):
        raise changed_meanwhile(order, version)


def _audit(verb: str, order: Order, actor: User | None, label: str, **data: Any) -> None:
    audit.record(
        actor=actor,
        actor_label=label,
        action=f"invoices.order.{verb}",
        subject_type="order",
        subject_id=order.pk,
        data=data,
    )
