"""A file comes in: uploaded, mapped, imported by a real worker, its wrong row mended on the page."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.domain.roles import Role
from invoices.models import Invoice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]
GERMAN = """Rechnung;Kunde;Name;Betrag;Waehrung;Datum;Faellig
R-1;0041;Müller AG;1.234,50;EUR;03.04.2026;03.05.2026
R-2;0042;Łódź GmbH;abc;EUR;04.04.2026;04.05.2026
"""
COLUMNS = {
    "invoice_id": "Rechnung",
    "buyer_code": "Kunde",
    "buyer_name": "Name",
    "amount": "Betrag",
    "currency": "Waehrung",
    "invoice_date": "Datum",
    "due_date": "Faellig",
}


@pytest.fixture
def media(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page stores the file and the worker finds it."""
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_file_with_a_foreign_layout_arrives_in_the_ledger(
    media: Path, celery_workers: list[subprocess.Popen[bytes]], sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    file = tmp_path / "offene_posten.csv"
    file.write_text(GERMAN, encoding="utf-8-sig")
    page = sign_in(Role.ANALYST, path="/imports/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("needs the column")
    _map(page)
    expect(page.get_by_text("is not a number")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("adds up to the file")).to_be_visible(timeout=60_000)
    _mend(page)
    assert sorted(map(str, Invoice.objects.values_list("amount", flat=True))) == ["1234.5000", "99.0000"]


def _map(page: Page) -> None:
    for field, column in COLUMNS.items():
        page.locator(f"[name=column-{field}]").select_option(column)
    page.get_by_label("Dates are written").fill("D.M.YYYY")
    page.get_by_label("Numbers are written").select_option(",")
    page.get_by_label("Keep this as").fill("german_erp")
    page.get_by_role("button", name="Keep and show the preview").click()


def _mend(page: Page) -> None:
    row = page.locator("table.quarantine tbody tr").first
    row.get_by_label("Betrag").fill("99,00")
    row.get_by_role("button", name="Try it again").click()
    expect(page.get_by_text("corrected and imported")).to_be_visible()
