"""Receipts and credit notes as records: read field by field with the readers of the ledger's own columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from core.money import minor_digits
from invoices.intake.convert import Reader, Unfit, make_reader
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.json_values import has_half_character
from invoices.intake.text import CONTROL
from invoices.services.bulks.fields import BadRow, Misfit, RecordReader
from invoices.services.bulks.invoices import record_profile

T = TypeVar("T")
# By field of the record, the ledger's column whose reader it takes; the day's name depends on the kind.
_READERS = {
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


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One receipt or credit note. ``allocations`` None: the record does not speak of them."""

    position: int
    external_id: str
    buyer: str
    buyer_name: str
    currency: str
    amount: Decimal
    day: date
    note: str = ""
    allocations: tuple[WantedAllocation, ...] | None = None


def shapes(kind: str) -> dict[str, Shape]:
    """The fields of a record of this kind."""
    found = dict.fromkeys((*_READERS, DAYS[kind], "note"), Shape.TEXT)
    return {**found, "amount": Shape.NUMBER, "allocations": Shape.LIST}


class RowReader:
    """Reads records of one kind and source."""

    def __init__(self, kind: str, source: str) -> None:
        profile = record_profile(source)
        names = {**_READERS, DAYS[kind]: "invoice_date"}
        self._day = DAYS[kind]
        self._readers: dict[str, Reader] = {
            name: make_reader(column, profile, is_typed=False) for name, column in names.items()
        }
        self._readers["note"] = _note

    def rows(self, records: JsonRecords) -> Iterator[DocumentRow | BadRow]:
        """Each record read, in order."""
        reader = RecordReader(records.header, self._readers)
        for record in records:
            try:
                yield reader.fault_of(record) or self._row(record.line, reader, reader.cells(record))
            except Misfit as misfit:
                yield reader.bad(record, misfit)

    def _row(self, position: int, reader: RecordReader, cells: dict[str, str]) -> DocumentRow:
        values = reader.values(cells)
        currency = values["currency"]
        amount = _fitting("amount", lambda: read_money(values["amount"], currency))
        return DocumentRow(
            position=position,
            external_id=values["external_id"],
            buyer=values["buyer"],
            buyer_name=values["buyer_name"] or values["buyer"],
            currency=currency,
            amount=amount,
            day=date.fromisoformat(values[self._day]),
            note=values["note"],
            allocations=_fitting("allocations", lambda: self._allocations(cells["allocations"], currency, amount)),
        )

    def _allocations(self, text: str, currency: str, amount: Decimal) -> tuple[WantedAllocation, ...] | None:
        if not text:
            return None
        return checked_allocations(tuple(map(self._allocation, json.loads(text))), currency, amount)

    def _allocation(self, item: Any) -> WantedAllocation:
        if not isinstance(item, dict) or not {"invoice", "amount"} <= item.keys() <= _ALLOCATION_FIELDS:
            raise Unfit("allocation_invalid")
        texts = [item["invoice"], item["amount"], item.get("source_amount") or ""]
        if not all(isinstance(text, str) for text in texts):
            raise Unfit("allocation_invalid")
        if has_half_character(texts[0]) or CONTROL.search(texts[0]):
            raise Unfit("allocation_invalid")
        used = Decimal(self._readers["amount"](texts[2])) if texts[2] else None
        wanted = Decimal(self._readers["amount"](texts[1]))
        return WantedAllocation(self._readers["external_id"](texts[0]), wanted, used)


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


def _note(text: str) -> str:
    if len(text) > _LONGEST_NOTE:
        raise Unfit("value_too_long", limit=_LONGEST_NOTE)
    return text
