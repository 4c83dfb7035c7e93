"""Bulk postings at the same time: nothing twice, nothing lost, balances equal to the entries, no deadlock."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal as D
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from buyers.models import Buyer, BuyerGroup
from core.errors import DomainError
from core.queries.counters import LEDGER, get_version
from invoices.models import ControlBalance, Entry, Invoice, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bulk import BulkResult, EntryRow, InvoiceRow, KindCount, ReceiptRow, post_bulk
from invoices.services.posting.issue import NewInvoice, issue_invoice
from tests.integration.invoices.builders import allocate, make_buyer, make_receipt
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ISSUED, DUE, PAID = date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 10)
MANY = 240  # enough to be joined by hash, as a file is
PATIENCE_S = 60


@pytest.fixture
def buyers() -> list[Buyer]:
    """Five of one group, so that each may pay for the others."""
    group = BuyerGroup.objects.create(code="G", name="Group")
    return [make_buyer(group=group) for _ in range(5)]


def invoice(buyers: list[Buyer], number: int, amount: str = "100") -> InvoiceRow:
    buyer = buyers[number % len(buyers)]
    return InvoiceRow(buyer.pk, "erp", str(number), f"INV-{number}", "USD", D(amount), ISSUED, DUE)


def payment(buyers: list[Buyer], number: int, amount: str, by: str) -> tuple[ReceiptRow, EntryRow]:
    """Money of the next buyer of the group for this invoice."""
    payer = buyers[(number + 1) % len(buyers)]
    key = f"{by}-{number}"
    receipt = ReceiptRow(payer.pk, "erp", key, "USD", D(amount), PAID)
    return receipt, EntryRow("erp", str(number), "receipt", -D(amount), PAID, key)


def post_payments(buyers: list[Buyer], numbers: range, amount: str, by: str) -> BulkResult:
    receipts, entries = zip(*(payment(buyers, number, amount, by) for number in numbers), strict=True)
    return post_bulk(receipts=receipts, entries=entries)


def post_invoices(buyers: list[Buyer], numbers: range) -> BulkResult:
    return post_bulk(invoices=[invoice(buyers, number) for number in numbers])


def in_thread(work: Callable[[], object]) -> object:
    """On a connection of its own, which ends with it; a refusal is an answer, anything else fails the test."""
    try:
        return work()
    except DomainError as refused:
        return refused
    finally:
        connection.close()


def at_once(*works: Callable[[], object]) -> list[object]:
    """From one starting line; what each gave back."""
    barrier = Barrier(len(works))

    def start(work: Callable[[], object]) -> object:
        barrier.wait(timeout=PATIENCE_S)
        return in_thread(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def while_uncommitted(
    first: Callable[[], object], *, commit: bool = True
) -> Iterator[Callable[[Future[object]], None]]:
    """Inside, ``first`` is written but not committed; call what is yielded once a second one should stand behind it."""
    written, go_on = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            first()
            written.set()
            assert go_on.wait(timeout=PATIENCE_S)
            transaction.set_rollback(not commit)

    def release_once_behind(second: Future[object]) -> None:
        wait_until("the second posting waits for the first", lambda: second.done() or is_somebody_waiting())
        assert not second.done()
        go_on.set()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(in_thread, hold)
        try:
            assert written.wait(timeout=PATIENCE_S)
            yield release_once_behind
        finally:
            go_on.set()
        holding.result(timeout=PATIENCE_S)


def second_behind(first: Callable[[], object], second: Callable[[], object], *, commit: bool = True) -> object:
    """What ``second`` gives that began while ``first`` was not committed yet."""
    with while_uncommitted(first, commit=commit) as release_once_behind, ThreadPoolExecutor(1) as pool:
        behind = pool.submit(in_thread, second)
        release_once_behind(behind)
        return behind.result(timeout=PATIENCE_S)


def assert_proved(*, receivable: int, cash: int = 0) -> None:
    """Copies and control balances equal the entries, and together they are what was expected."""
    assert verify_ledger().is_ok
    totals = ControlBalance.objects.aggregate(receivable=Sum("receivable"), cash=Sum("unapplied_cash"))
    assert totals == {"receivable": receivable, "cash": cash}
    assert Invoice.objects.aggregate(open=Sum("open_amount"))["open"] == receivable


def test_the_same_file_behind_an_uncommitted_one_finds_everything_unchanged(buyers: list[Buyer]) -> None:
    def post() -> BulkResult:
        rows = [payment(buyers, number, "60", "r") for number in range(MANY)]
        return post_bulk(
            invoices=[invoice(buyers, number) for number in range(MANY)],
            receipts=[receipt for receipt, _ in rows],
            entries=[entry for _, entry in rows],
        )

    second = second_behind(post, post)
    assert isinstance(second, BulkResult)
    assert second.invoices == second.receipts == second.entries == KindCount(MANY, 0, MANY, 0)
    assert second.contradictions == []
    assert (Invoice.objects.count(), Receipt.objects.count(), Entry.objects.count()) == (MANY, MANY, 2 * MANY)
    assert_proved(receivable=40 * MANY)


def test_behind_one_that_is_rolled_back_everything_is_new(buyers: list[Buyer]) -> None:
    def post() -> BulkResult:
        return post_invoices(buyers, range(MANY))

    second = second_behind(post, post, commit=False)
    assert isinstance(second, BulkResult)
    assert second.invoices == KindCount(MANY, MANY, 0, 0)
    assert get_version(LEDGER) == 1
    assert_proved(receivable=100 * MANY)


def test_a_payment_behind_another_of_the_same_invoices_sees_what_is_left(buyers: list[Buyer]) -> None:
    post_invoices(buyers, range(MANY))
    second = second_behind(
        lambda: post_payments(buyers, range(MANY), "60", "first"),
        lambda: post_payments(buyers, range(MANY), "60", "second"),
    )
    assert isinstance(second, BulkResult)
    assert {c.code for c in second.contradictions} == {"over_allocation"}
    assert (second.entries.created, second.entries.refused, second.receipts.created) == (0, MANY, 0)
    assert set(Invoice.objects.values_list("open_amount", flat=True)) == {40}
    assert_proved(receivable=40 * MANY)


def test_one_receipt_is_never_used_twice(buyers: list[Buyer]) -> None:
    post_invoices(buyers, range(4))
    post_bulk(receipts=[ReceiptRow(buyers[0].pk, "erp", "one", "USD", D(250), PAID)])

    def pay(*numbers: int) -> BulkResult:
        return post_bulk(entries=[EntryRow("erp", str(n), "receipt", D(-100), PAID, "one") for n in numbers])

    second = second_behind(lambda: pay(0, 1), lambda: pay(2, 3))
    assert isinstance(second, BulkResult)
    assert {c.code for c in second.contradictions} == {"nothing_left"}
    assert_proved(receivable=200, cash=50)


def test_a_file_behind_a_person_who_uses_the_same_receipt_sees_what_is_left(buyers: list[Buyer]) -> None:
    post_invoices(buyers, range(3))
    post_bulk(receipts=[ReceiptRow(buyers[0].pk, "erp", "one", "USD", D(250), PAID)])
    receipt, first = Receipt.objects.get(), Invoice.objects.get(external_id="0")
    second = second_behind(
        lambda: allocate(receipt, first, "100", day="2026-02-10"),
        lambda: post_bulk(entries=[EntryRow("erp", n, "receipt", D(-100), PAID, "one") for n in ("1", "2")]),
    )
    assert isinstance(second, BulkResult)
    assert {c.code for c in second.contradictions} == {"nothing_left"}
    assert_proved(receivable=200, cash=150)


def test_a_file_behind_a_single_invoice_of_its_own_is_asked_to_try_again(buyers: list[Buyer]) -> None:
    def issue() -> Invoice:
        return issue_invoice(
            NewInvoice(
                buyer_id=buyers[2].pk,
                source="erp",
                external_id="7",
                number="INV-7",
                currency="USD",
                amount=D(100),
                invoice_date=ISSUED,
                due_date=DUE,
            )
        )

    refused = second_behind(issue, lambda: post_invoices(buyers, range(MANY)))
    assert isinstance(refused, DomainError)
    assert refused.code == "ledger_changed"
    assert Invoice.objects.count() == 1
    assert post_invoices(buyers, range(MANY)).invoices == KindCount(MANY, MANY - 1, 1, 0)
    assert_proved(receivable=100 * MANY)


def test_files_that_overlap_in_opposite_orders_add_up(buyers: list[Buyer]) -> None:
    ranges = (range(MANY), range(2 * MANY - 1, MANY // 2 - 1, -1), range(MANY // 2, MANY + MANY // 2))
    results = at_once(*(lambda numbers=numbers: post_invoices(buyers, numbers) for numbers in ranges))
    created = [result.invoices.created for result in results if isinstance(result, BulkResult)]
    assert (len(created), sum(created)) == (3, 2 * MANY)
    assert Entry.objects.filter(kind="issue").count() == 2 * MANY
    assert_proved(receivable=200 * MANY)


def test_files_and_single_payments_on_the_same_invoices_do_not_block_each_other(buyers: list[Buyer]) -> None:
    """Two files pay 30 of each invoice; two people pay 30 more each, in opposite orders: one of the four is refused."""
    count = 40
    post_invoices(buyers, range(count))
    invoices = list(Invoice.objects.order_by("pk"))
    receipts = [make_receipt(buyer, str(30 * count), day="2026-02-10") for buyer in buyers[:2]]

    def one_by_one(receipt: Receipt, todo: list[Invoice]) -> list[str]:
        return [_code_of(lambda one=one: allocate(receipt, one, "30", day="2026-02-10")) for one in todo]

    results = at_once(
        lambda: post_payments(buyers, range(count), "30", "first"),
        lambda: post_payments(buyers, range(count - 1, -1, -1), "30", "second"),
        lambda: one_by_one(receipts[0], invoices),
        lambda: one_by_one(receipts[1], invoices[::-1]),
    )
    refused = [c.code for result in results if isinstance(result, BulkResult) for c in result.contradictions]
    refused += [code for result in results if isinstance(result, list) for code in result if code]
    assert set(refused) == {"over_allocation"}
    assert len(refused) == count
    assert set(Invoice.objects.values_list("open_amount", flat=True)) == {10}
    assert verify_ledger().is_ok


def _code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except DomainError as refused:
        return refused.code
    return ""
