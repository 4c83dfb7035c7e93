"""A profile: how one kind of file is to be read into the ledger. Its file format is TOML (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from invoices.intake.date_pattern import DatePattern
from invoices.intake.delimiter import column_key
from invoices.intake.number_format import NumberFormat
from invoices.intake.reader import ReadOptions
from invoices.intake.records import CellStyle


class Negative(StrEnum):
    """What a negative amount is."""

    REFUSE = "refuse"
    CREDIT_NOTE = "credit_note"


class DisputeStart(StrEnum):
    """From when a dispute counts that the file only flags."""

    INVOICE_DATE = "invoice_date"
    DUE_DATE = "due_date"
    IMPORT_DATE = "import_date"


class SettledAmount(StrEnum):
    """How much a settled date says was received."""

    FULL = "full"
    PAID_AMOUNT = "paid_amount"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's text stands: the first of ``names`` that the file has."""

    names: tuple[str, ...]
    is_optional: bool = False
    is_whole_number: bool = False
    date: DatePattern | None = None


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows kept or left out by the text of a column."""

    column: str
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What is known about the file itself; None = found out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None


@dataclass(frozen=True, slots=True)
class Disputes:
    """How the flag is read, and from when the dispute counts."""

    yes: tuple[str, ...] = ("yes", "y", "true", "1", "x", "是")
    no: tuple[str, ...] = ("no", "n", "false", "0", "否")
    start: DisputeStart = DisputeStart.DUE_DATE
    reason: str = "unspecified"


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read one kind of file. ``columns`` and ``defaults`` are by field of ``invoices.intake.fields``."""

    name: str
    source: str
    dates: DatePattern
    columns: Mapping[str, Column]
    title: str = ""
    is_history: bool = False
    file: FileOptions = FileOptions()
    numbers: NumberFormat = field(default_factory=NumberFormat)
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filters: tuple[RowFilter, ...] = ()
    negative: Negative = Negative.REFUSE
    settled_amount: SettledAmount = SettledAmount.FULL
    disputes: Disputes = Disputes()

    def read_options(self) -> ReadOptions:
        """The part that the readers need."""
        names = {name for column in self.columns.values() for name in column.names}
        return ReadOptions(
            encoding=self.file.encoding,
            delimiter=self.file.delimiter,
            sheet=self.file.sheet,
            header_line=self.file.header_line,
            columns=frozenset(map(column_key, names)),
            style=CellStyle(date_text=self.dates.write, decimal=self.numbers.decimal),
        )

    def with_columns(self, columns: Mapping[str, str], *, name: str) -> Profile:
        """The same profile under another name, reading fields from other columns (the mapping form)."""
        kept = {
            key: replace(self.columns.get(key, Column(())), names=(text,), is_optional=False)
            for key, text in columns.items()
        }
        return replace(self, name=name, columns=kept)
