"""An order put as its source knows it now: recorded or edited, moved on in its life, and asked about as all are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from buyers.queries.records import buyer_ids_of_source
from buyers.services.registry import BuyerRow, upsert_buyers
from core.errors import Changed
from core.models import User
from core.words import sentence as _
from credit.domain.kinds import GateState
from credit.models import OrderGate
from credit.services.accounts import failing_closed, lock_accounts
from credit.services.checks import CheckRequest, check_order
from credit.services.gate import cancel_order
from invoices.domain.orders import ENDED, OrderStatus, status_told
from invoices.models import Order
from invoices.queries.orders import get_order
from invoices.services.imports.results import Outcome
from invoices.services.orders import OrderRecord, find_order, list_differences, place_order, set_status
from invoices.services.source_locks import share_source


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOrder:
    """The order (buyer and status still to be filled in), its buyer in the source's words, and its status if told."""

    record: OrderRecord
    buyer: BuyerRow
    status: OrderStatus | None = None


def put_order(
    put: PutOrder,
    *,
    as_of: date,
    expected: tuple[int, int] | None = None,
    actor: User | None = None,
    actor_label: str = "",
) -> Outcome:
    """Bring the order to what the source says; it is checked if it is new or changed, the same again changes nothing.

    Raises what :func:`credit.services.checks.check_order`, :func:`credit.services.gate.cancel_order` and
    :func:`invoices.services.orders.set_status` raise; ``order_changed`` (412) if ``expected`` (the order's and the
    gate's version) is not what is on record.
    """
    with failing_closed(), transaction.atomic():
        share_source(put.record.source)
        record = replace(put.record, buyer_id=_buyer_of(put), status=put.status or OrderStatus.OPEN)
        lock_accounts(record.buyer_id)
        work = _Putting(record, as_of, actor, actor_label)
        known = find_order(record)
        _check_version(known, expected)
        return work.make() if known is None else work.update(known, put.status)


def _buyer_of(put: PutOrder) -> int:
    """The buyer, made if the source has not told us of it."""
    code, source = put.buyer.external_id, put.record.source
    return buyer_ids_of_source(source, [code]).get(code) or upsert_buyers([put.buyer], source)[code]


def _check_version(known: Order | None, expected: tuple[int, int] | None) -> None:
    if expected is None:
        return
    gate = OrderGate.objects.filter(order=known).first() if known else None
    if known is None or expected != (known.version, gate.version if gate else 0):
        params = {"field": "If-Match"}
        raise Changed(
            "order_changed", _("The order is no longer the version that If-Match names; read it again."), params
        )


class _Putting:
    """One order, its accounts locked."""

    def __init__(self, record: OrderRecord, as_of: date, actor: User | None, label: str) -> None:
        self._record, self._as_of, self._actor, self._label = record, as_of, actor, label

    def make(self) -> Outcome:
        """A new one; one that has ended already is only recorded."""
        if self._record.status in ENDED:
            place_order(self._record, today=self._as_of, actor=self._actor, actor_label=self._label)
        else:
            self._ask(CheckRequest(order=self._record))
        return Outcome.CREATED

    def update(self, known: Order, told: OrderStatus | None) -> Outcome:
        """Open it again, edit it, move it on: in this order, each if it is told so; then ask if there is a question."""
        target, version = status_told(current=OrderStatus(known.status), told=told), known.version
        order = known
        if known.status in ENDED and target not in ENDED:
            order = self._move(known.pk, target)
        if list_differences(order, self._record):
            order = self._edit(order)
        if order.status != target:
            order = self._move(order.pk, target)
        is_changed = order.version != version
        if target not in ENDED and (is_changed or _is_unasked(known.pk)):
            self._ask(CheckRequest(order_id=known.pk))
        return Outcome.UPDATED if is_changed else Outcome.UNCHANGED

    def _edit(self, order: Order) -> Order:
        placed = place_order(
            self._record,
            today=self._as_of,
            actor=self._actor,
            actor_label=self._label,
            expected_version=order.version,
        )
        return placed.order

    def _move(self, order_id: int, target: OrderStatus) -> Order:
        if target is OrderStatus.CANCELLED:
            cancel_order(order_id, as_of=self._as_of, actor=self._actor, actor_label=self._label)
            return get_order(order_id)
        return set_status(order_id, target, actor=self._actor, actor_label=self._label)

    def _ask(self, request: CheckRequest) -> None:
        check_order(request, as_of=self._as_of, actor=self._actor, actor_label=self._label)


def _is_unasked(order_id: int) -> bool:
    return not OrderGate.objects.filter(order=order_id).exclude(state=GateState.UNCHECKED).exists()
