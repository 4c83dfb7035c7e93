"""Files that mean harm, or are simply the wrong file: refused with a reason."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from invoices.intake.limits import DEFAULT_LIMITS
from invoices.intake.reader import ReadOptions, open_table
from tests.unit.invoices.intake.conftest import RELATIONS, SHEET, WORKBOOK, WriteFile
from tests.unit.invoices.intake.files import read, refusal


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere.csv")
    assert (error.code, "nowhere.csv" in error.message) == ("file_missing", True)


def test_a_folder_and_a_device_are_no_files(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "file_not_regular"
    assert refusal(Path(os.devnull)).code == "file_not_regular"


def test_an_empty_file_is_refused(write_file: WriteFile) -> None:
    assert refusal(write_file("")).code == "file_empty"


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    error = refusal(path)
    assert (error.code, error.params["value"]) == ("file_too_large", 209_715_200)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Excel"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x7fELF" + bytes(50), "program"),
        (b"  <html><body>", "HTML"),
        (b'<?xml version="1.0"?><Invoice/>', "XML"),
    ],
)
def test_other_kinds_of_files_are_named(write_file: WriteFile, content: bytes, found: str) -> None:
    error = refusal(write_file(content))
    assert (error.code, found in error.message) == ("file_type_unsupported", True)


def test_random_bytes_are_refused(write_file: WriteFile) -> None:
    assert refusal(write_file(bytes(range(1, 256)) * 40)).code in {"binary_content", "encoding_unknown"}


@pytest.mark.parametrize("name", ["table.xlsx", "table.XLSX"])
def test_text_named_as_a_workbook_is_refused(write_file: WriteFile, name: str) -> None:
    assert refusal(write_file("a,b\n1,2\n", name=name)).code == "extension_mismatch"


def test_a_workbook_named_as_text_is_refused(write_workbook: WriteFile) -> None:
    assert refusal(write_workbook(["a"], [1], name="file.csv")).code == "extension_mismatch"


def test_an_unknown_ending_is_refused(write_file: WriteFile) -> None:
    assert refusal(write_file("a,b\n1,2\n", name="file.dat")).code == "extension_unsupported"


def test_a_stored_file_goes_by_its_own_name(write_file: WriteFile) -> None:
    path = write_file("a,b\n1,2\n", name="0f3c.bin")
    with open_table(path, ReadOptions(), name="May.csv") as table:
        assert table.header == ("a", "b")


def test_empty_rows_without_end_are_refused(write_file: WriteFile) -> None:
    assert refusal(write_file("a,b\n" + "\n" * 200_000 + "1,2\n")).code == "too_many_empty_rows"
    assert refusal(write_file("a,b\n" + ",\n" * 200_000)).code == "too_many_empty_rows"


def test_empty_sheet_rows_without_end_are_refused(write_sheet_xml: WriteFile) -> None:
    assert refusal(write_sheet_xml("<row/>" * 200_000)).code == "too_many_empty_rows"
    far = '<row r="1"><c t="str"><v>a</v></c></row><row r="9000000"><c><v>1</v></c></row>'
    assert refusal(write_sheet_xml(far)).code == "too_many_empty_rows"


def test_a_cell_far_to_the_right_is_refused(write_sheet_xml: WriteFile) -> None:
    assert refusal(write_sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>')).code == "too_many_columns"
    again = "".join('<c r="A1"><v>1</v></c>' for _ in range(600))
    assert refusal(write_sheet_xml(f'<row r="1">{again}</row>')).code == "too_many_columns"


def test_a_zip_bomb_is_not_opened(write_sheet_xml: WriteFile) -> None:
    error = refusal(write_sheet_xml("", parts={"xl/media/filler.bin": bytes(64 * 1024 * 1024)}))
    assert error.code == "workbook_bomb"


def test_a_bomb_of_shared_texts_is_not_opened(write_sheet_xml: WriteFile) -> None:
    noise = "".join(f"<si><t>{os.urandom(8).hex()}</t></si>" for _ in range(20_000))
    path = write_sheet_xml("<row/>", parts={"xl/sharedStrings.xml": f"<sst>{noise}</sst>"})
    assert refusal(path, limits=replace(DEFAULT_LIMITS, max_shared_strings_bytes=100_000)).code == "workbook_bomb"


def test_a_directory_of_very_many_parts_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(20_000):
            archive.writestr(f"xl/{index}", b"")
    assert refusal(path).code == "workbook_bomb"


def test_entities_are_refused(write_sheet_xml: WriteFile) -> None:
    laughs = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]>' + SHEET.format("<row><c><v>&y;</v></c></row>")
    assert refusal(write_sheet_xml(laughs.encode())).code == "workbook_entities"


def test_endless_nesting_is_refused(write_sheet_xml: WriteFile) -> None:
    assert refusal(write_sheet_xml("<row>" + "<a>" * 5_000)).code == "workbook_bomb"


def test_a_tag_without_end_is_refused(write_sheet_xml: WriteFile) -> None:
    assert refusal(write_sheet_xml(b'<worksheet a="' + b"x" * 4_000_000)).code == "workbook_bomb"


def test_a_damaged_workbook_is_refused(write_file: WriteFile, write_workbook: WriteFile) -> None:
    whole = write_workbook(["a", "b"], *[[i, "x" * 50] for i in range(2_000)], name="whole.xlsx").read_bytes()
    assert refusal(write_file(whole[:-500], name="cut.xlsx")).code == "workbook_damaged"
    spoiled = bytearray(whole)
    spoiled[len(whole) // 3 : len(whole) // 3 + 200] = bytes(200)
    assert refusal(write_file(bytes(spoiled), name="spoiled.xlsx")).code == "workbook_damaged"


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path).code == "workbook_damaged"


def test_broken_xml_is_refused(write_sheet_xml: WriteFile) -> None:
    assert refusal(write_sheet_xml(b"<worksheet><row>")).code == "workbook_damaged"
    assert refusal(write_sheet_xml('<row><c t="s"><v>7</v></c></row>')).code == "workbook_damaged"


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    assert refusal(path).code == "workbook_encrypted"


def test_formulas_and_errors_are_faults_of_their_cells(write_sheet_xml: WriteFile) -> None:
    head = '<row r="1"><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
    row = '<row r="2"><c r="A2"><f>B2*2</f><v>10</v></c><c r="B2" t="e"><v>#REF!</v></c></row>'
    _, rows = read(write_sheet_xml(head + row))
    assert [tuple(f) for f in rows[0].faults] == [("formula_cell", 0, "=B2*2"), ("error_cell", 1, "#REF!")]
