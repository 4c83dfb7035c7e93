"""What a file looks like under its profile, before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from invoices.intake.columns import ColumnMap, map_columns
from invoices.intake.fields import FIELDS
from invoices.intake.profile import Profile
from invoices.intake.profile_toml import parse_profile
from invoices.intake.reader import open_table
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Record, Table
from invoices.intake.rows import Filtered, InvoiceLine, Outcome, Problem, RowParser
from invoices.intake.text import show
from invoices.models import ImportBatch
from invoices.services.imports.reading import limits
from invoices.services.imports.uploads import stored_path


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field of the ledger, and the file's column that it is read from; empty = default or not read."""

    field: str
    label: str
    column: str
    default: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as the file has it, and what it will become."""

    line: int
    cells: list[str]
    values: dict[str, str]
    problem: Problem | None
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The head of a file, how it was read, and where each field comes from.

    ``refusal`` is set where the file as it is cannot be imported under the profile; ``header`` may be empty then.
    """

    profile: str
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    mapping: tuple[MappedField, ...] = ()
    unmapped: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    refusal: FileRefused | None = None

    @property
    def problems(self) -> list[Problem]:
        """Problems among the rows shown."""
        return [row.problem for row in self.rows if row.problem]


def preview(batch: ImportBatch, rows: int = 20) -> Preview:
    """The first rows of a batch's file, read by its profile; a refusal is part of the answer, not raised."""
    profile = parse_profile(batch.profile_toml)
    try:
        with open_table(stored_path(batch), profile.read_options(), name=batch.file_name, limits=limits()) as table:
            return _preview(profile, table, rows)
    except FileRefused as refusal:
        return Preview(profile=profile.name, refusal=refusal)


def _preview(profile: Profile, table: Table, rows: int) -> Preview:
    refusal, mapping, unmapped, found = None, _unmapped_fields(profile), table.header, []
    try:
        columns = map_columns(table, profile)
        mapping, unmapped = _mapping(profile, columns), _left_over(columns)
        parser = RowParser(profile, columns, is_typed=table.format == "xlsx")
        found = [_row(record, parser) for record in islice(table.rows, rows)]
    except FileRefused as error:
        refusal = error
    return Preview(
        profile=profile.name,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        sheets=table.sheets,
        header=table.header,
        mapping=mapping,
        unmapped=tuple(filter(None, unmapped)),
        rows=tuple(found),
        refusal=refusal,
    )


def _row(record: Record, parser: RowParser) -> PreviewRow:
    outcome: Outcome = parser.parse(record)
    return PreviewRow(
        line=record.line,
        cells=[show(cell) for cell in record.cells],
        values=outcome._asdict() if isinstance(outcome, InvoiceLine) else {},
        problem=outcome if isinstance(outcome, Problem) else None,
        is_filtered=isinstance(outcome, Filtered),
    )


def _mapping(profile: Profile, columns: ColumnMap) -> tuple[MappedField, ...]:
    return tuple(
        MappedField(name, str(field.label), columns.column_of(name), profile.defaults.get(name, ""), field.is_required)
        for name, field in FIELDS.items()
    )


def _unmapped_fields(profile: Profile) -> tuple[MappedField, ...]:
    """What the profile asks for, where the file does not have it all."""
    return tuple(
        MappedField(
            name,
            str(field.label),
            profile.columns[name].names[0] if name in profile.columns else "",
            profile.defaults.get(name, ""),
            field.is_required,
        )
        for name, field in FIELDS.items()
    )


def _left_over(columns: ColumnMap) -> tuple[str, ...]:
    used = {*columns.fields.values(), *columns.filters}
    return tuple(name for index, name in enumerate(columns.header) if index not in used)
