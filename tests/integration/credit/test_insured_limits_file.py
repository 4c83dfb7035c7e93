"""Files of insurers' decisions: control totals, quarantine by row, the same file twice."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from buyers.models import BuyerCode, RiskEvent
from core.domain.roles import Role
from core.errors import Denied
from core.models import AuditEvent, User
from cover.models import InsuredLimit
from cover.services.insured_files import load_insured_limits
from invoices.intake.reasons import FileRefused
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db

HEADER = "number,insurer,policy,buyer_code,currency,amount,percent,valid_from,valid_to,conditions"
GOOD = 'L-1,Atradius,P9,007,USD,"200,000.00",90,2026-01-01,2026-12-31,"net 60, no extension"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_buyer("007")
    make_buyer("7")
    return tmp_path / "limits.csv"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return path


def load(path: Path, **options: object) -> dict:
    return load_insured_limits(path, actor=None, **options).as_json()


def test_rows_are_stored_and_the_same_file_again_changes_nothing(path: Path) -> None:
    write(path, GOOD, "L-2,HKECIC,,7,CNY,0,0,2026-02-01,,")
    first, again = load(path), load(path)
    assert (first["rows"], first["created"], again["created"], again["unchanged"]) == (2, 2, 0, 2)
    assert first["file_totals"] == again["file_totals"] == {"CNY": "0.00", "USD": "200000.00"}
    row = InsuredLimit.objects.get(external_id="L-1")
    assert (row.buyer.code, row.percent, row.conditions) == ("007", 90, "net 60, no extension")
    assert RiskEvent.objects.get().buyer.code == "7"  # the zero decision is a refusal
    assert InsuredLimit.objects.count() == 2


def test_a_bad_row_is_quarantined_with_line_field_value_reason_and_the_others_are_taken(path: Path) -> None:
    write(
        path,
        GOOD,
        "L-2,Atradius,,nobody,USD,100,90,2026-01-01,,",
        "L-3,Atradius,,007,USD,1.000,90,2026-01-01,,",
        "L-4,Atradius,,007,USD,100,120,2026-01-01,,",
        "L-5,Atradius,,007,USD,100,90,01/02/2026,,",
        "L-6,Atradius,,007,XXQ,100,90,2026-01-01,,",
        ",Atradius,,007,USD,100,90,2026-01-01,,",
        "L-8,Atradius,,007,USD,100,90,2026-01-01,2025-01-01,",
        "L-9,Atradius,,007,USD,-5,90,2026-01-01,,",
    )
    answer = load(path)
    assert (answer["rows"], answer["created"], answer["quarantined"]) == (9, 1, 8)
    found = [(row["line"], row["field"], row["value"], row["reason"]) for row in answer["quarantine"]]
    assert found == [
        (3, "buyer_code", "nobody", "buyer_unknown"),
        (4, "amount", "1.000", "amount_precision"),
        (5, "percent", "120", "refused"),
        (6, "valid_from", "01/02/2026", "date_invalid"),
        (7, "currency", "XXQ", "currency_unknown"),
        (8, "number", "", "value_missing"),
        (9, "valid_to", "2025-01-01", "refused"),
        (10, "amount", "-5", "refused"),
    ]
    assert all(row["message"] for row in answer["quarantine"])
    assert answer["rows_without_amount"] == 1
    assert answer["file_totals"] == {"USD": "200496.00"}
    assert InsuredLimit.objects.count() == 1


def test_the_corrected_file_takes_what_was_missing(path: Path) -> None:
    load(write(path, GOOD, "L-2,Atradius,,007,USD,100,120,2026-02-01,,"))
    answer = load(write(path, GOOD, "L-2,Atradius,,007,USD,100,80,2026-02-01,,"))
    assert (answer["unchanged"], answer["created"], answer["quarantined"]) == (1, 1, 0)


def test_a_corrected_decision_is_a_new_version(path: Path) -> None:
    load(write(path, GOOD))
    answer = load(write(path, GOOD.replace("200,000", "250,000")))
    assert (answer["updated"], answer["created"]) == (1, 0)
    assert [row.amount for row in InsuredLimit.objects.order_by("pk")] == [200_000, 250_000]


def test_the_same_decision_twice_with_other_content_is_taken_from_neither_line(path: Path) -> None:
    answer = load(
        write(path, GOOD, GOOD.replace("200,000", "999"), GOOD.replace("L-1", "L-2").replace("01-01", "02-01"))
    )
    assert [(row["line"], row["reason"]) for row in answer["quarantine"]] == [
        (2, "duplicate_in_file"),
        (3, "duplicate_in_file"),
    ]
    assert InsuredLimit.objects.get().external_id == "L-2"


def test_a_number_of_another_buyer_is_quarantined(path: Path) -> None:
    load(write(path, GOOD))
    answer = load(write(path, GOOD.replace(",007,", ",7,").replace("01-01", "06-01")))
    assert [(row["field"], row["reason"]) for row in answer["quarantine"]] == [("number", "of_other_buyer")]
    assert InsuredLimit.objects.count() == 1


def test_a_source_code_finds_the_buyer_where_it_is_unambiguous(path: Path) -> None:
    BuyerCode.objects.create(buyer=make_buyer("A"), source="sap", external_id="S1")
    for source, code in (("sap", "A2"), ("erp", "A3")):
        BuyerCode.objects.create(buyer=make_buyer(code), source=source, external_id="S2")
    answer = load(write(path, GOOD.replace(",007,", ",S1,"), GOOD.replace(",007,", ",S2,").replace("L-1", "L-2")))
    assert InsuredLimit.objects.get().buyer.code == "A"
    assert answer["quarantine"][0]["reason"] == "buyer_unknown"


def test_a_dry_run_says_the_same_and_writes_nothing(path: Path) -> None:
    answer = load(write(path, GOOD), is_dry_run=True)
    assert (answer["created"], answer["dry_run"]) == (1, True)
    assert not InsuredLimit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_file_without_a_needed_column_is_refused_as_a_whole(path: Path) -> None:
    path.write_text("number,insurer\n1,2\n", "utf-8")
    with pytest.raises(FileRefused, match="buyer_code"):
        load(path)


def test_a_workbook_is_read_the_same(path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.split(","))
    book.active.append(["L-1", "Atradius", "", "007", "USD", 200000, 90, "2026-01-01", None, None])
    file = path.with_suffix(".xlsx")
    book.save(file)
    assert load(file)["created"] == 1


def test_the_command_answers_with_one_object_and_status_1_if_a_row_was_refused(path: Path) -> None:
    write(path, GOOD, "L-2,Atradius,,nobody,USD,100,90,2026-01-01,,")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("load_insured_limits", str(path), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["created"], answer["quarantined"], answer["quarantine"][0]["line"]) == (1, 1, 3)
    text = StringIO()
    with pytest.raises(SystemExit):
        call_command("load_insured_limits", str(path), stdout=text)
    assert "line 3, buyer_code" in text.getvalue()


def test_an_upload_by_who_may_not_write_cover_changes_nothing(path: Path) -> None:
    with pytest.raises(Denied):
        load_insured_limits(write(path, GOOD), actor=User.objects.create(username="s", role=Role.SALES))
    assert not InsuredLimit.objects.exists()


def test_the_audit_trail_keeps_totals_and_quarantine(path: Path) -> None:
    load(write(path, GOOD, "L-2,Atradius,,nobody,USD,100,90,2026-01-01,,"))
    event = AuditEvent.objects.get(action="cover.insured_limits.loaded")
    assert event.data["sums"]["created"] == {"USD": "200000.00"}
    assert event.data["quarantine"][0]["value"] == "nobody"
