"""CSV as the field writes it: delimiters, quotes, damage, with line numbers that people can find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoices.intake.delimiter import choose_delimiter
from invoices.intake.limits import DEFAULT_LIMITS
from invoices.intake.reader import ReadOptions
from tests.unit.invoices.intake.conftest import WriteFile
from tests.unit.invoices.intake.files import cells, read, refusal


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(write_file: WriteFile, delimiter: str) -> None:
    text = "no,name,amount\n1,Acme,5\n2,Beta,6\n".replace(",", delimiter)
    table, rows = read(write_file(text))
    assert (table.delimiter, rows[1].cells) == (delimiter, ["2", "Beta", "6"])


def test_decimal_commas_do_not_make_the_comma_the_delimiter() -> None:
    assert choose_delimiter("no;amount;paid\n1;5,10;2,00\n2;6,10;3,00\n", frozenset()) == ";"


def test_the_expected_columns_decide_before_the_shape() -> None:
    sample = "invoice|buyer, city, country|amount\n1|Acme, Ulm, DE|5\n"
    assert choose_delimiter(sample, frozenset({"invoice", "amount"})) == "|"


def test_the_profiles_delimiter_wins(write_file: WriteFile) -> None:
    assert cells(write_file("a;b,c\n1;2,3\n"), ReadOptions(delimiter=";")) == [["1", "2,3"]]


def test_a_spreadsheet_hint_on_the_first_line_is_no_row(write_file: WriteFile) -> None:
    table, rows = read(write_file("sep=;\na;b\n1;2\n"))
    assert (table.header, table.header_line, rows[0].line) == (("a", "b"), 2, 3)


def test_a_quoted_line_break_stays_in_its_row_and_lines_count_physically(write_file: WriteFile) -> None:
    _, rows = read(write_file('a,b\n1,"two\nlines"\n2,x\n'))
    assert [(r.line, r.cells) for r in rows] == [(2, ["1", "two\nlines"]), (4, ["2", "x"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(write_file: WriteFile, end: str) -> None:
    assert cells(write_file(f"a,b{end}1,2{end}3,4{end}")) == [["1", "2"], ["3", "4"]]


def test_blank_rows_are_skipped_and_counted_as_lines(write_file: WriteFile) -> None:
    _, rows = read(write_file("a,b\n\n1,2\n,,\n  ,\n3,4\n"))
    assert [(r.line, r.cells) for r in rows] == [(3, ["1", "2"]), (6, ["3", "4"])]


def test_an_unclosed_quote_costs_only_its_own_row(write_file: WriteFile) -> None:
    _, rows = read(write_file('a,b\n1,x\n2,"open\n3,y\n4,z\n'))
    assert [(r.line, r.cells) for r in rows if not r.faults] == [(2, ["1", "x"]), (4, ["3", "y"]), (5, ["4", "z"])]
    (bad,) = [r for r in rows if r.faults]
    assert (bad.line, bad.faults[0].reason, bad.faults[0].value) == (3, "malformed_quotes", '2,"open')


def test_text_after_a_closing_quote_is_a_fault_of_the_first_line(write_file: WriteFile) -> None:
    _, rows = read(write_file('a,b\n1,"x" y\n2,ok\n'))
    assert [(r.line, bool(r.faults)) for r in rows] == [(2, True), (3, False)]


def test_many_stray_quotes_do_not_slow_the_reader_down(write_file: WriteFile) -> None:
    _, rows = read(write_file("a,b\n" + '1,"x\n2,y\n' * 5_000))
    assert len(rows) == 10_000
    assert sum(1 for r in rows if r.faults) == 5_000


def test_a_nul_byte_is_a_fault_of_its_cell(write_file: WriteFile) -> None:
    _, rows = read(write_file("a,b\n" + "1,2\n" * 100 + "3,x\0y\n"))
    assert rows[-1].faults[0][:2] == ("control_character", 1)
    assert rows[-1].faults[0].value == "x␀y"


def test_the_end_mark_of_old_programs_is_no_row(write_file: WriteFile) -> None:
    assert len(cells(write_file("a,b\n" + "1,2\n" * 200 + "\x1a"))) == 200


def test_a_too_long_field_is_a_fault_of_its_cell(write_file: WriteFile) -> None:
    _, rows = read(write_file("a,b\n1," + "x" * 40_000 + "\n2,y\n"))
    assert rows[0].faults[0][:2] == ("field_too_long", 1)
    assert not rows[1].faults


def test_a_line_without_end_is_refused(write_file: WriteFile) -> None:
    error = refusal(write_file("a,b\n1," + "x" * 2_000_000))
    assert (error.code, error.params["line"]) == ("line_too_long", 2)


def test_the_header_may_stand_below_a_title(write_file: WriteFile) -> None:
    table, rows = read(write_file("Report of May\n\na,b\n1,2\n"), ReadOptions(header_line=3))
    assert (table.header, rows[0].line) == (("a", "b"), 4)


def test_column_names_that_repeat_are_refused(write_file: WriteFile) -> None:
    error = refusal(write_file("a,Amount,amount \n1,2,3\n"))
    assert (error.code, error.params["value"]) == ("columns_duplicate", "amount")


def test_too_many_columns_are_refused(write_file: WriteFile) -> None:
    error = refusal(write_file(",".join(f"c{i}" for i in range(600)) + "\n"))
    assert error.code == "too_many_columns"


def test_too_many_rows_are_refused(write_file: WriteFile) -> None:
    path = write_file("a,b\n" + "1,2\n" * 11)
    assert len(read(path, limits=replace(DEFAULT_LIMITS, max_rows=11))[1]) == 11
    assert refusal(path, limits=replace(DEFAULT_LIMITS, max_rows=10)).code == "too_many_rows"


def test_nothing_but_empty_rows_has_no_header(write_file: WriteFile) -> None:
    assert refusal(write_file("\n\n,,\n")).code == "no_header"
