"""The command takes folders in: totals equal, twice the same, a status that a script can rely on."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from invoices.models import Entry, IncomingDocument
from tests.integration.invoices.documents.made import einvoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    found = tmp_path / "in"
    (found / "deeper").mkdir(parents=True)
    (found / "a.xml").write_bytes(einvoice("F-1", "300.00", prepaid="100.00"))
    (found / "b.xml").write_bytes(einvoice("F-2", "50.00", currency="USD"))
    (found / "deeper" / "c.xml").write_bytes(einvoice("C-1", "20.00", kind="381", original="F-1"))
    call_command("own_sellers", "--add", "Seller AG", "--vat-id", "DE136695976", stdout=StringIO())
    return found


def run(*args: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command("receive_documents", *args, "--source", "erp", "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_a_folder_is_posted_with_its_totals(folder: Path) -> None:
    status, answer = run(str(folder), "--new-buyers")
    assert (status, answer["files"], answer["states"]["posted"]) == (0, 3, 3)
    assert answer["sums"] == {
        "EUR": {"documents": "280.00", "ledger": "280.00"},
        "USD": {"documents": "50.00", "ledger": "50.00"},
    }
    assert {row["file"] for row in answer["documents"]} == {"in/a.xml", "in/b.xml", "in/deeper/c.xml"}


def test_a_second_time_changes_nothing(folder: Path) -> None:
    run(str(folder), "--new-buyers")
    entries = Entry.objects.count()
    status, answer = run(str(folder))
    assert (status, answer["states"]["posted"], Entry.objects.count()) == (0, 3, entries)


def test_what_needs_a_person_ends_with_status_1(folder: Path) -> None:
    (folder / "empty.xml").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"hello")
    status, answer = run(str(folder))
    assert (status, answer["states"]["waiting"], answer["states"]["refused"]) == (1, 3, 2)
    assert all(row["detail"] for row in answer["documents"])


def test_a_dry_run_posts_nothing_and_leaves_no_file(folder: Path) -> None:
    status, answer = run(str(folder), "--new-buyers", "--dry-run")
    assert (status, answer["states"]["posted"], answer["dry_run"]) == (0, 3, True)
    assert (Entry.objects.count(), IncomingDocument.objects.count()) == (0, 0)
    assert not [path for path in (folder.parent / "media").rglob("*") if path.is_file()]


def test_people_read_the_same(folder: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("receive_documents", str(folder), "--source", "erp", stdout=out)
    assert "3 waiting" in out.getvalue()
    assert "Buyer SA (FR40303265045)" in out.getvalue()


def test_own_sellers_are_listed_and_ended(folder: Path) -> None:
    out = StringIO()
    call_command("own_sellers", "--json", stdout=out)
    (row,) = json.loads(out.getvalue())["own_sellers"]
    assert (row["name"], row["vat_id"]) == ("Seller AG", "DE136695976")
    out = StringIO()
    call_command("own_sellers", "--end", str(row["id"]), stdout=out)
    assert "every e-invoice waits" in out.getvalue()
