"""Excel workbooks, read as a stream in bounded memory, formulas seen as formulas.

python-calamine is faster, but holds the sheet as a dense rectangle (two cells far apart take gigabytes) and gives
a formula's last value without saying that it is a formula; openpyxl's streaming mode takes five times as long.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from invoices.intake.cells import CellReader, column_index
from invoices.intake.limits import Limits
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Fault, Record
from invoices.intake.text import show
from invoices.intake.xml_events import Attributes, XmlEvents
from invoices.intake.zip_guard import chunks

_VALUES = frozenset({"v", "f", "t"})


class SheetReader(XmlEvents):
    """Turns the events of one sheet's XML into rows."""

    def __init__(self, cells: CellReader, limits: Limits) -> None:
        super().__init__()
        self._reader, self._limits = cells, limits
        self._done: list[Record] = []
        self._line = self._blank = self._seen = 0
        self._cells: list[str] = []
        self._faults: list[Fault] = []
        self._column, self._kind, self._style = -1, "n", ""
        self._is_value = self._is_reading = False
        self._value = self._formula = self._text = ""

    def records(self, archive: zipfile.ZipFile, part: str) -> Iterator[Record]:
        """Every row that is not blank, with its number in the sheet."""
        for _ in self.read(chunks(archive, part, self._limits.max_unpacked_bytes)):
            done, self._done = self._done, []
            yield from done

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._start_cell(given)
        elif name in _VALUES:
            self._is_value, self._text = not self._is_reading, ""
        elif name == "row":
            self._start_row(given)
        elif name == "rPh":
            self._is_reading = True

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._value, self._is_value = self._text, False
        elif name == "t":
            self._value += self._text if self._is_value else ""
            self._is_value = False
        elif name == "f":
            self._formula, self._is_value = "=" + self._text, False
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._is_reading = False

    def characters(self, data: str) -> None:
        if self._is_value and len(self._text) <= self._limits.max_field_chars:
            self._text += data

    def _start_row(self, given: Attributes) -> None:
        number = given.get("r", "")
        line = int(number) if number.isdigit() and len(number) < 9 else self._line + 1
        self._blank += max(line - self._line - 1, 0)
        self._line, self._cells, self._faults, self._column, self._seen = line, [], [], -1, 0

    def _start_cell(self, given: Attributes) -> None:
        reference = given.get("r")
        self._column = column_index(reference) if reference else self._column + 1
        self._seen += 1
        if max(self._column, self._seen) > self._limits.max_columns:
            raise FileRefused(
                "too_many_columns", line=self._line, value=self._column + 1, limit=self._limits.max_columns
            )
        self._kind, self._style = given.get("t", "n"), given.get("s", "")
        self._value = self._formula = ""

    def _end_cell(self) -> None:
        text = self._formula or self._reader.text(self._kind, self._style, self._value)
        reason = self._fault(text)
        if reason:
            self._faults.append(Fault(reason, self._column, show(text)))
        missing = self._column - len(self._cells)
        if missing > 0:
            self._cells.extend([""] * missing)
        self._cells[self._column : self._column + 1] = [text]

    def _fault(self, text: str) -> str:
        if self._formula:
            return "formula_cell"
        if self._kind == "e":
            return "error_cell"
        return "field_too_long" if len(text) > self._limits.max_field_chars else ""

    def _end_row(self) -> None:
        if "".join(self._cells).strip():
            self._done.append(Record(self._line, self._cells, tuple(self._faults)))
        else:
            self._blank += 1
        if self._blank > self._limits.max_blank_rows:
            raise FileRefused("too_many_empty_rows", limit=self._limits.max_blank_rows)
