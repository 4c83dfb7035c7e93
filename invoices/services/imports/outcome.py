"""The rows that were not taken, in the file's order: kept for mending, and shown."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Any

from invoices.intake.reader import open_table
from invoices.intake.rows import raw_row
from invoices.models import ImportBatch, QuarantinedRow
from invoices.services.imports.planning import Plan
from invoices.services.imports.reading import Reading, limits
from invoices.services.imports.results import SHOWN_ROWS, RefusedRow, refused_row

_BATCH = 1_000


def quarantine_of(reading: Reading, plan: Plan) -> list[RefusedRow]:
    """The first rows of the quarantine, with their reasons in words."""
    return [refused_row(row) for row in islice(refusals_of(reading, plan), SHOWN_ROWS)]


def keep_quarantine(batch: ImportBatch, reading: Reading, plan: Plan) -> None:
    """Store every row that was not taken, as the file has it."""
    rows = (_stored(batch, row) for row in _with_raw(reading, plan))
    while chunk := list(islice(rows, _BATCH)):
        QuarantinedRow.objects.bulk_create(chunk)


def _stored(batch: ImportBatch, row: dict[str, Any]) -> QuarantinedRow:
    message = refused_row(row).message
    return QuarantinedRow(batch=batch, message=message, **row)


def refusals_of(reading: Reading, plan: Plan) -> Iterator[dict[str, Any]]:
    """Problems of reading and refusals of comparing, by line; only the first know their raw row already."""
    unread = (
        {"line": line, "field": name, "value": value, "reason": reason, "params": params, "raw": raw}
        for line, name, value, reason, params, raw in reading.problems
    )
    unfit = (
        {
            "line": line,
            "field": name,
            "value": value,
            "reason": reason,
            "params": {**params, "column": reading.columns.column_of(name)},
            "raw": None,
        }
        for line, name, value, reason, params in plan.refusals
    )
    return heapq.merge(unread, unfit, key=lambda row: row["line"])


def _with_raw(reading: Reading, plan: Plan) -> Iterator[dict[str, Any]]:
    """As :func:`refusals_of`; rows refused by comparison get their cells from a second pass over the file."""
    if not plan.refusals.count:
        yield from refusals_of(reading, plan)
        return
    options = reading.profile.read_options()
    with open_table(reading.path, options, name=reading.name, limits=limits()) as table:
        records = iter(table.rows)
        for row in refusals_of(reading, plan):
            if row["raw"] is None:
                record = next(record for record in records if record.line == row["line"])
                row["raw"] = raw_row(table.header, record.cells)
            yield row
