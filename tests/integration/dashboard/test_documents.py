"""Documents on the Imports page: uploaded, shown, their buyer and due date said by a person, files downloaded."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from buyers.models import Buyer
from core.models import AuditEvent
from core.services.documents import open_sealed
from invoices.models import ImportBatch, IncomingDocument, Invoice, OwnSeller
from tests.budgets import query_budget
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, rows_of
from tests.integration.invoices.documents.made import einvoice, own_seller, receive
from tests.unit.invoices.intake.made import MT940, MT942

pytestmark = pytest.mark.django_db
LIST = "/imports/documents/"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def waiting() -> IncomingDocument:
    """Its buyer is on record under a similar name."""
    own_seller()
    Buyer.objects.create(code="0042", name="Buyers SA")
    row: IncomingDocument = receive(einvoice(), creates_buyers=False)
    assert row.state == "waiting"
    return row


def upload(data: bytes, name: str = "f.xml", role: str = "credit_analyst") -> Any:
    given = {"file": SimpleUploadedFile(name, data), "profile": "generic_invoices"}
    return sign_in(role).post("/imports/", given, follow=True)


def post(row: IncomingDocument, verb: str, role: str = "credit_analyst", **given: Any) -> Any:
    data = {f"{verb}-{name}": value for name, value in given.items()}
    return sign_in(role).post(f"{LIST}{row.pk}/{verb}/", data, follow=True)


# --- upload -----------------------------------------------------------------------------------------


def test_content_decides_that_a_file_is_a_document() -> None:
    own_seller()
    page = upload(einvoice("F-77"), name="renamed.csv")
    assert "Prepaid" not in text_of(page)
    assert "EUR 119.00" in text_of(page)
    row = IncomingDocument.objects.get()
    assert (row.number, row.source, row.kind) == ("F-77", "order-desk", "einvoice")
    assert not ImportBatch.objects.exists()


def test_same_document_again_is_the_same_document() -> None:
    own_seller()
    first, second = upload(einvoice()), upload(einvoice(), name="copy.xml")
    assert first.redirect_chain == second.redirect_chain
    assert IncomingDocument.objects.count() == 1


def test_broken_document_is_refused_with_its_reason_and_kept() -> None:
    own_seller()
    page = upload(
        einvoice().replace(b'PayableAmount currencyID="EUR">119.00', b'PayableAmount currencyID="EUR">120.00')
    )
    row = IncomingDocument.objects.get()
    assert row.state == "refused"
    assert "refused" in text_of(page)
    assert "What do you do?" not in text_of(page)
    assert not Invoice.objects.exists()


def test_documents_stand_in_the_list_of_what_came_in(waiting: IncomingDocument) -> None:
    rows = rows_of(sign_in("auditor").get("/imports/", {"show": "todo"}), "t-incoming")
    assert [row[:4] for row in rows] == [["f.xml", "documents", "erp", "waiting"]]
    assert "EUR: 119.00" in rows[0][9]


def test_bank_statements_stand_there_with_their_lines_and_sums() -> None:
    receive(MT942.replace("EC50", "C50").encode(), name="day.sta", source="bank")
    receive(MT940.encode(), name="booked.sta", source="bank")
    receive((MT940 + "\n").encode(), name="again.sta", source="bank")
    rows = rows_of(sign_in("auditor").get("/imports/", {"way": "document"}), "t-incoming")
    assert [[row[n] for n in (0, 3, 4, 5, 7, 9)] for row in rows] == [
        ["again.sta", "known already", "1", "0", "1", "EUR: 50.00"],
        ["booked.sta", "posted", "1", "0", "1", "EUR: 50.00"],
        ["day.sta", "posted", "2", "2", "0", "EUR: 42.50"],
    ]


# --- the pages --------------------------------------------------------------------------------------


def test_list_is_filtered_and_comes_as_a_file(waiting: IncomingDocument) -> None:
    client = sign_in("auditor")
    (row,) = rows_of(client.get(LIST, {"state": "waiting", "kind": "einvoice", "q": "f-1"}), "t-documents")
    assert row[:6] == ["f.xml", "e-invoice", "F-1", "Buyer SA", "EUR 119.00", "2026-03-31"]
    assert "may be a buyer on record" in row[7]
    assert rows_of(client.get(LIST, {"state": "posted"}), "t-documents") == []
    assert len(rows_of(client.get(LIST, {"state": "burnt", "kind": "x"}), "t-documents")) == 1
    assert len(csv_rows(client.get(LIST, {"export": "csv"}))) == 2


def test_document_shows_what_was_read_and_what_it_waits_for(waiting: IncomingDocument) -> None:
    response = sign_in("credit_analyst").get(f"{LIST}{waiting.pk}/")
    page = text_of(response)
    for words in (
        "Seller AG",
        "Buyer SA",
        "EUR 119.00",
        "0042 · Buyers SA",
        "a similar name",
        "the original, sealed",
    ):
        assert words in page, words
    assert inline_code_of(response) == []
    assert "What do you do?" not in text_of(sign_in("auditor").get(f"{LIST}{waiting.pk}/"))


def test_page_asks_only_for_what_the_document_lacks(waiting: IncomingDocument) -> None:
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{waiting.pk}/"))
    assert ("It is this buyer" in page, "It is due on this day" in page, "Discard it" in page) == (True, False, True)
    post(waiting, "buyer", choice=Buyer.objects.get().pk)
    undated = receive(einvoice("F-2", due=None), name="undated.xml")
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{undated.pk}/"))
    assert ("It is this buyer" in page, "It is due on this day" in page) == (False, True)
    OwnSeller.objects.all().delete()
    strange = receive(einvoice("F-3"), name="strange.xml")
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{strange.pk}/"))
    assert ("It is this buyer" in page, "It is due on this day" in page, "Try it again" in page) == (False, False, True)


def test_missing_document_is_not_found() -> None:
    for end in ("0/", "0/file/", "0/attachments/1/"):
        assert sign_in("auditor").get(LIST + end).status_code == 404


# --- what a person says -----------------------------------------------------------------------------


def test_confirmed_candidate_posts_the_invoice(waiting: IncomingDocument) -> None:
    page = text_of(post(waiting, "buyer", choice=Buyer.objects.get().pk))
    assert "Posted." in page
    invoice = Invoice.objects.get()
    assert (invoice.buyer.code, str(invoice.amount)) == ("0042", "119.0000")
    assert f"/invoices/{invoice.pk}/" in sign_in("auditor").get(f"{LIST}{waiting.pk}/").content.decode()


def test_another_buyer_is_found_by_its_code(waiting: IncomingDocument) -> None:
    Buyer.objects.create(code="0099", name="Quite Another")
    assert post(waiting, "buyer", choice="other", other="NOBODY").status_code == 422
    post(waiting, "buyer", choice="other", other="0099 · Quite Another")
    assert Invoice.objects.get().buyer.code == "0099"


def test_new_buyer_is_made_of_the_documents_words(waiting: IncomingDocument) -> None:
    post(waiting, "buyer", choice="new")
    assert Invoice.objects.get().buyer.name == "Buyer SA"
    assert Buyer.objects.count() == 2


def test_choice_that_was_not_offered_is_refused(waiting: IncomingDocument) -> None:
    assert post(waiting, "buyer", choice="777").status_code == 422
    assert post(waiting, "buyer").status_code == 422
    assert not Invoice.objects.exists()


def test_due_date_is_given_and_refused_before_the_invoice() -> None:
    own_seller()
    row = receive(einvoice(due=None))
    assert "does not say when" in text_of(sign_in("auditor").get(f"{LIST}{row.pk}/"))
    early = post(row, "due", due_date="2026-02-01")
    assert early.status_code == 422
    assert "must lie between" in text_of(early)
    assert "still waits" in text_of(post(row, "due", due_date="2026-04-30"))
    post(row, "buyer", choice="new")
    assert Invoice.objects.get().due_date.isoformat() == "2026-04-30"


def test_discarded_needs_a_reason_and_stays_on_record(waiting: IncomingDocument) -> None:
    assert post(waiting, "discard", reason="").status_code == 422
    assert "Discarded" in text_of(post(waiting, "discard", reason="not ours"))
    assert "not ours" in text_of(sign_in("auditor").get(f"{LIST}{waiting.pk}/"))
    again = post(waiting, "discard", reason="twice")
    assert again.status_code == 422
    assert "The current state is" in text_of(again)


def test_document_is_tried_again_once_the_seller_is_known() -> None:
    Buyer.objects.create(code="0042", name="Buyer SA")
    row = receive(einvoice(), creates_buyers=False)
    assert "none of our own companies" in text_of(sign_in("auditor").get(f"{LIST}{row.pk}/"))
    own_seller()
    post(row, "again")
    row.refresh_from_db()
    assert row.problem is None or row.problem["code"] != "seller_unknown"


# --- files ------------------------------------------------------------------------------------------


def test_original_and_attachments_are_downloads_that_no_browser_runs() -> None:
    own_seller()
    html = base64.b64encode(b"<script>alert(1)</script>").decode()
    row = receive(einvoice(attachment=("plan.html", html)))
    client = sign_in("auditor")
    original, inside = client.get(f"{LIST}{row.pk}/file/"), client.get(f"{LIST}{row.pk}/attachments/1/")
    assert original.content == open_sealed(row.sealed)
    assert inside.content == b"<script>alert(1)</script>"
    for response in (original, inside):
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{LIST}{row.pk}/attachments/9/").status_code == 404


# --- our own companies ------------------------------------------------------------------------------


def test_manager_adds_and_ends_one_of_our_companies() -> None:
    client = sign_in("credit_manager")
    assert client.post("/imports/sellers/add/", {"name": ""}).status_code == 422
    client.post("/imports/sellers/add/", {"name": "Seller AG", "vat_id": "DE136695976"})
    seller = OwnSeller.objects.get()
    assert "Seller AG" in text_of(client.get("/imports/sellers/"))
    client.post(f"/imports/sellers/{seller.pk}/end/")
    assert "None of our companies" in text_of(client.get("/imports/sellers/"))


# --- who may, and at what cost ----------------------------------------------------------------------


def test_those_who_see_the_portfolio_look(waiting: IncomingDocument) -> None:
    for address in (LIST, f"{LIST}{waiting.pk}/", f"{LIST}{waiting.pk}/file/", "/imports/sellers/"):
        check_denied(address, "sales", "administrator")
        for role in PORTFOLIO:
            assert sign_in(role).get(address).status_code == 200


def test_others_change_nothing(waiting: IncomingDocument) -> None:
    before = AuditEvent.objects.count()
    for verb in ("buyer", "due", "again", "discard"):
        check_denied(f"{LIST}{waiting.pk}/{verb}/", "auditor", "sales", "administrator", method="post")
    for address in ("/imports/sellers/add/", f"/imports/sellers/{OwnSeller.objects.get().pk}/end/"):
        check_denied(address, "auditor", "credit_analyst", "sales", "administrator", method="post")
    assert upload(einvoice("F-9"), role="auditor").status_code == 422
    assert (IncomingDocument.objects.count(), AuditEvent.objects.count()) == (1, before)


@pytest.mark.parametrize("address", [LIST, LIST + "{row}/", "/imports/sellers/"])
def test_query_budget_is_kept(address: str, waiting: IncomingDocument) -> None:
    client = sign_in("credit_analyst")
    client.get("/imports/")
    with query_budget(f"PAGE {address}"):
        assert client.get(address.format(row=waiting.pk)).status_code == 200
