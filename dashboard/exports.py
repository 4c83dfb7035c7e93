"""Tables as files: the same rows, filters, order and scope as on the page; CSV is streamed, XLSX written row by row."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from openpyxl import Workbook

from core.errors import DomainError
from dashboard.tables import DataTable

CSV, XLSX = "csv", "xlsx"
XLSX_MAX_ROWS = 1_000_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def wanted_export(request: HttpRequest, *tables: DataTable) -> HttpResponseBase | None:
    """The file that the address asks for (``?export=csv&table=NAME``), or None for the page itself."""
    kind = request.GET.get("export", "")
    if not kind:
        return None
    if kind not in {CSV, XLSX}:
        raise DomainError(
            "export_unknown",
            _("Tables are exported as csv or xlsx."),
            {"field": "export", "value": kind[:20]},
        )
    name = request.GET.get("table", tables[0].name)
    table = next((table for table in tables if table.name == name), tables[0])
    if order := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order
    return as_csv(table) if kind == CSV else as_xlsx(table)


def as_csv(table: DataTable) -> StreamingHttpResponse:
    """CSV in UTF-8 with a byte order mark, so that spreadsheets read Chinese names."""
    response = StreamingHttpResponse(_csv_lines(table.as_values()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(table, CSV)}"'
    return response


def as_xlsx(table: DataTable) -> FileResponse:
    """One sheet; amounts are numbers, dates are dates, text is never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=_sheet_title(str(table.title)))
    for count, row in enumerate(table.as_values()):
        if count > XLSX_MAX_ROWS:
            raise DomainError("export_too_long", _("More rows than a sheet can hold; export as CSV."), {})
        sheet.append([_cell(value) for value in row])
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(stream)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=_file_name(table, XLSX), content_type=_XLSX_TYPE)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_text(value) for value in row])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float | date):
        return str(value)
    return safe_text(str(value))


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, Decimal | int | float | date):
        return value
    return safe_text(str(value))


def safe_text(text: str) -> str:
    """Text that a spreadsheet will not run: a leading apostrophe before =, +, -, @, tab and return.

    Example: ``=HYPERLINK(...)`` becomes ``'=HYPERLINK(...)``.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _sheet_title(title: str) -> str:
    """At most 31 characters and none of those that spreadsheets refuse in a sheet's name."""
    return title.translate(str.maketrans("[]:*?/\\", "       "))[:31].strip() or "Duewatch"


def _file_name(table: DataTable, extension: str) -> str:
    return f"duewatch-{slugify(table.name)}.{extension}"
