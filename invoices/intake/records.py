"""What every reader gives: a header and rows of text with their line numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Fault(NamedTuple):
    """Something wrong with a row before its fields are looked at; ``column`` is None for the row as a whole."""

    reason: str
    column: int | None
    value: str


class Record(NamedTuple):
    """One row: the line it starts on, its cells as text, and faults that the reader saw."""

    line: int
    cells: list[str]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a typed spreadsheet cell is written as text, so that one profile reads CSV and XLSX alike."""

    date_text: Callable[[int, int, int], str] = "{:04d}-{:02d}-{:02d}".format
    decimal: str = "."


DEFAULT_STYLE = CellStyle()


@dataclass(slots=True)
class Table:
    """An open file: what was found out about it, its column names, and its rows, each read once."""

    format: str
    header: tuple[str, ...]
    header_line: int
    rows: Iterator[Record]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = field(default=())
