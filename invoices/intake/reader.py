"""Opens a file of either kind as a :class:`Table` within the limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from invoices.intake.cells import CellReader
from invoices.intake.csv_reader import CsvFile
from invoices.intake.delimiter import column_key
from invoices.intake.limits import DEFAULT_LIMITS, Limits
from invoices.intake.reasons import FileRefused
from invoices.intake.records import DEFAULT_STYLE, CellStyle, Record, Table
from invoices.intake.sniff import CSV, check_file, sniff_format
from invoices.intake.xlsx_parts import read_date_styles, read_shared_texts, read_workbook
from invoices.intake.xlsx_reader import SheetReader
from invoices.intake.zip_guard import open_archive


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a profile says about the file itself; None = find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    columns: frozenset[str] = frozenset()
    style: CellStyle = DEFAULT_STYLE


@contextmanager
def open_table(
    path: Path, options: ReadOptions, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Table]:
    """The file's table, open for one pass; ``name`` is the file's own name where it is stored under another.

    Raises ``FileRefused`` at once for what can be seen at the start, while reading for the rest.
    """
    check_file(path, limits)
    if sniff_format(path, name or path.name) == CSV:
        with _open_csv(path, options, limits) as table:
            yield table
    else:
        with _open_xlsx(path, options, limits) as table:
            yield table


@contextmanager
def _open_csv(path: Path, options: ReadOptions, limits: Limits) -> Iterator[Table]:
    file = CsvFile(path, limits=limits, encoding=options.encoding, delimiter=options.delimiter, columns=options.columns)
    try:
        records = file.records()
        head = _header(records, options)
        yield Table(
            format="csv",
            header=_names(head, limits),
            header_line=head.line,
            rows=_counted(records, limits),
            encoding=file.encoding.name,
            delimiter=file.delimiter,
        )
    finally:
        file.close()


@contextmanager
def _open_xlsx(path: Path, options: ReadOptions, limits: Limits) -> Iterator[Table]:
    with open_archive(path, limits) as archive:
        workbook = read_workbook(archive, limits)
        sheet = workbook.sheet(options.sheet)
        cells = CellReader(
            texts=read_shared_texts(archive, limits),
            date_styles=read_date_styles(archive, limits),
            is_1904=workbook.is_1904,
            style=options.style,
        )
        records = SheetReader(cells, limits).records(archive, sheet.part)
        head = _header(records, options)
        width = len(head.cells)
        yield Table(
            format="xlsx",
            header=_names(head, limits),
            header_line=head.line,
            rows=_counted((_padded(record, width) for record in records), limits),
            sheet=sheet.name,
            sheets=tuple(s.name for s in workbook.sheets),
        )


def _header(records: Iterator[Record], options: ReadOptions) -> Record:
    for record in records:
        if options.header_line is None or record.line >= options.header_line:
            if record.faults:
                raise FileRefused("no_header")
            return record
    raise FileRefused("no_header")


def _names(head: Record, limits: Limits) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in head.cells)
    if len(names) > limits.max_columns:
        raise FileRefused("too_many_columns", line=head.line, value=len(names), limit=limits.max_columns)
    seen: set[str] = set()
    for name in filter(None, names):
        if column_key(name) in seen:
            raise FileRefused("columns_duplicate", value=name)
        seen.add(column_key(name))
    return names


def _padded(record: Record, width: int) -> Record:
    """A sheet does not store empty cells at a row's end: they are no missing fields."""
    missing = width - len(record.cells)
    if missing > 0:
        record.cells.extend([""] * missing)
    while len(record.cells) > width and not record.cells[-1].strip():
        record.cells.pop()
    return record


def _counted(records: Iterator[Record], limits: Limits) -> Iterator[Record]:
    yield from islice(records, limits.max_rows)
    if next(records, None) is not None:
        raise FileRefused("too_many_rows", limit=limits.max_rows)
