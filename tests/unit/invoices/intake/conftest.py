"""Files for the readers' tests: written to a folder of the test, read with small or usual limits."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

WriteFile = Callable[..., Path]
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    """Write text or bytes under a name and return the path."""

    def write(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def write_workbook(tmp_path: Path) -> WriteFile:
    """Write rows as a workbook by openpyxl and return the path."""

    def write(*rows: list[object], name: str = "file.xlsx") -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def write_sheet_xml(tmp_path: Path) -> WriteFile:
    """Write a workbook around hand-made sheet XML: what no honest program writes."""

    def write(rows: str | bytes, *, parts: dict[str, str | bytes] | None = None, sheet: str = SHEET) -> Path:
        path = tmp_path / "file.xlsx"
        content = rows if isinstance(rows, bytes) else sheet.format(rows)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", WORKBOOK)
            archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
            archive.writestr("xl/worksheets/sheet1.xml", content)
            for name, data in (parts or {}).items():
                archive.writestr(name, data)
        return path

    return write
