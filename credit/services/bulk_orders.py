"""Orders as records: placed together, then checked one by one by jobs; nobody else decides whether they may go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.services.rechecks import ask_recheck
from buyers.services.registry import BuyerRow, upsert_buyers
from core.errors import DomainError
from core.services.runs import enqueue_once
from invoices.domain.kinds import Terms
from invoices.domain.orders import ENDED, TOLD, OrderStatus, check_transition, status_told
from invoices.intake.convert import Reader, Unfit
from invoices.intake.json_table import Shape
from invoices.models import Order
from invoices.queries.order_numbers import orders_of_source
from invoices.queries.orders import OrderProgress, get_progress
from invoices.services.bulks.fields import fitting
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import problem_of
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome
from invoices.services.order_batches import lock_orders, place_orders
from invoices.services.order_refusals import another_buyer, check_end, has_ended
from invoices.services.orders import OrderRecord, check_content, list_differences

CHECK_TASK = "credit.check_orders"
# So many orders of one buyer are one job.
AT_ONCE = 200
_ALIKE = {
    "external_id": "invoice_id",
    "buyer": "buyer_code",
    "buyer_name": "buyer_name",
    "currency": "currency",
    "amount": "amount",
    "order_date": "invoice_date",
    "terms": "terms",
    "terms_days": "due_days",
    "planned_ship_date": "due_date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrder(Row):
    """An order as its source knows it; ``record`` lacks only our id of the buyer. ``told`` None: status as it is."""

    buyer: str
    buyer_name: str
    record: OrderRecord
    told: OrderStatus | None = None


def _readers() -> dict[str, Reader]:
    found = readers_like({**_ALIKE, "deposit_percent": "paid_amount"})
    return {**found, "deposit_percent": fitting(found["deposit_percent"], 2), "status": _status}


def _status(text: str) -> str:
    if text and text not in list(TOLD):
        raise Unfit("value_unknown", expected=", ".join(TOLD))
    return text


def _row(position: int, values: Mapping[str, str]) -> WantedOrder:
    ship_date, told = values["planned_ship_date"], values["status"]
    record = OrderRecord(
        buyer_id=0,
        source="",
        external_id=values["external_id"],
        order_date=date.fromisoformat(values["order_date"]),
        currency=values["currency"],
        amount=Decimal(values["amount"]),
        terms=values["terms"] or Terms.OPEN_ACCOUNT.value,
        terms_days=int(values["terms_days"] or 0),
        deposit_percent=Decimal(values["deposit_percent"] or 0),
        planned_ship_date=date.fromisoformat(ship_date) if ship_date else None,
    )
    return WantedOrder(
        position=position,
        external_id=values["external_id"],
        buyer=values["buyer"],
        buyer_name=values["buyer_name"] or values["buyer"],
        record=record,
        told=OrderStatus(told) if told else None,
    )


def _post(caller: Caller, rows: list[WantedOrder]) -> list[Answer]:
    buyers = upsert_buyers((BuyerRow(row.buyer, row.buyer_name) for row in rows), caller.source)
    known = orders_of_source(caller.source, [row.external_id for row in rows])
    rows = [replace(row, record=replace(row.record, buyer_id=buyers[row.buyer], source=caller.source)) for row in rows]
    # Checks of orders of which nothing changes need not wait for this.
    moving = [known[row.external_id].pk for row in rows if _differs(row, known.get(row.external_id))]
    known |= {order.external_id: order for order in lock_orders(moving).values()}
    judge = _Judge(caller, known)
    answers = [judge.answer(row) for row in rows]
    if judge.new or judge.edited:
        made = place_orders(judge.new, judge.edited, actor=caller.actor, actor_label=caller.label)
        _ask_checks([*made, *(order for order, _record in judge.edited)])
    return answers


class _Judge:
    """What is to be recorded, what changes, what cannot be; the orders on record are locked."""

    def __init__(self, caller: Caller, known: Mapping[str, Order]) -> None:
        self._caller, self._known = caller, known
        self._progress = get_progress(order.pk for order in known.values())
        self.new: list[OrderRecord] = []
        self.edited: list[tuple[Order, OrderRecord]] = []

    def answer(self, row: WantedOrder) -> Answer:
        """The answer to a row; what it changes is kept."""
        known, record = self._known.get(row.external_id), row.record
        try:
            outcome = self._made(record, row.told) if known is None else self._edited(known, record, row.told)
        except DomainError as refused:
            return quarantined(row, problem_of(refused))
        return Answer(row.position, row.external_id, outcome)

    def _made(self, record: OrderRecord, told: OrderStatus | None) -> Outcome:
        check_content(record, today=self._caller.today, known=None, delivered=Decimal(0))
        self.new.append(replace(record, status=told or OrderStatus.OPEN))
        return Outcome.CREATED

    def _edited(self, known: Order, record: OrderRecord, told: OrderStatus | None) -> Outcome:
        target, differing = _target(known, told), list_differences(known, record)
        if not differing and target == known.status:
            return Outcome.UNCHANGED
        _check_edit(known, record, differing, target)
        progress = self._progress[known.pk]
        check_content(record, today=self._caller.today, known=known, delivered=progress.delivered)
        _check_move(known, target, progress)
        self.edited.append((known, replace(record, status=target)))
        return Outcome.UPDATED


def _target(known: Order, told: OrderStatus | None) -> OrderStatus:
    return status_told(current=OrderStatus(known.status), told=told)


def _differs(row: WantedOrder, known: Order | None) -> bool:
    return known is not None and (_target(known, row.told) != known.status or bool(list_differences(known, row.record)))


def _check_edit(known: Order, record: OrderRecord, differing: list[str], target: OrderStatus) -> None:
    params = {"field": "buyer", "value": record.external_id}
    if "buyer_id" in differing:
        raise another_buyer(known, params)
    if differing and known.status in ENDED and target in ENDED:
        raise has_ended(known, {**params, "field": differing[0]})


def _check_move(known: Order, target: OrderStatus, progress: OrderProgress) -> None:
    status = OrderStatus(known.status)
    if target is not status:
        check_transition(current=status, target=target)
        check_end(known, target, progress)


def _ask_checks(orders: Iterable[Order]) -> None:
    """Jobs that check these orders, those of one buyer together; what ended gives its part of the limit free."""
    living: dict[int, list[int]] = defaultdict(list)
    ended: set[int] = set()
    for order in orders:
        if order.status in ENDED:
            ended.add(order.buyer_id)
        else:
            living[order.buyer_id].append(order.pk)
    parts = [(buyer, ids[at : at + AT_ONCE]) for buyer, ids in living.items() for at in range(0, len(ids), AT_ONCE)]
    enqueue_once(CHECK_TASK, [{"buyer": buyer, "orders": ids} for buyer, ids in parts])
    ask_recheck(ended, cause="cancelled")


def _shapes() -> dict[str, Shape]:
    texts: dict[str, Any] = dict.fromkeys((*_ALIKE, "deposit_percent", "status"), Shape.TEXT)
    return texts | dict.fromkeys(("amount", "terms_days", "deposit_percent"), Shape.NUMBER)


ORDERS = Taking(
    shapes=_shapes(),
    readers=_readers,
    row_of=_row,
    post=_post,
    money=lambda row: (row.record.currency, str(row.record.amount)),
)
