"""A row becomes a line of plain text values, or a problem that names its field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from invoices.intake.columns import map_columns
from invoices.intake.convert import whole_number
from invoices.intake.document_reasons import DOCUMENT_REFUSALS
from invoices.intake.fields import FIELDS
from invoices.intake.profile_toml import parse_profile
from invoices.intake.reasons import FILE_REFUSALS, ROW_REASONS, FileRefused, words
from invoices.intake.records import Record, Table
from invoices.intake.rows import Filtered, InvoiceLine, Problem, RowParser
from invoices.intake.spool import Spool

PROFILE = """
name = "p"
source = "erp"
[dates]
format = "YYYY-MM-DD"
[numbers]
decimal = ","
[columns]
invoice_id = { column = "doc", whole_number = true }
buyer_code = "buyer"
currency = "currency"
amount = "amount"
invoice_date = "date"
due_days = "days"
terms = "terms"
[defaults]
due_days = "30"
currency = "EUR"
[values.terms]
LC = "lc_sight"
[values.currency]
RMB = "CNY"
[[filters]]
column = "open"
keep = ["1"]
"""
HEADER = ("doc", "buyer", "currency", "amount", "date", "days", "terms", "open", "note")
GOOD = ["1930571429.0", " 0042 ", "RMB", "1.234,50", "2024-02-28", "2", "LC", "1", ""]


def parse(
    cells: list[str], profile: str = PROFILE, header: tuple[str, ...] = HEADER
) -> InvoiceLine | Problem | Filtered:
    """The outcome of one row on line 7."""
    table = Table(format="csv", header=header, header_line=1, rows=iter(()))
    chosen = parse_profile(profile)
    return RowParser(chosen, map_columns(table, chosen)).parse(Record(7, list(cells)))


def changed(**cells: str) -> list[str]:
    """The good row with some cells changed."""
    return [cells.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True)]


def test_a_line_has_every_field_in_the_declared_order() -> None:
    assert InvoiceLine._fields == ("line", *FIELDS)


def test_a_good_row_is_read_by_the_profiles_rules() -> None:
    line = parse(GOOD)
    assert isinstance(line, InvoiceLine)
    assert (line.line, line.invoice_id, line.invoice_number, line.buyer_code) == (7, "1930571429", "1930571429", "0042")
    assert (line.currency, line.amount, line.terms) == ("CNY", "1234.5", "lc_sight")
    assert (line.invoice_date, line.due_date) == ("2024-02-28", "2024-03-01")


def test_an_empty_cell_takes_the_default() -> None:
    line = parse(changed(days="", currency=" "))
    assert isinstance(line, InvoiceLine)
    assert (line.currency, line.due_date) == ("EUR", "2024-03-29")


def test_a_filtered_row_keeps_its_amount_for_the_totals() -> None:
    assert parse(changed(open="0")) == Filtered(7, "CNY", "1234.5")
    assert parse(changed(open="0", amount="?")) == Filtered(7)


def test_a_problem_keeps_the_row_and_its_amount() -> None:
    problem = parse(changed(date="28.02.2024"))
    assert isinstance(problem, Problem)
    assert (problem.field, problem.column, problem.value) == ("invoice_date", "date", "28.02.2024")
    assert (problem.currency, problem.amount, problem.raw["amount"]) == ("CNY", "1234.5", "1.234,50")
    assert problem.message == "invoice_date: 28.02.2024 is not a date written as YYYY-MM-DD."


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        (changed(doc="12x"), "invoice_id", "whole_number_invalid"),
        (changed(doc="12.5"), "invoice_id", "whole_number_invalid"),
        (changed(terms="net"), "terms", "value_unknown"),
        (changed(days="-3"), "due_days", "whole_number_invalid"),
        (changed(days="99999"), "due_days", "number_too_large"),
        (GOOD[:-1], "row", "too_few_fields"),
        ([*GOOD, "x"], "row", "too_many_fields"),
    ],
)
def test_a_bad_row_names_field_and_reason(cells: list[str], field: str, reason: str) -> None:
    problem = parse(cells)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.reason) == (field, reason)


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert isinstance(parse([*GOOD, "", " "]), InvoiceLine)


def test_a_missing_column_names_what_the_file_has() -> None:
    with pytest.raises(FileRefused) as caught:
        parse(GOOD, header=("doc", "buyer", "currency", "sum", "date", "days", "terms", "open", "note"))
    assert (caught.value.code, caught.value.params["value"]) == ("columns_missing", "amount")
    assert "sum" in caught.value.message


def test_columns_are_found_without_regard_to_case_and_spacing() -> None:
    header = (" DOC", "Buyer", "CURRENCY", "Amount ", "date", "days", "terms", "open", "note")
    assert isinstance(parse(GOOD, header=header), InvoiceLine)


def test_a_default_that_cannot_be_read_is_a_mistake_of_the_profile() -> None:
    wrong = PROFILE.replace('due_days = "days"\n', "").replace('due_days = "30"', 'due_days = "soon"')
    with pytest.raises(DomainError, match=r"defaults\.due_days"):
        parse(GOOD, profile=wrong)


@pytest.mark.parametrize(("text", "number"), [("1930571429.0", "1930571429"), ("007", "007"), ("5.", "5")])
def test_a_whole_number_loses_only_its_decimal_part(text: str, number: str) -> None:
    assert whole_number(text) == number


def test_every_reason_can_be_said() -> None:
    for code in (*FILE_REFUSALS, *ROW_REASONS):
        sentence = words(code, {"field": "amount", "value": "x"})
        assert re.search(r"[.]$", sentence), code
    assert words("no_such_code", {}) == "no_such_code"


def test_every_reason_that_is_raised_has_words() -> None:
    folder = Path(__file__).resolve().parents[4] / "invoices"
    text = "".join(p.read_text() for part in ("intake", "services/imports") for p in (folder / part).rglob("*.py"))
    raised = set(re.findall(r'(?:FileRefused|Unfit|refusal=)\(?\s*"(\w+)"', text))
    assert raised
    assert raised <= {*FILE_REFUSALS, *ROW_REASONS, *DOCUMENT_REFUSALS}


@given(rows=st.lists(st.tuples(st.integers(0, 2**60), st.text(max_size=20)), max_size=5_000))
def test_a_spool_gives_back_what_was_put_in_and_again(rows: list[tuple[int, str]]) -> None:
    with Spool() as spool:
        for row in rows:
            spool.add(row)
        assert list(spool) == rows
        assert list(zip(spool, spool, strict=True)) == [(row, row) for row in rows]
