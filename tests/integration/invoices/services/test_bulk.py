"""Bulk posting: what it writes, what it keeps, what it refuses; the same rows again change nothing."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection

from buyers.models import BuyerGroup
from core.models import AuditEvent
from core.queries.counters import LEDGER, get_version
from invoices.models import ControlBalance, CreditNote, DisputeVersion, Entry, Invoice, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bulk import (
    BulkResult,
    CreditNoteRow,
    DisputeRow,
    DueDateRow,
    EntryRow,
    InvoiceRow,
    KindCount,
    ReceiptRow,
    post_bulk,
)
from invoices.services.posting.allocations import bounce_receipt
from invoices.services.posting.reversals import reverse_entry
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db
ISSUED, DUE, PAID = date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 10)


@pytest.fixture
def buyer_id() -> int:
    return int(make_buyer().pk)


def invoice(buyer_id: int, key: str = "1", amount: str = "100", currency: str = "USD", **changes: object) -> InvoiceRow:
    row = InvoiceRow(buyer_id, "erp", key, f"INV-{key}", currency, D(amount), ISSUED, DUE)
    return row._replace(**changes)


def receipt(buyer_id: int, key: str = "r1", amount: str = "100", currency: str = "USD", on: date = PAID) -> ReceiptRow:
    return ReceiptRow(buyer_id, "erp", key, currency, D(amount), on)


def paid(key: str = "1", by: str = "r1", amount: str = "100", on: date = PAID, used: str | None = None) -> EntryRow:
    return EntryRow("erp", key, "receipt", -D(amount), on, by, None, D(used) if used else None)


def written_off(key: str, amount: str, on: date = PAID) -> EntryRow:
    return EntryRow("erp", key, "write_off", -D(amount), on)


def codes(result: BulkResult) -> set[tuple[str, str, str]]:
    return {(c.kind, c.external_id, c.code) for c in result.contradictions}


def balance(buyer_id: int, currency: str = "USD") -> tuple[D, D, D]:
    row = ControlBalance.objects.get(buyer_id=buyer_id, currency=currency)
    return row.receivable, row.unapplied_cash, row.unapplied_credit


def stored() -> tuple[object, ...]:
    """Everything a repeated or refused batch must leave alone."""
    return (
        list(Invoice.objects.order_by("pk").values()),
        list(Entry.objects.order_by("pk").values()),
        list(Receipt.objects.order_by("pk").values()),
        list(CreditNote.objects.order_by("pk").values()),
        list(DisputeVersion.objects.order_by("pk").values()),
        list(ControlBalance.objects.filter(receivable__gt=0).order_by("pk").values()),
        AuditEvent.objects.count(),
        get_version(LEDGER),
    )


def assert_proved() -> None:
    assert verify_ledger().is_ok


def test_a_paid_and_an_open_invoice_stand_as_if_posted_one_by_one(buyer_id: int) -> None:
    result = post_bulk(
        invoices=[invoice(buyer_id), invoice(buyer_id, "2", "50")], receipts=[receipt(buyer_id)], entries=[paid()]
    )
    first, second = Invoice.objects.order_by("external_id")
    assert (first.open_amount, first.settled_on) == (0, PAID)
    assert (second.open_amount, second.settled_on) == (50, None)
    assert list(Entry.objects.order_by("pk").values_list("kind", "amount")) == [
        ("issue", 100),
        ("issue", 50),
        ("receipt", -100),
    ]
    assert balance(buyer_id) == (50, 0, 0)
    assert result.invoices == KindCount(given=2, created=2, unchanged=0, refused=0)
    assert result.ledger_version == get_version(LEDGER)
    assert_proved()


def test_the_same_rows_again_change_nothing(buyer_id: int) -> None:
    rows = {
        "invoices": [invoice(buyer_id), invoice(buyer_id, "2", "50")],
        "receipts": [receipt(buyer_id, amount="120")],
        "credit_notes": [CreditNoteRow(buyer_id, "erp", "c1", "USD", D(10), PAID)],
        "entries": [
            paid(),
            EntryRow("erp", "2", "credit_note", D(-10), PAID, None, "c1"),
            written_off("2", "5"),
            written_off("2", "5"),
        ],
        "disputes": [DisputeRow("erp", "2", "d", D(20), "quality", ISSUED)],
        "due_dates": [DueDateRow("erp", "2", date(2026, 3, 1), ISSUED, "agreed")],
    }
    first = post_bulk(**rows)
    before = stored()
    again = post_bulk(**rows)
    assert first.entries == KindCount(4, 4, 0, 0)
    assert again.entries == KindCount(4, 0, 4, 0)
    assert again.created == 0
    assert again.updated == []
    assert again.contradictions == []
    assert stored() == before
    assert_proved()


def test_identical_rows_within_a_batch_count_once(buyer_id: int) -> None:
    result = post_bulk(invoices=[invoice(buyer_id), invoice(buyer_id)])
    assert result.invoices == KindCount(given=2, created=1, unchanged=1, refused=0)
    assert balance(buyer_id) == (100, 0, 0)


def test_two_contents_under_one_id_are_both_refused(buyer_id: int) -> None:
    result = post_bulk(invoices=[invoice(buyer_id), invoice(buyer_id, amount="101"), invoice(buyer_id, "2")])
    assert codes(result) == {("invoice", "1", "given_twice")}
    assert result.invoices == KindCount(given=3, created=1, unchanged=0, refused=2)
    assert Invoice.objects.get().external_id == "2"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", D(99)),
        ("currency", "EUR"),
        ("number", "INV-9"),
        ("invoice_date", date(2026, 1, 6)),
        ("due_date", date(2026, 2, 5)),
        ("terms", "dp"),
    ],
)
def test_an_invoice_known_with_another_content_is_a_contradiction(buyer_id: int, field: str, value: object) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    before = stored()
    result = post_bulk(
        invoices=[invoice(buyer_id)._replace(**{field: value})], receipts=[receipt(buyer_id)], entries=[paid()]
    )
    (found,) = result.contradictions
    assert (found.kind, found.external_id, found.field, found.code) == ("invoice", "1", field, "contradicts_ledger")
    assert found.given_value == str(value)
    assert stored() == before
    assert result.receipts.refused == 1


def test_another_buyer_is_a_contradiction(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    result = post_bulk(invoices=[invoice(make_buyer().pk)])
    assert [c.field for c in result.contradictions] == ["buyer_id"]


def test_a_known_invoice_receives_its_payment_later(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    result = post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)], entries=[paid()])
    assert result.updated == [("erp", "1")]
    assert result.invoices.unchanged == 1
    known = Invoice.objects.get()
    assert (known.open_amount, known.settled_on) == (0, PAID)
    assert balance(buyer_id) == (0, 0, 0)
    assert_proved()


def test_entries_find_documents_that_only_the_ledger_knows(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)])
    assert balance(buyer_id) == (100, 100, 0)
    result = post_bulk(entries=[paid(amount="60")])
    assert result.updated == [("erp", "1")]
    assert balance(buyer_id) == (40, 40, 0)
    assert_proved()


def test_an_allocation_of_another_amount_is_a_contradiction(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)], entries=[paid(amount="60")])
    before = stored()
    result = post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)], entries=[paid(amount="70")])
    assert codes(result) == {("entry", "1", "contradicts_ledger")}
    assert stored() == before


def test_an_overpaid_invoice_is_refused_with_its_receipt(buyer_id: int) -> None:
    result = post_bulk(
        invoices=[invoice(buyer_id), invoice(buyer_id, "2")],
        receipts=[receipt(buyer_id, amount="130"), receipt(buyer_id, "r2")],
        entries=[paid(amount="130"), paid("2", "r2")],
    )
    assert codes(result) == {("entry", "1", "over_allocation")}
    assert Invoice.objects.get().external_id == "2"
    assert Receipt.objects.get().external_id == "r2"
    assert balance(buyer_id) == (0, 0, 0)
    assert_proved()


def test_a_receipt_that_also_pays_good_invoices_is_kept(buyer_id: int) -> None:
    post_bulk(
        invoices=[invoice(buyer_id), invoice(buyer_id, "2", "50")],
        receipts=[receipt(buyer_id, amount="200")],
        entries=[paid(amount="130"), paid("2", amount="50")],
    )
    assert Invoice.objects.get().external_id == "2"
    assert balance(buyer_id) == (0, 150, 0)


def test_a_receipt_is_never_used_beyond_its_amount(buyer_id: int) -> None:
    result = post_bulk(
        invoices=[invoice(buyer_id), invoice(buyer_id, "2")],
        receipts=[receipt(buyer_id, amount="150")],
        entries=[paid(), paid("2")],
    )
    assert codes(result) == {("entry", "1", "nothing_left"), ("entry", "2", "nothing_left")}
    assert not Invoice.objects.exists()


def test_what_an_earlier_call_used_counts(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id, amount="150")], entries=[paid()])
    result = post_bulk(invoices=[invoice(buyer_id, "2")], entries=[paid("2", amount="51")])
    assert codes(result) == {("entry", "2", "nothing_left")}
    assert post_bulk(invoices=[invoice(buyer_id, "2")], entries=[paid("2", amount="50")]).created == 2
    assert_proved()


def test_a_bounced_receipt_pays_nothing_any_more(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)])
    bounce_receipt(Receipt.objects.get().pk, day=PAID, reason="no funds")
    assert codes(post_bulk(entries=[paid()])) == {("entry", "1", "nothing_left")}


def test_a_reversed_allocation_does_not_come_back_with_the_same_file(buyer_id: int) -> None:
    rows = {"invoices": [invoice(buyer_id)], "receipts": [receipt(buyer_id)], "entries": [paid()]}
    post_bulk(**rows)
    reverse_entry(Entry.objects.get(kind="receipt").pk, effective_date=PAID, reason="wrong invoice")
    before = stored()
    assert post_bulk(**rows).created == 0
    assert stored() == before
    assert Invoice.objects.get().open_amount == 100


def test_a_payment_before_the_invoice_counts_from_the_invoice_date(buyer_id: int) -> None:
    early = date(2025, 12, 1)
    post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id, on=early)], entries=[paid(on=early)])
    assert Entry.objects.get(kind="receipt").effective_date == ISSUED
    assert Receipt.objects.get().received_on == early
    assert Invoice.objects.get().settled_on == ISSUED


def test_money_of_another_currency_needs_the_amount_it_uses(buyer_id: int) -> None:
    rows = {"invoices": [invoice(buyer_id)], "receipts": [receipt(buyer_id, amount="90", currency="EUR")]}
    assert codes(post_bulk(**rows, entries=[paid()])) == {("entry", "1", "source_amount_needed")}
    assert post_bulk(**rows, entries=[paid(used="90")]).created == 3
    assert balance(buyer_id, "EUR") == (0, 0, 0)
    assert_proved()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (paid("nope"), "unknown"),
        (paid(by="nope"), "unknown"),
        (EntryRow("erp", "1", "receipt", D(-1), PAID), "unknown"),
        (written_off("1", "0.001"), "amount_invalid"),
        (written_off("1", "0"), "amount_invalid"),
        (paid(amount="-1"), "amount_invalid"),
        (paid(amount="10", used="9"), "amount_invalid"),
        (written_off("1", "1", date(2026, 1, 4)), "date_too_early"),
        (EntryRow("erp", "1", "reversal", D(-1), PAID), "kind_invalid"),
        (EntryRow("erp", "1", "issue", D(5), PAID), "kind_invalid"),
    ],
)
def test_an_impossible_entry_is_refused_with_its_new_invoice(buyer_id: int, entry: EntryRow, code: str) -> None:
    result = post_bulk(invoices=[invoice(buyer_id)], receipts=[receipt(buyer_id)], entries=[entry])
    assert {c.code for c in result.contradictions} == {code}
    assert Entry.objects.filter(kind="issue").count() == (1 if entry.invoice_external_id == "nope" else 0)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0", "USD", "amount_invalid"),
        ("1.001", "USD", "amount_invalid"),
        ("1.5", "JPY", "amount_invalid"),
        ("NaN", "USD", "amount_invalid"),
        ("1e17", "USD", "amount_invalid"),
        ("1", "XYZW", "currency_unknown"),
    ],
)
def test_an_impossible_invoice_is_refused(buyer_id: int, amount: str, currency: str, code: str) -> None:
    result = post_bulk(invoices=[invoice(buyer_id, amount=amount, currency=currency)])
    assert codes(result) == {("invoice", "1", code)}
    assert not Invoice.objects.exists()


def test_kuwaiti_dinars_have_three_decimals(buyer_id: int) -> None:
    assert post_bulk(invoices=[invoice(buyer_id, amount="1.005", currency="KWD")]).created == 1


def test_money_of_a_stranger_pays_nothing_but_that_of_the_group_does(buyer_id: int) -> None:
    payer = make_buyer()
    rows = {"invoices": [invoice(buyer_id)], "receipts": [receipt(payer.pk)], "entries": [paid()]}
    assert codes(post_bulk(**rows)) == {("entry", "1", "other_party")}
    group = BuyerGroup.objects.create(code="G", name="Group")
    payer.__class__.objects.filter(pk__in=[payer.pk, buyer_id]).update(group=group)
    assert post_bulk(**rows).created == 3
    assert_proved()


def test_a_dispute_is_no_larger_than_its_invoice(buyer_id: int) -> None:
    rows = {"invoices": [invoice(buyer_id)]}
    large = DisputeRow("erp", "1", "d", D(101), "price", ISSUED)
    assert codes(post_bulk(**rows, disputes=[large])) == {("dispute", "1", "dispute_too_large")}
    post_bulk(**rows, disputes=[large._replace(amount=D(40))])
    assert Invoice.objects.get().disputed_amount == 40
    result = post_bulk(**rows, disputes=[large._replace(amount=D(0), valid_from=PAID)])
    assert result.updated == [("erp", "1")]
    assert Invoice.objects.get().disputed_amount == 0
    assert_proved()


def test_a_changed_due_date_is_a_version(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    later = date(2026, 3, 31)
    change = DueDateRow("erp", "1", later, date(2026, 2, 1), "extended")
    result = post_bulk(invoices=[invoice(buyer_id, due_date=later)], due_dates=[change])
    assert result.contradictions == []
    assert result.updated == [("erp", "1")]
    known = Invoice.objects.get()
    assert (known.original_due_date, known.due_date) == (DUE, later)
    assert_proved()


def test_a_refused_batch_does_not_raise_the_ledger_version(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    before = stored()
    post_bulk(entries=[paid("nope")])
    assert stored() == before


def test_credit_notes_stand_unapplied_until_set_against_an_invoice(buyer_id: int) -> None:
    note = CreditNoteRow(buyer_id, "erp", "c1", "USD", D(30), PAID)
    post_bulk(invoices=[invoice(buyer_id)], credit_notes=[note])
    assert balance(buyer_id) == (100, 0, 30)
    post_bulk(entries=[EntryRow("erp", "1", "credit_note", D(-30), PAID, None, "c1")])
    assert balance(buyer_id) == (70, 0, 0)
    assert Invoice.objects.get().settled_on is None
    assert_proved()


def test_a_batch_large_enough_to_be_planned_differently_gives_the_same(buyer_id: int) -> None:
    rows = [invoice(buyer_id, str(n), str(n + 1)) for n in range(2500)]
    result = post_bulk(
        invoices=iter(rows),
        receipts=(receipt(buyer_id, f"r{n}", str(n + 1)) for n in range(0, 2500, 2)),
        entries=(paid(str(n), f"r{n}", str(n + 1)) for n in range(0, 2500, 2)),
    )
    assert result.created == 2500 + 1250 + 1250
    assert balance(buyer_id) == (sum(n + 1 for n in range(1, 2500, 2)), 0, 0)
    assert_proved()


def test_two_postings_in_one_transaction_do_not_disturb_each_other(buyer_id: int) -> None:
    post_bulk(invoices=[invoice(buyer_id)])
    post_bulk(invoices=[invoice(buyer_id, "2")])
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)
    assert balance(buyer_id) == (200, 0, 0)
