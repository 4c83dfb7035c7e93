"""The two real files, beside the facts that were computed elsewhere (shared/data/README.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from buyers.models import Buyer, BuyerAlias, BuyerMerge
from invoices.domain.kinds import AgingBasis
from invoices.models import DisputeVersion, Invoice, Receipt
from invoices.queries.aging import AgingQuestion, get_aging
from invoices.services.imports.results import ImportResult
from invoices.services.imports.running import run_import
from invoices.services.imports.uploads import start_upload
from tests.integration.invoices.intake import counts, ledger

pytestmark = pytest.mark.django_db
IBM, SAP = "ibm_accounts_receivable", "sap_open_items_usd_cad"
ImportShared = Callable[[str], ImportResult]


@pytest.fixture
def import_shared(shared_data: Path, tmp_path: Path, settings: object) -> ImportShared:
    """Import a shared file by the profile of its name."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]

    def take(name: str) -> ImportResult:
        return run_import(start_upload(file=shared_data / "receivables" / f"{name}.csv", profile=name, actor=None))

    return take


def test_the_settled_invoices_come_in_to_the_cent(import_shared: ImportShared) -> None:
    answer = import_shared(IBM).as_json()
    assert answer["rows"] == answer["created"] == Invoice.objects.count() == Receipt.objects.count() == 2_466
    assert answer["totals"] == answer["file_totals"] == {"USD": "147703.18"}
    assert answer["quarantine"] == []
    assert Buyer.objects.count() == 100
    assert not Invoice.objects.exclude(open_amount=0).exists()
    assert DisputeVersion.objects.filter(amount=0).count() == 561


@pytest.mark.parametrize(
    ("as_of", "items", "buyers", "amount", "not_due", "late"),
    [
        (date(2012, 12, 31), 99, 61, "5725.06", (86, "4936.32"), (13, "788.74")),
        (date(2013, 6, 30), 84, 52, "5119.85", (72, "4284.29"), (12, "835.56")),
    ],
)
def test_aging_of_a_past_day_equals_the_published_table(
    import_shared: ImportShared,
    as_of: date,
    items: int,
    buyers: int,
    amount: str,
    not_due: tuple[int, str],
    late: tuple[int, str],
) -> None:
    import_shared(IBM)
    report = get_aging(AgingQuestion(as_of=as_of, by=AgingBasis.DUE))
    assert (report.items, report.buyers, f"{report.amount:.2f}") == (items, buyers, amount)
    assert [(b.items, f"{b.amount:.2f}") for b in report.buckets[:2]] == [not_due, late]
    assert report.is_reconciled


def test_importing_the_settled_invoices_again_changes_nothing(import_shared: ImportShared) -> None:
    import_shared(IBM)
    before = ledger()
    again = import_shared(IBM)
    assert counts(again) == {"unchanged": 2_466}
    assert again.as_json()["totals"] == {"USD": "147703.18"}
    assert ledger() == before
    call_command("verify_ledger")


def test_the_sap_open_items_come_in_to_the_cent(import_shared: ImportShared) -> None:
    answer = import_shared(SAP).as_json()
    assert answer["rows"] == answer["created"] == Invoice.objects.exclude(open_amount=0).count() == 9_700
    assert answer["totals"] == {"CAD": "44471009.08", "USD": "275113716.83"}
    assert (Invoice.objects.filter(currency="USD").count(), Invoice.objects.filter(currency="CAD").count()) == (
        8_953,
        747,
    )
    assert not Invoice.objects.filter(external_id__contains=".").exists()
    call_command("verify_ledger")


def test_customer_numbers_stay_text_and_twins_are_proposed(import_shared: ImportShared) -> None:
    import_shared(SAP)
    assert Buyer.objects.count() == 664
    assert {"0200706844", "200706844"} <= set(Buyer.objects.values_list("code", flat=True))
    assert BuyerMerge.objects.filter(state="proposed").count() == 138
    assert BuyerAlias.objects.values("buyer").distinct().count() == 399
    wal_mar = Buyer.objects.get(code="0200769623")
    spellings = {wal_mar.name, *wal_mar.aliases.values_list("name", flat=True)}
    assert {"WAL-MAR corporation", "WAL-MAR corp"} <= spellings


def test_importing_the_sap_file_again_changes_nothing(import_shared: ImportShared) -> None:
    import_shared(SAP)
    before = ledger()
    assert counts(import_shared(SAP)) == {"unchanged": 9_700}
    assert ledger() == before


def test_the_same_table_as_a_workbook_is_the_same_import(
    import_shared: ImportShared, shared_data: Path, tmp_path: Path
) -> None:
    import_shared(IBM)
    lines = (shared_data / "receivables" / f"{IBM}.csv").read_text().splitlines()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    for line in lines:
        cells = line.split(",")
        sheet.append([*cells[:6], float(cells[6]), *cells[7:]] if cells[0].isdigit() else cells)
    book.save(tmp_path / "table.xlsx")
    result = run_import(start_upload(file=tmp_path / "table.xlsx", profile=IBM, actor=None))
    assert counts(result) == {"unchanged": 2_466}


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-16", "\t"), ("utf-8-sig", ";"), ("gb18030", "|")])
def test_the_same_table_in_another_dress_is_the_same_import(
    import_shared: ImportShared, shared_data: Path, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    import_shared(IBM)
    text = (shared_data / "receivables" / f"{IBM}.csv").read_text().replace(",", delimiter)
    (tmp_path / "table.txt").write_bytes(text.encode(encoding))
    result = run_import(start_upload(file=tmp_path / "table.txt", profile=IBM, actor=None))
    assert counts(result) == {"unchanged": 2_466}
