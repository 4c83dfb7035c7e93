"""Receipts and credit notes as records: read field by field with the readers of the ledger's own columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from core.money import minor_digits
from invoices.intake.convert import Reader, Unfit
from invoices.intake.json_table import Shape
from invoices.intake.json_values import has_half_character
from invoices.intake.text import CONTROL
from invoices.services.bulks.fields import Misfit, short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.taking import Row

T = TypeVar("T")
# By field of the record, the ledger's column whose reader it takes; the day's name depends on the kind.
_ALIKE = {
    "external_id": "invoice_id",
    "buyer": "buyer_code",
    "buyer_name": "buyer_name",
    "currency": "currency",
    "amount": "amount",
}
DAYS = {"receipt": "received_on", "credit_note": "issued_on"}
_LONGEST_NOTE = 200
# What the ledger's columns hold.
_TOO_MUCH, _DECIMALS = Decimal("1e16"), 4


@dataclass(frozen=True, slots=True)
class WantedAllocation:
    """Part of a document for one invoice, by its source's number."""

    invoice: str
    amount: Decimal
    source_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow(Row):
    """One receipt or credit note; two that differ in words only are one. ``allocations`` None: it speaks of none.

    ``buyer_id`` is who the buyer is in the registry; None: it is told of the buyer when the row is posted.
    """

    buyer: str
    buyer_name: str = field(compare=False)
    buyer_id: int | None = field(default=None, compare=False)
    currency: str
    amount: Decimal
    day: date
    note: str = field(default="", compare=False)
    allocations: tuple[WantedAllocation, ...] | None = None


def shapes(kind: str) -> dict[str, Shape]:
    """The fields of a record of this kind."""
    found = dict.fromkeys((*_ALIKE, DAYS[kind], "note"), Shape.TEXT)
    return {**found, "amount": Shape.NUMBER, "allocations": Shape.LIST}


def readers(kind: str) -> dict[str, Reader]:
    """Who reads the fields of a record of this kind; the allocations are read last, once its amount is known."""
    found = readers_like({**_ALIKE, DAYS[kind]: "invoice_date"})
    return {**found, "note": short_text(_LONGEST_NOTE, is_required=False), "allocations": str}


def row_of(kind: str, position: int, values: Mapping[str, str]) -> DocumentRow:
    """What was read as a document; raises :class:`Misfit`."""
    currency = values["currency"]
    amount = _fitting("amount", lambda: read_money(values["amount"], currency))
    return DocumentRow(
        position=position,
        external_id=values["external_id"],
        buyer=values["buyer"],
        buyer_name=values["buyer_name"] or values["buyer"],
        currency=currency,
        amount=amount,
        day=date.fromisoformat(values[DAYS[kind]]),
        note=values["note"],
        allocations=_fitting("allocations", lambda: _allocations(values["allocations"], currency, amount)),
    )


def _allocations(text: str, currency: str, amount: Decimal) -> tuple[WantedAllocation, ...] | None:
    if not text:
        return None
    return checked_allocations(tuple(map(_allocation, json.loads(text))), currency, amount)


def _allocation(item: Any) -> WantedAllocation:
    if not isinstance(item, dict) or not {"invoice", "amount"} <= item.keys() <= _ALLOCATION_FIELDS:
        raise Unfit("allocation_invalid")
    texts = [item["invoice"], item["amount"], item.get("source_amount") or ""]
    if not all(isinstance(text, str) for text in texts):
        raise Unfit("allocation_invalid")
    if has_half_character(texts[0]) or CONTROL.search(texts[0]):
        raise Unfit("allocation_invalid")
    used = Decimal(_PARTS["amount"](texts[2])) if texts[2] else None
    wanted = Decimal(_PARTS["amount"](texts[1]))
    return WantedAllocation(_PARTS["invoice"](texts[0]), wanted, used)


_PARTS = readers_like({"invoice": "invoice_id", "amount": "amount"})
_ALLOCATION_FIELDS = frozenset({"invoice", "amount", "source_amount"})


def _fitting(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except Unfit as unfit:
        raise Misfit(name, unfit) from unfit


def checked_allocations(
    found: tuple[WantedAllocation, ...], currency: str, amount: Decimal
) -> tuple[WantedAllocation, ...]:
    """Each invoice once, together at most the document's amount; raises :class:`Unfit`."""
    amounts = [part for one in found for part in (one.amount, one.source_amount) if part is not None]
    if not all(0 < part < _TOO_MUCH and part == round(part, _DECIMALS) for part in amounts):
        raise Unfit("allocation_invalid")
    if len({one.invoice for one in found}) < len(found):
        raise Unfit("allocation_repeated")
    if sum((one.source_amount or one.amount for one in found), Decimal(0)) > amount:
        raise Unfit("allocated_more", expected=f"{amount} {currency}")
    return found


def read_money(text: str, currency: str) -> Decimal:
    """A positive amount in whole minor units; raises :class:`Unfit`."""
    amount, digits = Decimal(text), minor_digits(currency)
    if amount == 0:
        raise Unfit("amount_zero")
    if amount < 0:
        raise Unfit("amount_not_positive")
    if len(text.partition(".")[2]) > digits:
        raise Unfit("amount_precision", expected=digits)
    return amount
