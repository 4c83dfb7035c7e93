"""Suspense on the Imports page: what waits, why, and what a person decides."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.models import AuditEvent
from invoices.domain.bulks import BulkKind
from invoices.models import Entry, Invoice, SuspendedAllocation
from tests.budgets import query_budget
from tests.integration.api.bulks import invoice
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, rows_of
from tests.integration.dashboard.test_bulks import receipt, sent

pytestmark = pytest.mark.django_db
LIST = "/imports/suspense/"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def waiting() -> SuspendedAllocation:
    """40 of receipt R-1 for invoice F-9, which is not there; F-1 of the same buyer is."""
    sent(BulkKind.INVOICES, invoice(1))
    sent(BulkKind.RECEIPTS, receipt("R-1", allocations=[{"invoice": "F-9", "amount": "40.00"}]))
    return SuspendedAllocation.objects.get()


def post(row: SuspendedAllocation, verb: str, role: str = "credit_analyst", **given: Any) -> Any:
    data = {f"{verb}-{name}": value for name, value in given.items()}
    return sign_in(role).post(f"{LIST}{row.pk}/{verb}/", data, follow=True)


def test_what_waits_is_shown_with_its_reason(waiting: SuspendedAllocation) -> None:
    sent(BulkKind.RECEIPTS, receipt("R-2", amount="500.00", allocations=[{"invoice": "F-1", "amount": "300.00"}]))
    rows = rows_of(sign_in("auditor").get(LIST), "t-suspense")
    assert [[row[n] for n in (0, 4, 5, 8)] for row in rows] == [
        ["R-1", "F-9", "40.00", "Its invoice has not come yet."],
        ["R-2", "F-1", "300.00", "The invoice has less open than that."],
    ]
    assert len(csv_rows(sign_in("auditor").get(LIST, {"export": "csv"}))) == 3


def test_it_allocates_itself_and_leaves_the_list(waiting: SuspendedAllocation) -> None:
    sent(BulkKind.INVOICES, invoice(9))
    client = sign_in("auditor")
    assert "Nothing is in suspense" in text_of(client.get(LIST))
    assert rows_of(client.get(LIST, {"state": "allocated"}), "t-suspense")[0][0] == "R-1"


def test_person_allocates_it_elsewhere(waiting: SuspendedAllocation) -> None:
    other = Invoice.objects.get()
    found = sign_in("credit_analyst").get(f"{LIST}{waiting.pk}/")
    assert "F-1 · Acme" in text_of(found)
    assert inline_code_of(found) == []
    assert "It is allocated." in text_of(post(waiting, "move", invoice=other.pk, amount="40.00"))
    entry = Entry.objects.get(kind="receipt")
    assert (entry.invoice_id, entry.amount) == (other.pk, Decimal(-40))
    waiting.refresh_from_db()
    assert waiting.state == "moved"
    assert AuditEvent.objects.get(action="invoices.suspense.moved").data["invoice_asked"] == "F-9"


def test_more_than_there_is_is_refused_at_the_form(waiting: SuspendedAllocation) -> None:
    done = post(waiting, "move", invoice=Invoice.objects.get().pk, amount="70.00")
    assert done.status_code == 422
    assert "R-1" in text_of(done)
    assert not Entry.objects.filter(kind="receipt").exists()
    assert post(waiting, "move", invoice=0, amount="1.00").status_code == 422


def test_withdrawn_stays_withdrawn_when_the_source_says_the_same_again(waiting: SuspendedAllocation) -> None:
    assert "its money stays unapplied" in text_of(post(waiting, "withdraw", reason="paid twice"))
    again = sent(BulkKind.RECEIPTS, receipt("R-1", allocations=[{"invoice": "F-9", "amount": "40.00"}]))
    assert (again.unchanged, again.updated) == (1, 0)
    sent(BulkKind.INVOICES, invoice(9))
    assert not Entry.objects.filter(kind="receipt").exists()
    assert SuspendedAllocation.objects.get().state == "withdrawn"


def test_another_amount_from_the_source_is_asked_anew(waiting: SuspendedAllocation) -> None:
    post(waiting, "withdraw", reason="wrong amount")
    again = sent(BulkKind.RECEIPTS, receipt("R-1", allocations=[{"invoice": "F-9", "amount": "30.00"}]))
    assert again.updated == 1
    row = SuspendedAllocation.objects.get()
    assert (row.state, row.amount) == ("waiting", Decimal(30))


def test_source_that_no_longer_asks_leaves_the_decision_alone(waiting: SuspendedAllocation) -> None:
    post(waiting, "withdraw", reason="x")
    again = sent(BulkKind.RECEIPTS, receipt("R-1", allocations=[]))
    assert again.unchanged == 1
    assert SuspendedAllocation.objects.get().state == "withdrawn"


def test_decision_needs_a_reason_and_is_made_once(waiting: SuspendedAllocation) -> None:
    assert post(waiting, "withdraw", reason="").status_code == 422
    post(waiting, "withdraw", reason="x")
    assert "The current state is" in text_of(post(waiting, "withdraw", reason="y"))
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{waiting.pk}/"))
    assert "withdrawn" in page
    assert "What do you do?" not in page


def test_document_that_is_not_there_cannot_be_allocated() -> None:
    row = SuspendedAllocation.objects.create(
        source="ERP", kind="credit_note", document="C-1", invoice="F-1", amount=Decimal(5)
    )
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{row.pk}/"))
    assert "has not come yet" in page
    assert "Allocate it to this invoice" not in page
    assert sign_in("credit_analyst").get(f"{LIST}0/").status_code == 404


def test_who_may_look_and_who_may_decide(waiting: SuspendedAllocation) -> None:
    for address in (LIST, f"{LIST}{waiting.pk}/"):
        check_denied(address, "sales", "administrator")
        for role in PORTFOLIO:
            assert sign_in(role).get(address).status_code == 200
    for verb in ("move", "withdraw"):
        check_denied(f"{LIST}{waiting.pk}/{verb}/", "auditor", "sales", "administrator", method="post")
    assert "What do you do?" not in text_of(sign_in("auditor").get(f"{LIST}{waiting.pk}/"))
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


@pytest.mark.parametrize("end", ["", "{row}/"])
def test_query_budget_is_kept(end: str, waiting: SuspendedAllocation) -> None:
    client = sign_in("credit_analyst")
    client.get(LIST)
    with query_budget(f"PAGE {LIST}{end}"):
        assert client.get(LIST + end.format(row=waiting.pk)).status_code == 200
