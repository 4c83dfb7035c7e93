"""Bulks on the Imports page: the common list, totals, answers, records mended and sent again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from buyers.models import Buyer
from core.models import AuditEvent, User
from invoices.domain.bulks import BulkKind
from invoices.models import Bulk, DisputeVersion, MendedRecord, Receipt
from invoices.services.bulks.arriving import take_arrived
from invoices.services.bulks.forgetting import forget_records
from invoices.services.bulks.mending import send_again
from invoices.services.bulks.running import receive_bulk
from invoices.services.bulks.spooling import spool_body
from tests.budgets import query_budget
from tests.integration.api.bulks import invoice, totals
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, rows_of
from tests.integration.dashboard.test_imports import MIXED, imported

pytestmark = pytest.mark.django_db
LIST = "/imports/"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(kind: BulkKind, *records: Any, source: str = "ERP", in_background: bool = False) -> Bulk:
    """A bulk as a system sends it."""
    lines = "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in records)
    spooled = spool_body([lines.encode()])
    return receive_bulk(spooled, kind=kind, source=source, is_array=False, in_background=in_background)


def receipt(number: str, **changes: Any) -> dict[str, Any]:
    known = {"external_id": number, "buyer": "0042", "currency": "USD", "amount": "50.00", "received_on": "2026-03-05"}
    return {name: value for name, value in (known | changes).items() if value is not ...}


def page(bulk: Bulk, role: str = "credit_analyst", end: str = "") -> Any:
    return sign_in(role).get(f"{LIST}bulks/{bulk.pk}/{end}")


def mend(bulk: Bulk, position: int, role: str = "credit_analyst", **cells: str) -> Any:
    given = {f"cell-{name}": text for name, text in cells.items()}
    return sign_in(role).post(f"{LIST}bulks/{bulk.pk}/{position}/mend/", given, follow=True)


# --- the list ---------------------------------------------------------------------------------------


def test_everything_that_came_in_is_one_list() -> None:
    imported(MIXED)
    invoices = sent(BulkKind.INVOICES, invoice(1), invoice(2, amount="abc"))
    sent(BulkKind.RECEIPTS, receipt("R-1"))
    rows = rows_of(sign_in("auditor").get(LIST), "t-incoming")
    assert [row[:4] for row in rows] == [
        [f"receipts #{invoices.pk + 1}", "REST", "ERP", "taken in"],
        [f"invoices #{invoices.pk}", "REST", "ERP", "taken in"],
        ["items.csv", "tables", "generic_invoices", "imported"],
    ]
    assert [row[8] for row in rows] == ["0", "1", "1"]
    assert "USD: 50.00" in rows[0][9]


def test_list_is_cut_to_a_way_and_to_what_waits_for_a_person() -> None:
    imported(MIXED)
    sent(BulkKind.RECEIPTS, receipt("R-1"))
    client = sign_in("auditor")
    assert len(rows_of(client.get(LIST, {"way": "rest"}), "t-incoming")) == 1
    assert [row[0] for row in rows_of(client.get(LIST, {"show": "todo"}), "t-incoming")] == ["items.csv"]
    assert len(rows_of(client.get(LIST, {"way": "pigeon"}), "t-incoming")) == 2
    assert len(csv_rows(client.get(LIST, {"export": "csv"}))) == 3


# --- one bulk ---------------------------------------------------------------------------------------


def test_bulk_shows_its_totals_and_its_answers() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-1"), receipt("R-2", amount="abc"), receipt("R-3", currency="QQQ"))
    found = page(bulk)
    assert "adds up to what was sent" in text_of(found)
    assert inline_code_of(found) == []
    rows = rows_of(found, "t-records")
    assert [row[:5] for row in rows] == [
        ["1", "R-1", "new", "–", "–"],
        ["2", "R-2", "in quarantine", "amount", "abc"],
        ["3", "R-3", "in quarantine", "currency", "QQQ"],
    ]
    assert "is not a number" in rows[1][5]
    assert len(rows_of(page(bulk, end="?outcome=quarantined"), "t-records")) == 2


def test_totals_that_the_sender_asked_for_stand_beside_those_found() -> None:
    asked = sent(BulkKind.RECEIPTS, totals(1, USD="50.00"), receipt("R-1"))
    assert asked.control == {"rows": 1, "sums": {"USD": "50.00"}}
    found = text_of(page(asked))
    assert "Its sender asked for these totals, and they agree: 1 record" in found
    assert found.count("USD: <b>50.00</b>") == 1
    assert "asked for no totals" in text_of(page(sent(BulkKind.RECEIPTS, receipt("R-2"))))
    assert sent(BulkKind.INVOICES, totals(rows=1), invoice(7)).control == {"rows": 1, "sums": None}


def test_bulk_of_invoices_leads_to_the_quarantine_of_rows() -> None:
    bulk = sent(BulkKind.INVOICES, invoice(1), invoice(2, amount="abc"))
    found = page(bulk)
    assert f"/imports/quarantine/?batch={bulk.batch_id}" in found.content.decode()
    assert "mend it" not in text_of(found)
    refused = sign_in("credit_analyst").post(f"{LIST}bulks/{bulk.pk}/replay/", follow=True)
    assert "Correct its rows on the Quarantine page" in text_of(refused)


def test_bulk_under_way_shows_its_progress_and_reloads_once_it_is_done() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-1"), in_background=True)
    assert "0 records read so far" in text_of(page(bulk))
    fragment = sign_in("auditor").get(f"{LIST}bulks/{bulk.pk}/", HTTP_HX_TARGET="import-progress")
    assert "<html" not in fragment.content.decode()
    Bulk.objects.update(state="done")
    done = sign_in("auditor").get(f"{LIST}bulks/{bulk.pk}/", HTTP_HX_TARGET="import-progress")
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")


def test_refused_bulk_says_why_and_that_nothing_was_posted() -> None:
    problem = {"code": "no_records", "detail": "x", "params": {}}
    bulk = Bulk.objects.create(
        kind="receipts",
        source="ERP",
        is_array=False,
        sha256="0" * 64,
        path="",
        size=1,
        state="refused",
        problem=problem,
    )
    found = text_of(page(bulk))
    assert "The body has no record. Nothing of it was posted." in found


def test_missing_bulk_and_record_are_not_found() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-1"))
    client = sign_in("auditor")
    assert client.get(f"{LIST}bulks/0/").status_code == 404
    assert client.get(f"{LIST}bulks/{bulk.pk}/1/").status_code == 404  # it was taken


# --- mending ----------------------------------------------------------------------------------------


def test_mended_record_is_taken_as_a_bulk_of_its_own() -> None:
    bulk = sent(BulkKind.RECEIPTS, totals(1, USD="0"), receipt("R-2", amount="abc", note="first"))
    record = page(bulk, end="1/")
    assert "is not a number" in text_of(record)
    assert 'value="abc"' in record.content.decode()
    done = mend(bulk, 1, amount="50.00", external_id="R-2", buyer="0042", currency="USD", received_on="2026-03-05")
    assert "The record is taken now." in text_of(done)
    assert str(Receipt.objects.get().amount) == "50.0000"
    decision = MendedRecord.objects.get()
    assert (decision.bulk_id, decision.position, decision.kind) == (bulk.pk, 1, "replayed")
    assert decision.became is not None
    assert decision.became.source == "ERP"
    assert "taken since" in text_of(page(bulk))
    assert bulk.records.get().outcome == "quarantined"  # what its sender was told


def test_record_that_is_still_wrong_stays_with_what_was_written() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-2", amount="abc"))
    done = mend(bulk, 1, amount="50.00", external_id="R-2", buyer="0042", currency="USD", received_on="soon")
    assert done.status_code == 422
    assert "is not a date" in text_of(done)
    assert 'value="soon"' in done.content.decode()
    assert Bulk.objects.count() == 1
    assert not MendedRecord.objects.exists()
    assert not Receipt.objects.exists()


def test_missing_field_is_offered_and_an_emptied_one_left_out() -> None:
    bulk = sent(BulkKind.BUYERS, {"external_id": "7", "colour": "red"})
    assert "colour" in text_of(page(bulk, end="1/"))
    done = mend(bulk, 1, external_id="7", colour="")
    assert 'name="cell-name"' in done.content.decode()
    mend(bulk, 1, external_id="7", name="Seven Ltd")
    assert Buyer.objects.get().name == "Seven Ltd"


def test_line_that_is_no_record_is_mended_as_text() -> None:
    bulk = sent(BulkKind.BUYERS, '{"external_id": "7", "name": ')
    assert "<textarea" in page(bulk, end="1/").content.decode()
    done = sign_in("credit_analyst").post(
        f"{LIST}bulks/{bulk.pk}/1/mend/", {"raw": '{"external_id": "7",\n "name": "Seven"}'}, follow=True
    )
    assert "The record is taken now." in text_of(done)
    assert Buyer.objects.get().name == "Seven"


def test_nested_values_and_numbers_keep_their_form() -> None:
    allocations = [{"invoice": "F-1", "amount": "80.00"}]
    bulk = sent(BulkKind.RECEIPTS, receipt("R-1", amount=50.25, allocations=allocations))
    assert "come to more" in text_of(page(bulk, end="1/"))
    fields = {"external_id": "R-1", "buyer": "0042", "currency": "USD", "received_on": "2026-03-05"}
    mend(bulk, 1, **fields, amount="50.25", allocations='[{"invoice": "F-1", "amount": "20.00"}]')
    assert str(Receipt.objects.get().amount) == "50.2500"


def test_all_open_records_are_sent_again_and_those_still_wrong_stay() -> None:
    dispute = {
        "external_id": "D-1",
        "invoice": "F-1",
        "amount": "10.00",
        "reason": "quality",
        "valid_from": "2026-03-05",
    }
    bulk = sent(BulkKind.DISPUTES, dispute, dispute | {"external_id": "D-2", "invoice": "F-2", "amount": "100.01"})
    sent(BulkKind.INVOICES, invoice(1), invoice(2))
    done = sign_in("credit_analyst").post(f"{LIST}bulks/{bulk.pk}/replay/", follow=True)
    assert "1 record is taken now, 1 record stays in quarantine." in text_of(done)
    assert DisputeVersion.objects.count() == 1
    assert [row[:2] for row in rows_of(sign_in("auditor").get(LIST, {"show": "todo"}), "t-incoming")] == [
        [f"disputes #{bulk.pk}", "REST"]
    ]


def test_a_record_sent_again_keeps_every_character() -> None:
    name = "Sieben\u2028Brücke"
    line = json.dumps({"external_id": "0042", "name": name, "country": "XX"}, ensure_ascii=False)
    bulk = sent(BulkKind.BUYERS, line)
    send_again(
        bulk.pk, actor=User.objects.create(username="eva", role="credit_analyst"), mended={1: line.replace("XX", "DE")}
    )
    assert Buyer.objects.get().name == name


def test_record_is_set_aside_once() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-2", amount="abc"))
    client = sign_in("credit_analyst")
    assert "Discarded" in text_of(client.post(f"{LIST}bulks/{bulk.pk}/1/discard/", follow=True))
    assert "discarded" in text_of(page(bulk, end="1/"))
    again = client.post(f"{LIST}bulks/{bulk.pk}/1/discard/", follow=True)
    assert "The current state is" in text_of(again)
    assert rows_of(client.get(LIST, {"show": "todo"}), "t-incoming") == []
    assert AuditEvent.objects.filter(action="invoices.bulk.records_discarded").count() == 1


def test_records_that_are_no_longer_kept_cannot_be_mended() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-2", amount="abc"))
    assert bulk.finished_at is not None
    forget_records(before=bulk.finished_at.replace(year=2100))
    assert rows_of(sign_in("auditor").get(LIST, {"show": "todo"}), "t-incoming") == []
    assert mend(bulk, 1, amount="1.00").status_code == 404


def test_a_record_that_came_early_says_what_it_waits_for_and_what_became_of_it() -> None:
    early = {"external_id": "W-1", "invoice": "F-1", "currency": "USD", "amount": "100.01"}
    bulk = sent(BulkKind.WRITE_OFFS, early | {"written_off_on": "2026-04-01", "reason": "insolvent"})
    assert "waits for it" in text_of(page(bulk))
    assert "sent again by itself once F-1 is there" in text_of(page(bulk, end="1/"))
    assert "to decide" not in text_of(page(bulk))
    assert rows_of(sign_in("auditor").get(LIST, {"show": "todo"}), "t-incoming") == []
    sent(BulkKind.INVOICES, invoice(1))
    assert take_arrived() == 0
    assert "tried again" in text_of(page(bulk))
    assert "1 record to decide" in text_of(page(bulk))
    shown = text_of(page(bulk, end="1/"))
    assert "is not on record" not in shown
    assert "100.01" in shown


def test_a_record_taken_without_anybody_says_so() -> None:
    early = {"external_id": "W-1", "invoice": "F-1", "currency": "USD", "amount": "100"}
    bulk = sent(BulkKind.WRITE_OFFS, early | {"written_off_on": "2026-04-01", "reason": "insolvent"})
    sent(BulkKind.INVOICES, invoice(1))
    assert take_arrived() == 1
    shown = text_of(page(bulk))
    assert "taken since" in shown
    assert "by itself" in shown


# --- who may, and at what cost ----------------------------------------------------------------------


def test_those_who_see_the_portfolio_look_and_the_others_do_not() -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-2", amount="abc"))
    for end in ("", "1/"):
        check_denied(f"{LIST}bulks/{bulk.pk}/{end}", "sales", "administrator")
        for role in PORTFOLIO:
            assert page(bulk, role, end).status_code == 200


@pytest.mark.parametrize("end", ["replay/", "1/mend/", "1/discard/"])
def test_auditor_changes_nothing(end: str) -> None:
    bulk = sent(BulkKind.RECEIPTS, receipt("R-2", amount="abc"))
    before = AuditEvent.objects.count()
    check_denied(f"{LIST}bulks/{bulk.pk}/{end}", "auditor", "sales", "administrator", method="post")
    assert "Send it again" not in text_of(page(bulk, "auditor", "1/"))
    assert (Bulk.objects.count(), AuditEvent.objects.count()) == (1, before)


@pytest.mark.parametrize("end", ["", "1/"])
def test_query_budget_is_kept(end: str) -> None:
    bulk = sent(BulkKind.RECEIPTS, *(receipt(f"R-{n}", amount="abc") for n in range(60)))
    client = sign_in("credit_analyst")
    client.get(LIST)
    with query_budget(f"PAGE /imports/bulks/{{bulk}}/{end}"):
        assert client.get(f"{LIST}bulks/{bulk.pk}/{end}").status_code == 200
