"""Every public e-invoice ends in the ledger with its own totals, or waits with a reason; sent twice, once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from core.models import User
from invoices.intake.documents import read_document
from invoices.intake.einvoices.records import EInvoice
from invoices.intake.reasons import words
from invoices.models import ControlBalance, Entry, IncomingDocument
from invoices.queries.verify import verify_ledger
from invoices.services.documents.deciding import confirm_buyer, set_due_date
from invoices.services.documents.sellers import add_own_seller
from tests.integration.invoices.documents.made import TODAY, receive
from tests.public_files import public_files

pytestmark = pytest.mark.django_db
FILES = public_files("einvoices", "*.xml")
needs_files = pytest.mark.usefixtures("shared_data")
ASKED_BUYER, ASKED_DATE = {"buyer_unmatched", "buyer_doubtful"}, {"due_missing", "due_unclear", "due_before_issue"}


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def read(path: Path) -> EInvoice:
    found = read_document(path.read_bytes()).invoice
    assert found is not None
    return found


def all_sellers_are_ours() -> None:
    for seller in {(one.seller.name, one.seller.vat_id) for one in map(read, FILES)}:
        add_own_seller(name=seller[0], vat_id=seller[1])


def owed(currency: str) -> Decimal:
    """What all buyers owe together, money and credits taken off."""
    names = ("receivable", "unapplied_cash", "unapplied_credit")
    sums = ControlBalance.objects.filter(currency=currency).aggregate(**{name: Sum(name) for name in names})
    receivable, cash, credit = (sums[name] or Decimal(0) for name in names)
    return receivable - cash - credit


def settled(row: IncomingDocument, invoice: EInvoice, person: User) -> IncomingDocument:
    """What a person would say, until nothing more is asked."""
    for _question in range(3):
        code = row.problem["code"] if row.state == "waiting" and row.problem else ""
        if code in ASKED_BUYER:
            row = confirm_buyer(row.pk, buyer_id=None, actor=person, today=TODAY)
        elif code in ASKED_DATE:
            row = set_due_date(row.pk, due_date=invoice.issue_date + timedelta(30), actor=person, today=TODAY)
    return row


@needs_files
def test_every_file_ends_in_the_ledger_with_its_own_totals_or_says_why() -> None:
    all_sellers_are_ours()
    person = User.objects.create(username="ana", role="credit_analyst")
    ends: Counter[str] = Counter()
    for path in FILES:
        invoice = read(path)
        before = owed(invoice.currency)
        row = settled(receive(path.read_bytes(), source=path.name[:60]), invoice, person)
        moved = owed(invoice.currency) - before
        ends[row.state] += 1
        assert moved == (invoice.sign * invoice.totals.payable if row.state == "posted" else 0), path.name
        if row.problem:
            ends[row.problem["code"]] += 1
            assert "?" not in words(row.problem["code"], row.problem["params"]), path.name
    assert verify_ledger().is_ok
    assert (ends["waiting"], ends["prepaid_negative"]) == (1, 1), ends
    assert set(ends) <= {"posted", "unchanged", "waiting", "prepaid_negative"}, ends


@needs_files
def test_all_files_of_one_source_twice_change_nothing_the_second_time() -> None:
    all_sellers_are_ours()
    first = [receive(path.read_bytes()) for path in FILES]
    entries, balances = Entry.objects.count(), list(ControlBalance.objects.order_by("pk").values())
    second = [receive(path.read_bytes()) for path in FILES]
    assert [(row.pk, row.state) for row in second] == [(row.pk, row.state) for row in first]
    assert (Entry.objects.count(), list(ControlBalance.objects.order_by("pk").values())) == (entries, balances)


@needs_files
def test_without_own_sellers_nothing_is_posted() -> None:
    rows = [receive(path.read_bytes()) for path in FILES]
    assert {row.problem["code"] for row in rows} == {"seller_unknown"}
    assert Entry.objects.count() == 0
