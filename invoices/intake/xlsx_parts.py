"""The parts of a workbook that say how its sheets are to be read: sheet names, shared texts, date styles."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass

from invoices.intake.limits import Limits
from invoices.intake.reasons import FileRefused
from invoices.intake.xml_events import Attributes, XmlEvents
from invoices.intake.zip_guard import chunks

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_TEXTS = "xl/sharedStrings.xml"
# Built-in formats that are dates in East Asian versions and have no text in the file (ECMA-376, 18.8.30).
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet: its name for people, and the part that holds its cells."""

    name: str
    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the workbook says of itself."""

    sheets: tuple[SheetPart, ...]
    is_1904: bool

    def sheet(self, name: str | None) -> SheetPart:
        """The named sheet, or the first visible one."""
        wanted = [s for s in self.sheets if (s.name == name if name else s.is_visible)]
        if wanted:
            return wanted[0]
        if name is None:
            raise FileRefused("sheet_none")
        raise FileRefused("sheet_missing", value=name, found=", ".join(s.name for s in self.sheets))


def read_workbook(archive: zipfile.ZipFile, limits: Limits) -> Workbook:
    """Sheets in order, and which day is day 0; raises ``workbook_damaged`` if the archive is no workbook."""
    relations = _Relations()
    if _RELATIONS in archive.namelist():
        relations.read_all(chunks(archive, _RELATIONS, limits.max_small_part_bytes))
    found = _WorkbookPart(relations.targets)
    found.read_all(chunks(archive, _WORKBOOK, limits.max_small_part_bytes))
    return Workbook(sheets=tuple(found.sheets), is_1904=found.is_1904)


def read_date_styles(archive: zipfile.ZipFile, limits: Limits) -> frozenset[str]:
    """The numbers of the cell styles that show a number as a date."""
    styles = _Styles()
    if _STYLES in archive.namelist():
        styles.read_all(chunks(archive, _STYLES, limits.max_small_part_bytes))
    return frozenset(styles.dates)


def read_shared_texts(archive: zipfile.ZipFile, limits: Limits) -> list[str]:
    """The texts that cells point to."""
    shared = _SharedTexts(limits.max_field_chars)
    if _TEXTS in archive.namelist():
        shared.read_all(chunks(archive, _TEXTS, limits.max_shared_strings_bytes))
    return shared.texts


class _Relations(XmlEvents):
    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def start(self, name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            target = posixpath.join("/xl", given.get("Target", ""))
            self.targets[given.get("Id", "")] = posixpath.normpath(target).lstrip("/")


class _WorkbookPart(XmlEvents):
    def __init__(self, targets: dict[str, str]) -> None:
        super().__init__()
        self._targets = targets
        self.sheets: list[SheetPart] = []
        self.is_1904 = False

    def start(self, name: str, given: Attributes) -> None:
        if name == "workbookPr":
            self.is_1904 = given.get("date1904") in {"1", "true"}
        elif name == "sheet":
            relation = next((value for key, value in given.items() if key.endswith(":id")), "")
            if relation in self._targets:
                is_visible = given.get("state", "visible") == "visible"
                self.sheets.append(SheetPart(given.get("name", ""), self._targets[relation], is_visible))


class _Styles(XmlEvents):
    def __init__(self) -> None:
        super().__init__()
        self._custom: dict[int, str] = {}
        self._count = 0
        self._is_inside = False
        self.dates: list[str] = []

    def start(self, name: str, given: Attributes) -> None:
        if name == "numFmt" and given.get("numFmtId", "").isdigit():
            self._custom[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "cellXfs":
            self._is_inside = True
        elif name == "xf" and self._is_inside:
            if self._is_date(given.get("numFmtId", "0")):
                self.dates.append(str(self._count))
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_inside = False

    def _is_date(self, number: str) -> bool:
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format  # only who reads a workbook loads this

        index = int(number) if number.isdigit() else 0
        code = self._custom.get(index) or BUILTIN_FORMATS.get(index)
        return index in _EAST_ASIAN_DATES if code is None else bool(is_date_format(code))


class _SharedTexts(XmlEvents):
    """Phonetic readings beside a text (rPh) are left out."""

    def __init__(self, max_chars: int) -> None:
        super().__init__()
        self._max_chars = max_chars
        self._text = ""
        self._is_text = self._is_reading = False
        self.texts: list[str] = []

    def start(self, name: str, given: Attributes) -> None:
        if name == "si":
            self._text = ""
        elif name == "t":
            self._is_text = not self._is_reading
        elif name == "rPh":
            self._is_reading = True

    def end(self, name: str) -> None:
        if name == "si":
            self.texts.append(self._text)
        elif name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_reading = False

    def characters(self, data: str) -> None:
        if self._is_text and len(self._text) <= self._max_chars:
            self._text += data
