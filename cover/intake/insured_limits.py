"""Files of insurers' decisions: rows of text to typed rows, or problems with field, value and reason.

Columns: ``number, insurer, buyer_code, currency, amount, percent, valid_from`` and, where the file has them,
``policy, valid_to, conditions``. Dates are written YYYY-MM-DD, numbers like 1,234.56.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.money import known_currencies, minor_digits
from invoices.intake.convert import Unfit
from invoices.intake.date_pattern import compile_pattern
from invoices.intake.delimiter import column_key
from invoices.intake.number_format import NumberFormat, TooLarge
from invoices.intake.reader import ReadOptions, open_table
from invoices.intake.reasons import FileRefused, words
from invoices.intake.records import CellStyle, Record, Table
from invoices.intake.rows import raw_row
from invoices.intake.text import CONTROL, show

_DATES = compile_pattern("YYYY-MM-DD")
_NUMBERS = NumberFormat()
_STYLE = CellStyle(date_text=_DATES.write, decimal=_NUMBERS.decimal)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 12, 31)
_NEEDED = ("number", "insurer", "buyer_code", "currency", "amount", "percent", "valid_from")
_OPTIONAL = ("policy", "valid_to", "conditions")
_MAY_BE_EMPTY = frozenset(_OPTIONAL)

REASONS: dict[str, str | Promise] = {
    "buyer_unknown": _("There is no buyer with the code %(value)s."),
    "duplicate_in_file": _(
        "The file has this decision again, with other content, on line %(other_line)s. None of the rows was taken."
    ),
    "of_other_buyer": _("The insurer's limit %(value)s is on record for the buyer %(known)s."),
    "refused": _("%(problem)s"),
}


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row as it is meant; the buyer is still a code."""

    line: int
    buyer_code: str
    insurer: str
    number: str
    currency: str
    amount: Decimal
    percent: Decimal
    valid_from: date
    valid_to: date | None
    policy: str
    conditions: str
    raw: Mapping[str, str] = field(compare=False)

    def cell(self, name: str) -> str:
        """What the file has for a field."""
        return next((text for column, text in self.raw.items() if column_key(column) == column_key(name)), "")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that is not taken: where, why, and the row itself by column name."""

    line: int
    field: str
    value: str
    reason: str
    params: Mapping[str, object]
    raw: Mapping[str, str]
    currency: str = ""
    amount: Decimal | None = None

    @property
    def message(self) -> str:
        """The reason in words, in the active language."""
        params: dict[str, Any] = {"field": self.field, "value": self.value, **self.params}
        template = REASONS.get(self.reason)
        return words(self.reason, params) if template is None else str(template) % params


Outcome = DecisionRow | RowProblem


@contextmanager
def open_decisions(path: Path, *, name: str | None = None) -> Iterator[Iterator[Outcome]]:
    """The file's rows, each once; raises ``FileRefused`` if it cannot be read or lacks a column."""
    names = frozenset(map(column_key, (*_NEEDED, *_OPTIONAL)))
    with open_table(path, ReadOptions(columns=names, style=_STYLE), name=name) as table:
        places = _places(table)
        yield (_outcome(record, table, places) for record in table.rows)


def _places(table: Table) -> dict[str, int]:
    found = {column_key(name): index for index, name in enumerate(table.header) if name}
    for name in _NEEDED:
        if column_key(name) not in found:
            header = ", ".join(filter(None, table.header))[:400]
            raise FileRefused(
                "columns_missing", value=name, profile="insured_limits", line=table.header_line, found=header
            )
    return {name: found[column_key(name)] for name in (*_NEEDED, *_OPTIONAL) if column_key(name) in found}


def _outcome(record: Record, table: Table, places: Mapping[str, int]) -> Outcome:
    raw = raw_row(table.header, record.cells)
    if problem := _structural(record, len(table.header), raw):
        return problem
    values: dict[str, Any] = {"policy": "", "conditions": "", "valid_to": None}
    for name, place in places.items():
        try:
            values[name] = _read(name, record.cells[place].strip())
        except Unfit as unfit:
            text = show(record.cells[place])
            return RowProblem(record.line, name, text, unfit.reason, unfit.params, raw, *_money(record, places))
    row = DecisionRow(line=record.line, raw=raw, **values)
    return _too_precise(row, show(record.cells[places["amount"]])) or row


def _too_precise(row: DecisionRow, text: str) -> RowProblem | None:
    """Three decimals of a currency with two are a thousand in another notation: ``1.000`` is not taken for 1."""
    digits = minor_digits(row.currency)
    if -int(row.amount.as_tuple().exponent) <= digits:
        return None
    params = {"expected": digits}
    return RowProblem(row.line, "amount", text, "amount_precision", params, row.raw, row.currency, row.amount)


def _structural(record: Record, width: int, raw: Mapping[str, str]) -> RowProblem | None:
    if record.faults:
        fault = record.faults[0]
        return RowProblem(record.line, "row", show(fault.value), fault.reason, {"limit": 32_767}, raw)
    count = len(record.cells)
    if count < width:
        return RowProblem(record.line, "row", str(count), "too_few_fields", {"expected": width}, raw)
    if any(cell.strip() for cell in record.cells[width:]):
        return RowProblem(record.line, "row", str(count), "too_many_fields", {"expected": width}, raw)
    return None


def _money(record: Record, places: Mapping[str, int]) -> tuple[str, Decimal | None]:
    """Currency and amount of a row that is not taken, for the control totals; none where unreadable."""
    try:
        currency = _currency(record.cells[places["currency"]].strip())
        return currency, _number(record.cells[places["amount"]].strip())
    except Unfit:
        return "", None


def _read(name: str, text: str) -> object:
    if not text:
        if name in _MAY_BE_EMPTY:
            return None if name == "valid_to" else ""
        raise Unfit("value_missing")
    return _READERS.get(name, _text)(text)


def _text(text: str) -> str:
    if CONTROL.search(text):
        raise Unfit("control_character")
    return text


def _currency(text: str) -> str:
    if text.upper() not in known_currencies():
        raise Unfit("currency_unknown")
    return text.upper()


def _number(text: str) -> Decimal:
    try:
        return _NUMBERS.read(text)
    except TooLarge as error:
        raise Unfit("number_too_large") from error
    except ValueError as error:
        raise Unfit("number_invalid", expected=_NUMBERS.example) from error


def _percent(text: str) -> Decimal:
    return _number(text.removesuffix("%").rstrip())


def _date(text: str) -> date:
    try:
        day = _DATES.read(text)
    except ValueError as error:
        raise Unfit("date_invalid", expected=_DATES.text) from error
    if not _EARLIEST <= day <= _LATEST:
        raise Unfit("date_out_of_range", expected=f"{_EARLIEST} – {_LATEST}")
    return day


_READERS: Mapping[str, Callable[[str], object]] = {
    "currency": _currency,
    "amount": _number,
    "percent": _percent,
    "valid_from": _date,
    "valid_to": _date,
}
