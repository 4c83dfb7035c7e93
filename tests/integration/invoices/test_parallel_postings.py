"""Postings at the same time: never more than there is, and no deadlock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.errors import DomainError
from invoices.models import ControlBalance, Entry
from invoices.queries.verify import verify_ledger
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)

TOGETHER = 6


def at_once(work: Callable[[int], object]) -> list[str]:
    """Run ``work`` in parallel from one starting line; the codes of what was refused, "" for what went through."""
    barrier = Barrier(TOGETHER)

    def one(number: int) -> str:
        barrier.wait(timeout=PATIENCE_S)
        try:
            work(number)
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, range(TOGETHER)))


def test_one_receipt_is_never_used_twice() -> None:
    buyer = make_buyer()
    invoices = [make_invoice(buyer, "100") for _ in range(TOGETHER)]
    receipt = make_receipt(buyer, "250", day="2026-04-10")
    codes = at_once(lambda n: allocate(receipt, invoices[n], "100", day="2026-04-10"))
    assert sorted(codes) == ["", ""] + ["nothing_left"] * (TOGETHER - 2)
    assert ControlBalance.objects.get().unapplied_cash == 50
    assert verify_ledger().is_ok


def test_one_invoice_is_never_paid_twice() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    receipts = [make_receipt(buyer, "60", day="2026-04-10") for _ in range(TOGETHER)]
    codes = at_once(lambda n: allocate(receipts[n], invoice, "60", day="2026-04-10"))
    assert sorted(codes) == [""] + ["over_allocation"] * (TOGETHER - 1)
    invoice.refresh_from_db()
    assert invoice.open_amount == 40
    assert Entry.objects.filter(invoice=invoice).count() == 2
    assert verify_ledger().is_ok
