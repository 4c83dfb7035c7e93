"""The same file sent at the same time from everywhere is one document and one invoice."""

from __future__ import annotations

import pytest

from core.models import SealedDocument
from invoices.models import Entry, IncomingDocument, Invoice
from invoices.queries.verify import verify_ledger
from tests.integration.invoices.documents.made import einvoice, own_seller, receive
from tests.integration.invoices.test_parallel_postings import TOGETHER, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_file_at_once_is_posted_once() -> None:
    own_seller()
    assert at_once(lambda _: receive(einvoice(prepaid="19.00"))) == [""] * TOGETHER
    assert (IncomingDocument.objects.count(), Invoice.objects.count(), Entry.objects.count()) == (1, 1, 2)
    assert verify_ledger().is_ok


def test_many_files_of_one_source_at_once_are_all_posted() -> None:
    own_seller()
    assert at_once(lambda number: receive(einvoice(f"F-{number}"))) == [""] * TOGETHER
    assert {row.state for row in IncomingDocument.objects.all()} == {"posted"}


def test_the_same_file_of_two_sources_at_once_is_sealed_once() -> None:
    own_seller()
    at_once(lambda number: receive(einvoice(), source=f"s{number}"))
    assert (SealedDocument.objects.count(), IncomingDocument.objects.count()) == (1, TOGETHER)
