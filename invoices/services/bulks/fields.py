"""One record read field by field: values as the ledger holds them, or the first thing that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from invoices.intake.convert import Reader, Unfit
from invoices.intake.records import Record
from invoices.intake.text import show


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be read: which one, and its problem; money as far as it can be read."""

    position: int
    external_id: str
    problem: Mapping[str, Any]
    currency: str = ""
    amount: str = ""


class Misfit(Exception):  # no error of the program: a value that does not fit
    """A field that does not fit, and why."""

    def __init__(self, name: str, unfit: Unfit) -> None:
        super().__init__(name)
        self.name = name
        self.unfit = unfit


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Reads the cells of records by ``readers``, by name of the field; ``name_of`` gives a record's id of its cells."""

    header: tuple[str, ...]
    readers: Mapping[str, Reader]
    name_of: Callable[[Mapping[str, str]], str] = lambda cells: cells["external_id"]

    def cells(self, record: Record) -> dict[str, str]:
        """The record's cells by field."""
        return dict(zip(self.header, record.cells, strict=True))

    def values(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The values read; raises :class:`Misfit`."""
        return {name: self.read(name, cells) for name in self.readers}

    def read(self, name: str, cells: Mapping[str, str]) -> str:
        """One value; raises :class:`Misfit`."""
        try:
            return self.readers[name](cells[name])
        except Unfit as unfit:
            raise Misfit(name, unfit) from unfit

    def fault_of(self, record: Record) -> BadRow | None:
        """What was wrong with the record before its fields were looked at."""
        if not record.faults:
            return None
        fault = record.faults[0]
        field = self.header[fault.column] if fault.column is not None else "row"
        return self._bad(record, field, fault.value, fault.reason, {})

    def bad(self, record: Record, misfit: Misfit) -> BadRow:
        """The record with what did not fit."""
        value = self.cells(record)[misfit.name]
        return self._bad(record, misfit.name, value, misfit.unfit.reason, misfit.unfit.params)

    def _bad(self, record: Record, field: str, value: str, code: str, params: Mapping[str, Any]) -> BadRow:
        problem = {"code": code, "field": field, "value": show(value), "params": dict(params)}
        return BadRow(record.line, self.name_of(self.cells(record)), problem, *self._money(record))

    def _money(self, record: Record) -> tuple[str, str]:
        if not {"currency", "amount"} <= self.readers.keys():
            return "", ""
        cells = self.cells(record)
        try:
            return self.read("currency", cells), self.read("amount", cells)
        except Misfit:
            return "", ""


def fitting(read: Reader, decimals: int) -> Reader:
    """Reads a number of at most so many decimals as ``read`` does."""

    def checked(text: str) -> str:
        value = read(text)
        if value and Decimal(value) != round(Decimal(value), decimals):
            raise Unfit("rate_precision", expected=decimals)
        return value

    return checked


def short_text(limit: int, *, is_required: bool = True) -> Reader:
    """Reads free text of at most so many characters."""

    def read(text: str) -> str:
        if is_required and not text.strip():
            raise Unfit("value_missing")
        if len(text.strip()) > limit:
            raise Unfit("value_too_long", limit=limit)
        return text.strip()

    return read
