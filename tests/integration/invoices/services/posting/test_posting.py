"""Single postings: what they write, what they keep, what they refuse; nothing is ever half-written."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction

from buyers.models import BuyerGroup
from core.errors import Conflict, DomainError, NotFound
from core.models import AuditEvent, Counter
from invoices.domain.kinds import EntryKind
from invoices.models import ControlBalance, Entry, Receipt
from invoices.services.posting.adjustments import post_adjustment, set_dispute
from invoices.services.posting.allocations import (
    Allocation,
    Incoming,
    allocate_credit_note,
    allocate_receipt,
    bounce_receipt,
    post_credit_note,
    post_receipt,
)
from invoices.services.posting.issue import NewInvoice, change_due_date, issue_invoice, reissue
from invoices.services.posting.reversals import reverse_entry
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db


def balance(buyer: object, currency: str = "USD") -> tuple[D, D, D]:
    row = ControlBalance.objects.get(buyer=buyer, currency=currency)
    return row.receivable, row.unapplied_cash, row.unapplied_credit


def state() -> tuple[object, ...]:
    """Everything a refused posting must leave alone."""
    return (
        list(Entry.objects.order_by("pk").values_list("pk", "amount")),
        list(
            ControlBalance.objects.order_by("pk").values_list("pk", "receivable", "unapplied_cash", "unapplied_credit")
        ),
        Receipt.objects.count(),
        AuditEvent.objects.count(),
        list(Counter.objects.values_list("name", "value")),
    )


def test_an_invoice_opens_with_its_amount_and_stands_in_the_balance() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    assert invoice.open_amount == 100
    assert invoice.settled_on is None
    assert balance(buyer) == (100, 0, 0)


def test_the_same_invoice_again_changes_nothing() -> None:
    invoice = make_invoice(make_buyer(), "100")
    before = state()
    again = issue_invoice(_copy(invoice))
    assert again.pk == invoice.pk
    assert state() == before


def test_a_known_invoice_with_another_amount_is_refused() -> None:
    invoice = make_invoice(make_buyer(), "100")
    before = state()
    with pytest.raises(Conflict) as refused:
        issue_invoice(_copy(invoice, amount=D("101")))
    assert refused.value.code == "invoice_contradicts"
    assert refused.value.params["field"] == "amount"
    assert state() == before


def _copy(invoice: object, **changes: object) -> NewInvoice:
    names = ("buyer_id", "source", "external_id", "number", "currency", "amount", "invoice_date", "due_date")
    return NewInvoice(**{**{name: getattr(invoice, name) for name in names}, **changes})


def test_a_receipt_is_unapplied_until_it_is_allocated() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    receipt = make_receipt(buyer, "120", day="2026-04-10")
    assert balance(buyer) == (100, 120, 0)
    allocate(receipt, invoice, "100", day="2026-04-10")
    invoice.refresh_from_db()
    assert (invoice.open_amount, invoice.settled_on) == (0, date(2026, 4, 10))
    assert balance(buyer) == (0, 20, 0)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("100.01", "over_allocation"), ("120.01", "nothing_left"), ("0", "amount_invalid"), ("-5", "amount_invalid")],
)
def test_an_allocation_takes_no_more_than_there_is(amount: str, code: str) -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    receipt = make_receipt(buyer, "120", day="2026-04-10")
    before = state()
    with pytest.raises(DomainError) as refused:
        allocate(receipt, invoice, amount, day="2026-04-10")
    assert refused.value.code == code
    assert state() == before


def test_money_does_not_count_before_it_arrived() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    receipt = make_receipt(buyer, "100", day="2026-04-10")
    with pytest.raises(DomainError, match="2026-04-10") as refused:
        allocate(receipt, invoice, "100", day="2026-04-09")
    assert refused.value.code == "date_too_early"


def test_another_buyer_s_money_needs_a_common_group() -> None:
    parent, affiliate = make_buyer(), make_buyer()
    invoice = make_invoice(affiliate, "100")
    receipt = make_receipt(parent, "100", day="2026-04-10")
    with pytest.raises(DomainError) as refused:
        allocate(receipt, invoice, "100", day="2026-04-10")
    assert refused.value.code == "other_party"
    group = BuyerGroup.objects.create(code="G", name="Group")
    type(parent).objects.update(group=group)
    allocate(receipt, invoice, "100", day="2026-04-10")
    assert balance(parent) == (0, 0, 0)
    assert balance(affiliate) == (0, 0, 0)


def test_money_in_another_currency_names_the_part_it_uses() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100", currency="USD")
    receipt = make_receipt(buyer, "95", day="2026-04-10", currency="EUR")
    with pytest.raises(DomainError) as refused:
        allocate(receipt, invoice, "100", day="2026-04-10")
    assert refused.value.code == "source_amount_needed"
    allocate_receipt(
        Allocation(
            source_id=receipt.pk,
            invoice_id=invoice.pk,
            amount=D(100),
            effective_date=date(2026, 4, 10),
            source_amount=D(92),
        )
    )
    assert balance(buyer, "USD") == (0, 0, 0)
    assert balance(buyer, "EUR") == (0, 3, 0)


def test_a_reversal_restores_the_invoice_and_the_receipt() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    entry = pay(invoice, "100", day="2026-04-10")
    reverse_entry(entry.pk, effective_date=date(2026, 4, 12), reason="wrong invoice")
    invoice.refresh_from_db()
    assert (invoice.open_amount, invoice.settled_on) == (100, None)
    assert balance(buyer) == (100, 100, 0)
    allocate(entry.receipt, invoice, "100", day="2026-04-12")
    assert balance(buyer) == (0, 0, 0)


def test_an_entry_is_reversed_once_and_a_reversal_never() -> None:
    entry = pay(make_invoice(make_buyer(), "100"), "40", day="2026-04-10")
    reversal = reverse_entry(entry.pk, effective_date=date(2026, 4, 12), reason="error")
    before = state()
    for pk, code in ((entry.pk, "already_reversed"), (reversal.pk, "reversal_of_reversal"), (0, "entry_not_found")):
        with pytest.raises(DomainError) as refused:
            reverse_entry(pk, effective_date=date(2026, 4, 13), reason="again")
        assert refused.value.code == code
    assert state() == before


def test_a_wrong_amount_is_reversal_and_new_issue_on_the_same_invoice() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    issue = invoice.entries.get()
    with pytest.raises(Conflict) as refused:
        reissue(invoice.pk, amount=D(90), effective_date=date(2026, 3, 5))
    assert refused.value.code == "already_issued"
    reverse_entry(issue.pk, effective_date=date(2026, 3, 5), reason="wrong price")
    reissue(invoice.pk, amount=D(90), effective_date=date(2026, 3, 5))
    invoice.refresh_from_db()
    assert invoice.open_amount == 90
    assert balance(buyer) == (90, 0, 0)


def test_an_issue_with_payments_on_it_is_not_reversed() -> None:
    invoice = make_invoice(make_buyer(), "100")
    pay(invoice, "10", day="2026-04-10")
    issue = invoice.entries.get(kind=EntryKind.ISSUE)
    with pytest.raises(Conflict) as refused:
        reverse_entry(issue.pk, effective_date=date(2026, 4, 12), reason="wrong")
    assert refused.value.code == "issue_in_use"


def test_a_bounced_receipt_reopens_what_it_had_paid() -> None:
    buyer = make_buyer()
    first, second = make_invoice(buyer, "60"), make_invoice(buyer, "60")
    receipt = make_receipt(buyer, "100", day="2026-04-10")
    allocate(receipt, first, "60", day="2026-04-10")
    allocate(receipt, second, "30", day="2026-04-11")
    bounce_receipt(receipt.pk, day=date(2026, 4, 15), reason="returned by the bank")
    assert balance(buyer) == (120, 0, 0)
    with pytest.raises(DomainError) as refused:
        allocate(receipt, first, "1", day="2026-04-16")
    assert refused.value.code == "nothing_left"
    with pytest.raises(Conflict) as twice:
        bounce_receipt(receipt.pk, day=date(2026, 4, 15), reason="again")
    assert twice.value.code == "already_bounced"


def test_a_credit_note_stands_unapplied_and_closes_without_settling() -> None:
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    note = post_credit_note(_incoming(buyer, "CN-1", "130"))
    assert balance(buyer) == (100, 0, 130)
    allocate_credit_note(
        Allocation(source_id=note.pk, invoice_id=invoice.pk, amount=D(100), effective_date=date(2026, 4, 10))
    )
    invoice.refresh_from_db()
    assert (invoice.open_amount, invoice.settled_on) == (0, None)
    assert balance(buyer) == (0, 0, 30)


def _incoming(buyer: object, external_id: str, amount: str) -> Incoming:
    return Incoming(
        buyer_id=buyer.pk,
        source="test",
        external_id=external_id,
        currency="USD",
        amount=D(amount),
        day=date(2026, 4, 9),
    )


def test_a_receipt_id_with_another_amount_is_refused_and_the_same_one_ignored() -> None:
    buyer = make_buyer()
    first = post_receipt(_incoming(buyer, "R-1", "50"))
    before = state()
    assert post_receipt(_incoming(buyer, "R-1", "50")).pk == first.pk
    with pytest.raises(Conflict) as refused:
        post_receipt(_incoming(buyer, "R-1", "51"))
    assert refused.value.code == "external_id_contradicts"
    assert state() == before


@pytest.mark.parametrize(
    "kind", [EntryKind.WRITE_OFF, EntryKind.BANK_CHARGE, EntryKind.DISCOUNT, EntryKind.WITHHOLDING_TAX]
)
def test_an_adjustment_lowers_what_is_open(kind: EntryKind) -> None:
    invoice = make_invoice(make_buyer(), "100")
    post_adjustment(invoice.pk, kind=kind, change=D(-25), effective_date=date(2026, 4, 1), reason="agreed")
    invoice.refresh_from_db()
    assert invoice.open_amount == 75


def test_a_receipt_is_no_adjustment_and_nothing_is_overdrawn() -> None:
    invoice = make_invoice(make_buyer(), "100")
    before = state()
    cases = ((EntryKind.RECEIPT, "-1", "kind_invalid"), (EntryKind.WRITE_OFF, "-100.01", "over_allocation"))
    for kind, change, code in cases:
        with pytest.raises(DomainError) as refused:
            post_adjustment(invoice.pk, kind=kind, change=D(change), effective_date=date(2026, 4, 1), reason="x")
        assert refused.value.code == code
    assert state() == before


def test_disputes_together_do_not_exceed_what_is_open() -> None:
    invoice = make_invoice(make_buyer(), "100")
    set_dispute(invoice.pk, key="D1", amount=D(60), reason="quality", valid_from=date(2026, 4, 1))
    with pytest.raises(DomainError) as refused:
        set_dispute(invoice.pk, key="D2", amount=D(41), reason="price", valid_from=date(2026, 4, 2))
    assert refused.value.code == "dispute_too_large"
    invoice = set_dispute(invoice.pk, key="D2", amount=D(40), reason="price", valid_from=date(2026, 4, 2))
    assert invoice.disputed_amount == 100
    invoice = set_dispute(invoice.pk, key="D1", amount=D(0), reason="quality", valid_from=date(2026, 4, 9))
    assert invoice.disputed_amount == 40


def test_a_due_date_changes_from_a_day_on_and_not_before_the_invoice() -> None:
    invoice = make_invoice(make_buyer(), "100")
    changed = change_due_date(invoice.pk, due_date=date(2026, 5, 31), valid_from=date(2026, 4, 1), reason="extended")
    assert (changed.due_date, changed.original_due_date) == (date(2026, 5, 31), date(2026, 3, 31))
    with pytest.raises(DomainError) as refused:
        change_due_date(invoice.pk, due_date=date(2026, 2, 28), valid_from=date(2026, 4, 2), reason="typo")
    assert refused.value.code == "due_before_invoice"


def test_amounts_have_no_more_decimals_than_their_currency() -> None:
    buyer = make_buyer()
    assert make_invoice(buyer, "1.005", currency="KWD").open_amount == D("1.005")
    for amount, currency in (("1.005", "USD"), ("1.5", "JPY")):
        with pytest.raises(DomainError) as refused:
            make_invoice(buyer, amount, currency=currency)
        assert refused.value.code == "amount_invalid"
    with pytest.raises(DomainError) as unknown:
        make_invoice(buyer, "1", currency="XQQ")
    assert unknown.value.code == "currency_unknown"


def test_an_unknown_invoice_is_named() -> None:
    with pytest.raises(NotFound) as refused:
        post_adjustment(0, kind=EntryKind.WRITE_OFF, change=D(-1), effective_date=date(2026, 4, 1), reason="x")
    assert refused.value.code == "invoice_not_found"


@pytest.mark.parametrize("statement", ["UPDATE invoices_entry SET amount = 1", "DELETE FROM invoices_entry"])
def test_the_database_refuses_to_change_an_entry(statement: str) -> None:
    make_invoice(make_buyer(), "100")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().amount == 100
