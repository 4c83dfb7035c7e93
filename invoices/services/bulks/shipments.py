"""Shipments as records: always stored, whatever credit says of their orders; one whose order is unknown waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import DomainError
from invoices.domain.bulks import Awaited, BulkKind
from invoices.domain.posting import check_amount
from invoices.intake.convert import Reader, Unfit
from invoices.intake.json_table import Shape
from invoices.models import Order, Shipment
from invoices.queries.order_numbers import latest_shipments, order_ids
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import problem, problem_of, unknown_yet
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome
from invoices.services.order_batches import lock_orders
from invoices.services.shipments import ShipmentRecord, check_order_of_shipment, is_same, record_shipments

MILESTONES = ("shipped_on", "handed_over_on", "bill_of_lading_on", "customs_cleared_on", "delivered_on")
FLAGS = ("delay_by_seller", "is_refused", "is_cancelled", "has_discrepancies")
_YES = {"": False, "false": False, "true": True}
_NAMES = ("external_id", "order")
_ALIKE = {
    **dict.fromkeys(_NAMES, "invoice_id"),
    "promised_on": "invoice_date",
    "amount": "paid_amount",
    **dict.fromkeys(MILESTONES, "due_date"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedShipment(Row):
    """A shipment as its source knows it; ``report`` lacks only our id of the order."""

    order_source: str
    order: str
    report: ShipmentRecord


def _readers() -> dict[str, Reader]:
    texts = {"order_source": short_text(60, is_required=False), "incoterm": short_text(3, is_required=False)}
    return {**readers_like(_ALIKE), **texts, **dict.fromkeys(FLAGS, _flag)}


def _flag(text: str) -> str:
    if text not in _YES:
        raise Unfit("value_unknown", expected="true, false")
    return text


def _row(position: int, values: Mapping[str, str]) -> WantedShipment:
    days: dict[str, Any] = {name: date.fromisoformat(values[name]) if values[name] else None for name in MILESTONES}
    flags: dict[str, Any] = {name: _YES[values[name]] for name in FLAGS}
    report = ShipmentRecord(
        order_id=0,
        source="",
        external_id=values["external_id"],
        promised_on=date.fromisoformat(values["promised_on"]),
        amount=Decimal(values["amount"]) if values["amount"] else None,
        incoterm=values["incoterm"],
        **days,
        **flags,
    )
    return WantedShipment(
        position=position,
        external_id=values["external_id"],
        order_source=values["order_source"],
        order=values["order"],
        report=report,
    )


def _post(caller: Caller, rows: list[WantedShipment]) -> list[Answer]:
    named = {row.position: (row.order_source or caller.source, row.order) for row in rows}
    ids = order_ids(named.values())
    orders = lock_orders(ids.values())
    known = latest_shipments(caller.source, [row.external_id for row in rows])
    new: list[ShipmentRecord] = []
    answers = [_answer(caller, row, orders.get(ids.get(named[row.position], 0)), known, new) for row in rows]
    if new:
        record_shipments(new, orders, actor=caller.actor, actor_label=caller.label)
    return answers


def _answer(
    caller: Caller, row: WantedShipment, order: Order | None, known: Mapping[str, Shipment], new: list[ShipmentRecord]
) -> Answer:
    """The answer to a row; what is to be stored is put into ``new``."""
    if order is None:
        return quarantined(row, unknown_yet(Awaited.ORDER, row.order_source or caller.source, row.order))
    report, latest = replace(row.report, order_id=order.pk, source=caller.source), known.get(row.external_id)
    fault = _fault_of(report, order, latest, caller.today)
    if fault is not None:
        return quarantined(row, fault)
    if latest is not None and is_same(latest, report):
        return Answer(row.position, row.external_id, Outcome.UNCHANGED)
    new.append(report)
    return Answer(row.position, row.external_id, Outcome.UPDATED if latest else Outcome.CREATED)


def _fault_of(report: ShipmentRecord, order: Order, latest: Shipment | None, today: date) -> dict[str, Any] | None:
    for name in MILESTONES:
        day = getattr(report, name)
        if day is not None and day > today:
            return problem("date_in_future", name, day)
    try:
        if report.amount is not None:
            check_amount(amount=report.amount, currency=order.currency)
        check_order_of_shipment(latest, report)
    except DomainError as refused:
        return problem_of(refused)
    return None


SHIPMENTS = Taking(
    shapes={
        **dict.fromkeys((*_NAMES, "order_source", "promised_on", "incoterm", *MILESTONES), Shape.TEXT),
        "amount": Shape.NUMBER,
        **dict.fromkeys(FLAGS, Shape.FLAG),
    },
    readers=_readers,
    row_of=_row,
    post=_post,
    waits_as=BulkKind.SHIPMENTS,
)
