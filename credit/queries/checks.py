"""Order checks as callers of the API may see them, and the order and buyer that a new one is about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from buyers.queries.merges import get_survivor_id
from core.access.scope import Scope
from core.errors import NotFound
from core.queries.prepared import Prepared, fetch_prepared
from credit.domain.kinds import GateState, HoldState, ReservationState
from credit.models import Hold, OrderCheck, OrderGate, Reservation
from invoices.models import Order


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the rows of ``scope``; a key that may only check sees ``source``'s orders and what it asked itself."""

    scope: Scope
    source: str | None = None
    sees_limits: bool = False


@dataclass(frozen=True, slots=True)
class OrderStand:
    """An order and where it stands with credit now."""

    id: int
    source: str
    external_id: str
    version: int
    state: str = GateState.UNCHECKED
    gate_version: int = 0


@dataclass(frozen=True, slots=True)
class CheckView:
    """A stored check with where its order stands now; ``order`` None is a what-if without one."""

    check: OrderCheck
    buyer: str
    order: OrderStand | None = None
    reservation: Reservation | None = None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckFilter:
    """Restrictions of a list of checks."""

    buyer_id: int | None = None
    source: str | None = None
    external_id: str | None = None
    outcome: str | None = None
    is_dry_run: bool | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what a check is about: the buyer under whose id it is read, and the order on record, if any."""

    buyer_id: int
    buyer: str
    order: Order | None = None


def list_checks(reader: Reader, wanted: CheckFilter) -> QuerySet[OrderCheck]:
    """Checks that the reader may see, with buyer and order."""
    asked = {
        "buyer_id": wanted.buyer_id,
        "order__source": wanted.source,
        "order__external_id": wanted.external_id,
        "outcome": wanted.outcome,
        "is_dry_run": wanted.is_dry_run,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return _visible(reader).filter(**given).select_related("buyer", "order")


def get_check(pk: int, reader: Reader) -> CheckView:
    """One check with where its order stands now; raises ``check_not_found``, also for what may not be seen."""
    check = _visible(reader).select_related("buyer", "order__gate").filter(pk=pk).first()
    if check is None:
        params = {"field": "id", "value": pk}
        raise NotFound("check_not_found", _("There is no order check with this id."), params)
    if check.order is None:
        return CheckView(check, check.buyer.code)
    return _view(check, check.order, check.buyer.code)


def _view(check: OrderCheck, order: Order, buyer: str) -> CheckView:
    return CheckView(
        check,
        buyer,
        stand_of(order, getattr(order, "gate", None)),
        Reservation.objects.filter(order=order, state=ReservationState.ACTIVE).first(),
        tuple(Hold.objects.filter(order=order, state=HoldState.OPEN).order_by("pk")),
    )


def check_that_stands(order: Order) -> CheckView | None:
    """The check on which the gate of the order (with its buyer) stands; None if nobody asked yet."""
    gate: OrderGate | None = getattr(order, "gate", None)
    if gate is None or gate.check_row is None:
        return None
    return _view(gate.check_row, order, order.buyer.code)


def stand_of(order: Order, gate: OrderGate | None) -> OrderStand:
    """The order with its gate; nobody asked about it before if there is none."""
    state, version = (gate.state, gate.version) if gate else (GateState.UNCHECKED.value, 0)
    return OrderStand(order.pk, order.source, order.external_id, order.version, state, version)


def latest_check_id(order_id: int) -> int | None:
    """The newest check of an order that was no what-if."""
    found = OrderCheck.objects.filter(order_id=order_id, is_dry_run=False).order_by("-recorded_at", "-pk")
    return found.values_list("pk", flat=True).first()


def _visible(reader: Reader) -> QuerySet[OrderCheck]:
    rows = OrderCheck.objects.all()
    if not reader.scope.is_everything:
        rows = rows.filter(buyer__sales_owner_id=reader.scope.sales_owner_id)
    if reader.source is not None:
        rows = rows.filter(Q(order__source=reader.source) | Q(actor_label=reader.scope.label))
    return rows


def get_order_on_record(*, source: str, external_id: str, scope: Scope) -> Order | None:
    """The order under its source's number, with its buyer; raises ``order_not_found`` for one outside the scope."""
    found = fetch_prepared(_ORDER, {"source": source, "external_id": external_id})
    order = Order.objects.select_related("buyer", "gate").get(pk=found[0][0]) if found else None
    if order is not None and not scope.is_everything and order.buyer.sales_owner_id != scope.sales_owner_id:
        params = {"field": "external_id", "value": external_id}
        raise NotFound("order_not_found", _("There is no such order."), params)
    return order


# Most orders that are asked about are new.
_ORDER = Prepared(
    "asked_order",
    "SELECT o.id FROM invoices_order o WHERE o.source = %(source)s AND o.external_id = %(external_id)s",
    {"source": "text", "external_id": "text"},
)

# One statement: this is asked at every check.
_BUYER = Prepared(
    "asked_buyer",
    """
SELECT s.id, s.code FROM buyers_buyer b
LEFT JOIN buyers_buyermerge m ON m.duplicate_id = b.id AND m.state = 'merged'
JOIN buyers_buyer s ON s.id = coalesce(m.survivor_id, b.id)
WHERE b.code = %(code)s AND (%(owner)s IS NULL OR s.sales_owner_id = %(owner)s)
""",
    {"code": "text", "owner": "bigint"},
)


def get_subject(code: str | None, order: Order | None, *, scope: Scope) -> Subject:
    """The buyer by code (its survivor's record), or that of the order on record. Raises ``buyer_not_found``.

    The code of another record of the same customer names the order's own.
    """
    if order is not None and code in (None, order.buyer.code):
        return Subject(order.buyer_id, order.buyer.code, order)
    found = fetch_prepared(_BUYER, {"code": code, "owner": scope.sales_owner_id})
    if not found:
        params = {"field": "buyer", "value": code, "fix": _("Use a code that GET /api/v1/buyers/ shows.")}
        raise NotFound("buyer_not_found", _("There is no buyer with this code."), params)
    survivor_id, survivor_code = found[0]
    if order is not None and get_survivor_id(order.buyer_id) == survivor_id:
        return Subject(order.buyer_id, order.buyer.code, order)
    return Subject(survivor_id, survivor_code, order)
