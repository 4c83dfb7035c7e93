"""A bulk of JSON records as a :class:`Table`: the same cells that a CSV file or a workbook gives."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from invoices.intake.json_texts import MAX_RECORD_CHARS, Damaged, iter_values
from invoices.intake.json_values import JsonNumber, JsonObject, has_half_character
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Fault, Record
from invoices.intake.text import CONTROL, show

CONTROL_TOTALS = "control_totals"
SOURCE = "source"
_NOTE_EVERY = 2_000


class Shape(StrEnum):
    """How a field may be written in JSON."""

    TEXT = "text"
    NUMBER = "number"  # best as text, too
    FLAG = "flag"
    LIST = "list"  # of objects; the cell is its JSON


@dataclass(slots=True)
class JsonRecords:
    """The records of a file: ``shapes`` by field in the order of the cells, ``own_source`` as the only one allowed.

    ``totals`` is what the file itself asks to be compared; known once all rows are read. ``note`` is told now and
    then how many there were.
    """

    path: Path
    is_array: bool
    shapes: Mapping[str, Shape]
    own_source: str
    max_records: int
    note: Callable[[int], None] | None = None
    totals: JsonObject | None = None
    count: int = 0
    header: tuple[str, ...] = field(init=False)
    _known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.header = tuple(self.shapes)
        self._known = frozenset((*self.shapes, SOURCE))

    def __iter__(self) -> Iterator[Record]:
        """One pass over the file."""
        self.count, self.totals = 0, None
        for value, text in iter_values(self.path, is_array=self.is_array):
            if isinstance(value, JsonObject) and CONTROL_TOTALS in value:
                self._take_totals(value)
                continue
            self.count += 1
            if self.count > self.max_records:
                raise FileRefused("too_many_rows", limit=self.max_records)
            if self.note and self.count % _NOTE_EVERY == 0:
                self.note(self.count)
            yield self._record(value, text)

    def _take_totals(self, value: JsonObject) -> None:
        if self.totals is not None or len(value) != 1 or not isinstance(value[CONTROL_TOTALS], JsonObject):
            raise FileRefused("control_totals_invalid", value=_shown(CONTROL_TOTALS))
        self.totals = value[CONTROL_TOTALS]

    def _record(self, value: object, text: str) -> Record:
        if not isinstance(value, JsonObject):
            reason = str(value) if isinstance(value, Damaged) else "record_invalid"
            return self._faulty([""] * len(self.header), reason, None, text, MAX_RECORD_CHARS)
        cells, faults = self._cells(value)
        if "\\u" in text:
            faults += _escaped(cells)
        fault = self._fault_of(value) or (faults[0] if faults else None)
        return Record(self.count, cells, (fault,) if fault else ())

    def _faulty(self, cells: list[str], reason: str, column: int | None, value: str, limit: int = 0) -> Record:
        return Record(self.count, cells, (Fault(reason, column, _shown(value)),))

    def _cells(self, value: JsonObject) -> tuple[list[str], list[Fault]]:
        cells, faults = [], []
        for place, (name, shape) in enumerate(self.shapes.items()):
            found = value.get(name)
            if type(found) is str and shape is not Shape.LIST:
                cells.append(found)
            elif found is None:
                cells.append("")
            else:
                cell, reason = _other(found, shape)
                cells.append(cell)
                if reason:
                    faults.append(Fault(reason, place, _shown(f"{name} {cell}")))
        return cells, faults

    def _fault_of(self, value: JsonObject) -> Fault | None:
        if value.repeated:
            return Fault("name_repeated", None, _shown(value.repeated))
        if not value.keys() <= self._known:
            return Fault("name_unknown", None, self._unknown(value))
        source = value.get(SOURCE)
        if source is not None and source != self.own_source:
            return Fault("source_of_another", None, _shown(str(source)))
        return None

    def _unknown(self, value: JsonObject) -> str:
        name = next(name for name in value if name not in self._known)
        close = difflib.get_close_matches(name, self._known, n=1)
        return _shown(f"{name} (→ {close[0]})" if close else name)


def _other(found: object, shape: Shape) -> tuple[str, str]:
    """The cell of a value that is no text, and the reason if the field does not take it."""
    if isinstance(found, JsonNumber):
        return str(found), "" if shape is Shape.NUMBER else "text_expected"
    if isinstance(found, list) and shape is Shape.LIST:
        return _list_text(found)
    if isinstance(found, bool):
        return str(found).lower(), "" if shape is Shape.FLAG else "text_expected"
    return "", "type_invalid"


def _list_text(found: list[object]) -> tuple[str, str]:
    try:
        return json.dumps(found), ""
    except RecursionError:
        return "", "type_invalid"


def _escaped(cells: list[str]) -> list[Fault]:
    """Control characters and halves of characters come in by escapes only; the halves are taken out."""
    faults = []
    for place, cell in enumerate(cells):
        if has_half_character(cell):
            cells[place] = _shown(cell, len(cell))
            faults.append(Fault("half_character", place, _shown(cell)))
        elif CONTROL.search(cell):
            faults.append(Fault("control_character", place, _shown(cell)))
    return faults


def _shown(text: str, limit: int = 60) -> str:
    return show(text.encode("utf-8", "replace").decode(), limit)
