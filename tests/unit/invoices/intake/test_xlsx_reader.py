"""Workbooks: typed cells become text in the profile's own notation."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from invoices.intake.cells import column_index, number_text
from invoices.intake.date_pattern import compile_pattern
from invoices.intake.reader import ReadOptions
from invoices.intake.records import CellStyle
from tests.unit.invoices.intake.conftest import WriteFile
from tests.unit.invoices.intake.files import cells, read, refusal


def test_texts_keep_their_zeros_and_numbers_lose_their_noise(write_workbook: WriteFile) -> None:
    path = write_workbook(["no", "amount", "count"], ["00123", 0.1 + 0.2, 1930571429.0], ["a", -5.5, 0])
    assert cells(path) == [["00123", "0.3", "1930571429"], ["a", "-5.5", "0"]]


def test_typed_dates_are_written_as_the_profile_writes_them(write_workbook: WriteFile) -> None:
    path = write_workbook(["day"], [date(2013, 4, 6)], [datetime(2013, 4, 6, 14, 30)])  # noqa: DTZ001
    options = ReadOptions(style=CellStyle(date_text=compile_pattern("M/D/YYYY").write))
    assert cells(path, options) == [["4/6/2013"], ["4/6/2013"]]


def test_numbers_take_the_profiles_decimal_mark(write_workbook: WriteFile) -> None:
    assert cells(write_workbook(["a"], [12.5]), ReadOptions(style=CellStyle(decimal=","))) == [["12,5"]]


def test_dates_of_the_1904_calendar_are_shifted(write_workbook: WriteFile, tmp_path: object) -> None:
    path = write_workbook(["day"])
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    book.active.append(["day"])
    book.active.append([date(2013, 4, 6)])
    book.save(path)
    assert cells(path) == [["2013-04-06"]]


def test_true_false_and_empty_cells_are_read(write_workbook: WriteFile) -> None:
    assert cells(write_workbook(["a", "b", "c"], [True, None, False], [None, None, "x"], [1, None, None])) == [
        ["TRUE", "", "FALSE"],
        ["", "", "x"],
        ["1", "", ""],
    ]


def test_rows_are_numbered_as_in_the_sheet(write_workbook: WriteFile) -> None:
    _, rows = read(write_workbook(["a"], ["1"], [], [None], ["2"]))
    assert [row.line for row in rows] == [2, 5]


def test_the_named_sheet_is_read_else_the_first_visible_one(tmp_path: object, write_workbook: WriteFile) -> None:
    path = write_workbook(["x"])
    book = Workbook()
    book.active.title, book.active.sheet_state = "notes", "hidden"
    for name in ("open", "paid"):
        book.create_sheet(name).append([name])
    book.save(path)
    assert read(path)[0].sheet == "open"
    assert read(path, ReadOptions(sheet="paid"))[0].header == ("paid",)
    error = refusal(path, ReadOptions(sheet="none"))
    assert (error.code, error.params["found"]) == ("sheet_missing", "notes, open, paid")


def test_rich_text_is_joined_and_readings_are_left_out(write_sheet_xml: WriteFile) -> None:
    shared = "<sst><si><r><t>Ac</t></r><r><t>me</t></r><rPh><t>アクメ</t></rPh></si></sst>"
    rows = (
        '<row><c t="inlineStr"><is><t>name</t></is></c></row><row><c t="s"><v>0</v></c></row>'
        '<row><c t="inlineStr"><is><r><t>Be</t></r><r><t>ta</t></r><rPh><t>x</t></rPh></is></c></row>'
    )
    assert cells(write_sheet_xml(rows, parts={"xl/sharedStrings.xml": shared})) == [["Acme"], ["Beta"]]


@pytest.mark.parametrize(("reference", "index"), [("A1", 0), ("Z9", 25), ("AA1", 26), ("AB12", 27), ("XFD1", 16383)])
def test_columns_count_from_a(reference: str, index: int) -> None:
    assert column_index(reference) == index


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("55.940000000000005", "55.94"),
        ("1.930571429E9", "1930571429"),
        ("1E-3", "0.001"),
        ("-0.5", "-0.5"),
        ("12345678901234567", "12345678901234600"),
        ("x", "x"),
        ("1E400", "1E400"),
    ],
)
def test_stored_numbers_are_written_plainly(stored: str, text: str) -> None:
    assert number_text(stored, ".") == text
