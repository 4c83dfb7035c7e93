"""Rows of a file as typed invoice lines, or as problems with field, value and reason; nothing is lost between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from core.money import minor_digits
from invoices.domain.kinds import Terms
from invoices.intake.columns import ColumnMap
from invoices.intake.convert import Reader, Unfit, make_reader
from invoices.intake.fields import FIELDS
from invoices.intake.profile import Negative, Profile
from invoices.intake.reasons import words
from invoices.intake.records import Fault, Record
from invoices.intake.text import show
from invoices.intake.toml_section import ProfileInvalid

_MAX_CELL = 32_767


class InvoiceLine(NamedTuple):
    """One accepted row: every field as the text that the ledger holds; empty = not said."""

    line: int
    invoice_id: str
    invoice_number: str
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    buyer_country: str
    currency: str
    amount: str
    invoice_date: str
    due_date: str
    due_days: str
    terms: str
    settled_date: str
    paid_amount: str
    disputed: str
    dispute_reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not accepted: where, why, and the row itself by column name."""

    line: int
    field: str
    column: str
    value: str
    reason: str
    params: Mapping[str, object]
    raw: Mapping[str, str]
    currency: str = ""
    amount: str = ""

    @property
    def message(self) -> str:
        """The reason in words, in the active language."""
        return words(self.reason, {"field": self.field, "value": self.value, **self.params})


@dataclass(frozen=True, slots=True)
class Filtered:
    """A row that the profile leaves out; its amount as far as it can be read."""

    line: int
    currency: str = ""
    amount: str = ""


Outcome = InvoiceLine | Problem | Filtered
_NAMES = tuple(FIELDS)  # in the order of InvoiceLine, after its line
_NUMBER, _BUYER_NAME, _DUE_DATE, _TERMS = map(_NAMES.index, ("invoice_number", "buyer_name", "due_date", "terms"))


@dataclass(slots=True)
class RowParser:
    """Reads records of one file under one profile. ``is_typed`` as in :func:`make_reader`."""

    profile: Profile
    columns: ColumnMap
    is_typed: bool = False
    _steps: list[tuple[int, int, Reader]] = field(init=False)
    _constants: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Fields without a column are read once, from their default; the others become (place, column, reader)."""
        self._constants, self._steps = [], []
        for place, name in enumerate(FIELDS):
            reader = make_reader(name, self.profile, is_typed=self.is_typed)
            column = self.columns.fields.get(name)
            self._constants.append(_constant(name, reader) if column is None else "")
            if column is not None:
                self._steps.append((place, column, reader))

    def parse(self, record: Record) -> Outcome:
        """What became of one record."""
        cells = record.cells
        if record.faults or len(cells) != len(self.columns.header):
            problem = self._structural(record, len(self.columns.header))
            if problem is not None:
                return problem
        if self.columns.filters and not self._is_kept(cells):
            return Filtered(record.line, *self._money(cells))
        values = self._constants.copy()
        place = column = 0
        try:
            for place, column, read in self._steps:
                values[place] = read(cells[column])
        except Unfit as unfit:
            return self._problem(record, _NAMES[place], cells[column], unfit.reason, unfit.params)
        return self._checked(record, values)

    def iter_outcomes(self, records: Iterator[Record]) -> Iterator[Outcome]:
        """Every record's outcome, in order."""
        return map(self.parse, records)

    def _structural(self, record: Record, width: int) -> Problem | None:
        used = {*self.columns.fields.values(), *self.columns.filters}
        for fault in record.faults:
            if fault.column is None or fault.column in used:
                return self._faulty(record, fault)
        count = len(record.cells)
        if count < width:
            return self._problem(record, "", str(count), "too_few_fields", {"expected": width})
        if count > width and any(cell.strip() for cell in record.cells[width:]):
            return self._problem(record, "", str(count), "too_many_fields", {"expected": width})
        del record.cells[width:]  # empty surplus: a delimiter at the row's end
        return None

    def _faulty(self, record: Record, fault: Fault) -> Problem:
        names = {index: name for name, index in self.columns.fields.items()}
        name = names.get(fault.column, "") if fault.column is not None else ""
        return self._problem(record, name, fault.value, fault.reason, {"limit": _MAX_CELL})

    def _is_kept(self, cells: list[str]) -> bool:
        for condition, index in zip(self.profile.filters, self.columns.filters, strict=True):
            text = cells[index].strip()
            if text in condition.drop or (condition.keep and text not in condition.keep):
                return False
        return True

    def _checked(self, record: Record, values: list[str]) -> Outcome:
        line = InvoiceLine(record.line, *values)
        try:
            check_amounts(line, self.profile)
            return InvoiceLine(record.line, *completed(values, line))
        except Unfit as unfit:
            name = str(unfit.params.pop("field"))
            return self._problem(record, name, getattr(line, name), unfit.reason, unfit.params)

    def _problem(self, record: Record, name: str, value: str, reason: str, params: Mapping[str, object]) -> Problem:
        currency, amount = self._money(record.cells)
        return Problem(
            line=record.line,
            field=name or "row",
            column=self.columns.column_of(name),
            value=show(value),
            reason=reason,
            params=dict(params),
            raw=raw_row(self.columns.header, record.cells),
            currency=currency,
            amount=amount,
        )

    def _money(self, cells: list[str]) -> tuple[str, str]:
        """Currency and amount of a row that is not accepted, for the control totals; empty where unreadable."""
        values = dict(zip(_NAMES, self._constants, strict=True))
        try:
            for place, column, read in self._steps:
                if _NAMES[place] in {"currency", "amount"}:
                    values[_NAMES[place]] = read(cells[column])
        except (Unfit, IndexError):
            return "", ""
        return values["currency"], values["amount"]


def _constant(name: str, reader: Reader) -> str:
    """A field's value where no column is read: its default; required fields have one (``check_complete``)."""
    try:
        return reader("")
    except Unfit as unfit:
        expected = words(unfit.reason, {"field": name, "value": "", **unfit.params})
        raise ProfileInvalid(f"defaults.{name}", None, expected) from unfit


def completed(values: list[str], line: InvoiceLine) -> list[str]:
    """What follows where the file is silent: printed number, buyer's name, due date, terms."""
    values[_NUMBER] = line.invoice_number or line.invoice_id
    values[_BUYER_NAME] = line.buyer_name or line.buyer_code
    values[_DUE_DATE] = line.due_date or _due_date(line)
    values[_TERMS] = line.terms or Terms.OPEN_ACCOUNT.value
    return values


def check_amounts(line: InvoiceLine, profile: Profile) -> None:
    """Rules of amounts across fields; raises :class:`Unfit`. Amounts are plain text: ``-5``, ``12.5``, ``0``."""
    digits = minor_digits(line.currency)
    if len(line.amount.partition(".")[2]) > digits:
        raise Unfit("amount_precision", field="amount", expected=digits)
    if line.amount == "0":
        raise Unfit("amount_zero", field="amount")
    if line.amount[0] == "-":
        _check_negative(line, profile)
    if line.paid_amount:
        _check_paid(line, digits)


def _check_negative(line: InvoiceLine, profile: Profile) -> None:
    if profile.negative is Negative.REFUSE:
        raise Unfit("amount_negative", field="amount")
    if line.settled_date:
        raise Unfit("credit_note_settled", field="settled_date")


def _check_paid(line: InvoiceLine, digits: int) -> None:
    paid = Decimal(line.paid_amount)
    if len(line.paid_amount.partition(".")[2]) > digits:
        raise Unfit("amount_precision", field="paid_amount", expected=digits)
    if paid < 0 or paid > max(Decimal(line.amount), Decimal(0)):
        raise Unfit("paid_more_than_amount", field="paid_amount")
    if paid and not line.settled_date:
        raise Unfit("paid_without_date", field="paid_amount")


def _due_date(line: InvoiceLine) -> str:
    if not line.due_days:
        raise Unfit("value_missing", field="due_date")
    return (date.fromisoformat(line.invoice_date) + timedelta(days=int(line.due_days))).isoformat()


def column_names(header: tuple[str, ...], count: int) -> list[str]:
    """A name for every cell of a row: nameless columns are ``#3``, surplus cells ``+1``, ``+2``."""
    names = [name or f"#{index + 1}" for index, name in enumerate(header)]
    return names + [f"+{index + 1}" for index in range(count - len(header))]


def raw_row(header: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    """A row by column name, fit to be stored."""
    return {name: show(cell, _MAX_CELL) for name, cell in zip(column_names(header, len(cells)), cells, strict=False)}
