"""The demo's orders before credit: asked about, put into production, shipped in part, held, released, rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from buyers.models import Buyer
from core.domain.roles import Role
from core.house import base_currency
from core.models import User
from core.queries.rates import rate_table
from credit.domain.kinds import GateState
from credit.domain.releases import NEVER_RELEASED
from credit.services.checks import CheckRequest, CheckResult, check_order
from credit.services.forced import force_hold
from credit.services.gate import ReleaseTerms, cancel_order, reject_order, release_order
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.services.orders import OrderRecord, put_order, set_status
from invoices.services.shipments import ShipmentRecord, put_shipment
from pipeline.demo.records import SOURCE
from pipeline.demo.stories import VELMORA

LABEL = "api:demo"
# The next orders to ship; the others wait to be asked about.
ASKED = 120


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order of the stories that has just come in."""

    buyer: str
    name: str
    amount: Decimal
    ships_in: int
    status: OrderStatus = OrderStatus.OPEN


NEW_ORDERS = (
    NewOrder("C20004", "C20004-PO9001", Decimal(118_000), 24),
    NewOrder("C20002", "C20002-PO9001", Decimal(46_500), 40),
    NewOrder("C20001", "C20001-PO9001", Decimal(72_000), 75, OrderStatus.QUOTATION),
    NewOrder(VELMORA, "C30001-PO9001", Decimal(96_000), 30),
)


def work_on_orders(*, people: Mapping[str, User], end: date) -> int:
    """Ask about the orders that ship next and the stories' new ones, then let things happen to some; how many."""
    story = [_put(new, end) for new in NEW_ORDERS]
    known = [base_currency(), *rate_table(base=base_currency(), as_of=end).rates]
    waiting = Order.objects.filter(source=SOURCE, status=OrderStatus.OPEN, planned_ship_date__gte=end)
    ordinary = (
        waiting.filter(currency__in=known)
        .exclude(pk__in=[order.pk for order in story])
        .order_by("planned_ship_date", "external_id")
    )
    results = [_ask(order.pk, end) for order in (*story, *ordinary[:ASKED])]
    _move_on([result for result in results[len(story) :] if result.gate_state == GateState.APPROVED], end)
    if people:
        _decide([result for result in results[len(story) :] if result.gate_state == GateState.HELD], people, end)
    return len(results)


def _put(new: NewOrder, end: date) -> Order:
    buyer = Buyer.objects.get(code=new.buyer)
    record = OrderRecord(
        buyer_id=buyer.pk,
        source=SOURCE,
        external_id=new.name,
        order_date=end,
        currency="USD",
        amount=new.amount,
        terms_days=60,
        planned_ship_date=end + timedelta(days=new.ships_in),
        status=new.status,
    )
    return put_order(record, today=end, actor_label=LABEL)


def _ask(order_id: int, end: date) -> CheckResult:
    return check_order(CheckRequest(order_id=order_id), as_of=end, actor_label=LABEL)


def _move_on(approved: list[CheckResult], end: date) -> None:
    """Every fifth goes into production, one in nine ships a first part; the last one is cancelled."""
    ids = [result.check.order_id for result in approved if result.check.order_id]
    for order_id in ids[::5]:
        set_status(order_id, OrderStatus.IN_PRODUCTION, actor_label=LABEL)
    for order in Order.objects.filter(pk__in=ids[1::9]).order_by("pk"):
        _ship_a_part(order, end)
    if len(ids) > 3:
        cancel_order(ids[-1], as_of=end, reason="The customer needs it no more", actor_label=LABEL)


def _ship_a_part(order: Order, end: date) -> None:
    part = (order.amount * Decimal("0.4")).quantize(Decimal(1))
    put_shipment(
        ShipmentRecord(
            order_id=order.pk,
            source=SOURCE,
            external_id=f"{order.external_id}-S1",
            promised_on=end + timedelta(days=30),
            amount=part,
            incoterm="FOB",
            shipped_on=end,
            handed_over_on=end,
        )
    )


def _decide(held: list[CheckResult], people: Mapping[str, User], end: date) -> None:
    """The manager releases one held order and rejects another; the director stops all of Velmora's."""
    by_role = {user.role: user for user in people.values()}
    manager, director = by_role[Role.MANAGER], by_role[Role.DIRECTOR]
    releasable = [result for result in held if _is_releasable(result)]
    for result in releasable[:1]:
        _release(result, manager, end)
    for order_id in _order_ids(releasable[1:2]):
        reject_order(order_id, reason="Smaller lots against payment of the old ones", as_of=end, actor=manager)
    buyer_id = Buyer.objects.get(code=VELMORA).pk
    reason = "Stopped paying; nothing leaves before the old invoices are paid"
    force_hold(buyer_id=buyer_id, reason=reason, as_of=end, actor=director, review_on=end + timedelta(days=14))


def _is_releasable(result: CheckResult) -> bool:
    return result.hold is not None and not NEVER_RELEASED.intersection(result.hold.reasons)


def _release(result: CheckResult, manager: User, end: date) -> None:
    terms = ReleaseTerms(
        amount=result.check.amount,
        tolerance_percent=Decimal(5),
        valid_until=end + timedelta(days=30),
        review_on=end + timedelta(days=14),
        reason="Payment of the oldest invoice is announced in writing",
    )
    for order_id in _order_ids([result]):
        release_order(order_id, terms, as_of=end, actor=manager)


def _order_ids(results: Iterable[CheckResult]) -> list[int]:
    return [result.check.order_id for result in results if result.check.order_id]
