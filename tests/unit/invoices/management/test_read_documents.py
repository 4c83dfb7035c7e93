"""``read_documents`` over the public files: the table of the docs, and the exit status."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.unit.invoices.intake.made import CAMT, MT940, UBL

PAGE = Path(__file__).resolve().parents[4] / "docs" / "documents.md"


def run(*paths: Path, **options: Any) -> tuple[dict[str, Any], int]:
    """The answer as JSON, and the exit status."""
    out, status = io.StringIO(), 0
    try:
        call_command("read_documents", *map(str, paths), json=True, stdout=out, **options)
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue()), status


def test_every_public_file_is_read_or_breaks_a_named_clause(shared_data: Path) -> None:
    answer, status = run(shared_data / "einvoices", shared_data / "bank_statements")
    assert (status, answer["files"], answer["valid_but_not_read"]) == (0, 98, [])
    rows = answer["documents"]
    assert len([row for row in rows if row["kind"] == "e-invoice"]) == 60
    assert all(row["message"] and row["rule"] for row in rows if row["kind"] == "refused")


def test_the_table_of_the_docs_is_up_to_date(shared_data: Path, tmp_path: Path) -> None:
    page = tmp_path / "documents.md"
    page.write_text(PAGE.read_text("utf-8"), "utf-8")
    run(shared_data / "einvoices", shared_data / "bank_statements", write=page)
    assert page.read_text("utf-8") == PAGE.read_text("utf-8"), (
        "run the command that stands above the table of docs/documents.md"
    )


def test_a_valid_file_that_is_not_read_ends_with_status_1(tmp_path: Path) -> None:
    (tmp_path / "fattura.xml").write_text('<p:FatturaElettronica xmlns:p="x"/>', "utf-8")
    (tmp_path / "invoice.xml").write_text(UBL, "utf-8")
    answer, status = run(tmp_path)
    assert (status, answer["read"], answer["refused"]) == (1, 1, 1)
    assert answer["valid_but_not_read"] == [f"{tmp_path.name}/fattura.xml"]


def test_a_file_that_breaks_its_standard_does_not(tmp_path: Path) -> None:
    (tmp_path / "statement.sta").write_text(MT940.replace("150,00", "150,01"), "utf-8")
    answer, status = run(tmp_path / "statement.sta")
    assert (status, answer["refused"]) == (0, 1)
    (row,) = answer["documents"]
    assert (row["code"], row["difference"], row["rule"]) == ("balance_differs", "0.01", "SWIFT MT940 field 62a")


def test_people_get_tables(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(UBL.replace("R-1", "R|1"), "utf-8")
    (tmp_path / "b.xml").write_text(CAMT, "utf-8")
    out = io.StringIO()
    call_command("read_documents", str(tmp_path), stdout=out)
    assert "| R\\|1 | 380 | 2026-01-31 | 2026-03-02 | Seller AG | Buyer SA | EUR | 119.00 |" in out.getvalue()
    assert (
        "| camt.053.001.08 | DE02120300000000202051 | 7 | EUR | 100.00 | 50.00 | 0.00 | 150.00 | 1 |" in out.getvalue()
    )
    assert "2 files: 2 documents read, 0 refused" in out.getvalue()


def test_a_page_without_markers_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", "utf-8")
    (tmp_path / "a.xml").write_text(UBL, "utf-8")
    with pytest.raises(CommandError, match="needs the lines"):
        call_command("read_documents", str(tmp_path / "a.xml"), write=page, stdout=io.StringIO())
    assert page.read_text("utf-8") == "# Page\n"
