"""Reading whole files in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoices.intake.limits import DEFAULT_LIMITS, Limits
from invoices.intake.reader import ReadOptions, open_table
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Record, Table


def read(path: Path, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS) -> tuple[Table, list[Record]]:
    """The table and all its rows."""
    with open_table(path, options or ReadOptions(), limits=limits) as table:
        return table, list(table.rows)


def cells(path: Path, options: ReadOptions | None = None) -> list[list[str]]:
    """Only the rows' cells."""
    return [record.cells for record in read(path, options)[1]]


def refusal(path: Path, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS) -> FileRefused:
    """The refusal of a file that must be refused."""
    with pytest.raises(FileRefused) as caught:
        read(path, options, limits)
    return caught.value
