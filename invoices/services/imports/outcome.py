"""The rows that were not taken, in the file's order: kept for mending, and shown."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection

from core.copying import copy_rows
from invoices.domain.kinds import QuarantineState
from invoices.intake.rows import raw_row
from invoices.models import ImportBatch
from invoices.services.imports.planning import Plan
from invoices.services.imports.reading import Reading
from invoices.services.imports.results import SHOWN_ROWS, RefusedRow, refused_row

_COLUMNS = ("batch_id", "line", "field", "value", "reason", "params", "raw", "message", "state")


def quarantine_of(reading: Reading, plan: Plan) -> list[RefusedRow]:
    """The first rows of the quarantine, with their reasons in words."""
    return [refused_row(row) for row in islice(refusals_of(reading, plan), SHOWN_ROWS)]


def keep_quarantine(batch: ImportBatch, reading: Reading, plan: Plan) -> None:
    """Store every row that was not taken, as the file has it: by COPY, for a wrong profile refuses every row."""
    rows = (_stored(batch.pk, row) for row in _with_raw(reading, plan))
    with connection.cursor() as cursor:
        copy_rows(cursor, "invoices_quarantinedrow", _COLUMNS, rows)


def _stored(batch_id: int, row: dict[str, Any]) -> tuple[object, ...]:
    """A row in the order of ``_COLUMNS``."""
    params, raw = json.dumps(row["params"], default=str), json.dumps(row["raw"])
    known = (row["line"], row["field"], row["value"], row["reason"], params, raw)
    return (batch_id, *known, refused_row(row).message, QuarantineState.OPEN.value)


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
    with reading.open_again() as table:
        records = iter(table.rows)
        for row in refusals_of(reading, plan):
            if row["raw"] is None:
                record = next(record for record in records if record.line == row["line"])
                row["raw"] = raw_row(table.header, record.cells)
            yield row
