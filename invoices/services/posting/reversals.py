"""Reversals: how an entry is taken back. Nothing is edited; the books of every past day stay as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import EntryKind
from invoices.domain.posting import check_effective_date
from invoices.models import Entry, Invoice
from invoices.services.posting import ledger


@transaction.atomic
def reverse_entry(entry_id: int, *, effective_date: date, reason: str, actor: User | None = None) -> Entry:
    """Append the opposite of an entry; what it had taken from a receipt or credit note is unapplied again.

    Raises ``entry_not_found``; ``already_reversed``; ``reversal_of_reversal`` (post the right entry instead);
    ``date_too_early`` before the entry's own date; ``issue_in_use`` while payments stand on the issue.
    """
    entry = Entry.objects.select_related("invoice", "receipt", "credit_note").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(
            "entry_not_found",
            _("There is no entry %(entry_id)s.", entry_id=entry_id),
            {"field": "entry", "value": str(entry_id)},
        )
    invoice = ledger.lock_invoice(entry.invoice_id)
    ledger.lock_balances(_accounts(entry))
    _check(entry, invoice, effective_date)
    reversal = reverse_locked(entry, effective_date=effective_date)
    audit.record(
        actor=actor,
        action="invoices.entry.reversed",
        subject_type="invoice",
        subject_id=invoice.pk,
        data={"entry": entry.pk, "amount": str(entry.amount), "reason": reason},
    )
    ledger.close_posting(invoice.buyer_id, cause="posted")
    return reversal


def _accounts(entry: Entry) -> list[tuple[int, str]]:
    accounts = [(entry.buyer_id, entry.invoice.currency)]
    source = entry.receipt or entry.credit_note
    return [*accounts, (source.buyer_id, source.currency)] if source else accounts


def _check(entry: Entry, invoice: Invoice, effective_date: date) -> None:
    if entry.kind == EntryKind.REVERSAL:
        raise DomainError(
            "reversal_of_reversal",
            _("A reversal stays; post the right entry instead."),
            {"field": "entry", "value": str(entry.pk)},
        )
    if Entry.objects.filter(reverses=entry).exists():
        raise Conflict(
            "already_reversed", _("This entry was reversed before."), {"field": "entry", "value": str(entry.pk)}
        )
    if entry.kind == EntryKind.ISSUE and invoice.open_amount != entry.amount:
        raise Conflict(
            "issue_in_use",
            _("Invoice %(number)s has postings on this issue; reverse those first.", number=invoice.number),
            {"field": "entry", "value": str(entry.pk)},
        )
    check_effective_date(effective_date=effective_date, not_before=entry.effective_date)


def reverse_locked(entry: Entry, *, effective_date: date) -> Entry:
    """Write the reversal of an entry whose invoice and balances are locked."""
    used = entry.source_amount or Decimal(0)
    reversal = ledger.write_entry(
        invoice=entry.invoice,
        kind=EntryKind.REVERSAL,
        amount=-entry.amount,
        effective_date=effective_date,
        reverses=entry,
        receipt=entry.receipt,
        credit_note=entry.credit_note,
        source_amount=-used if entry.source_amount is not None else None,
    )
    if entry.receipt:
        ledger.add_to_balance(entry.receipt.buyer_id, entry.receipt.currency, cash=used)
    if entry.credit_note:
        ledger.add_to_balance(entry.credit_note.buyer_id, entry.credit_note.currency, credit=used)
    return reversal
