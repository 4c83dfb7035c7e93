"""One line into the ledger and out of it again, in the caller's transaction; the line is locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Conflict
from core.models import User
from core.words import sentence as _
from invoices.domain.bank import BANK_SOURCE
from invoices.domain.kinds import EntryKind
from invoices.models import BankLine, Entry, Receipt
from invoices.services.posting import ledger
from invoices.services.posting.adjustments import post_adjustment
from invoices.services.posting.allocations import (
    Allocation,
    Incoming,
    allocate_receipt,
    bounce_receipt,
    post_receipt,
)
from invoices.services.posting.reversals import reverse_entry

_LONGEST_SOURCE, _LONGEST_NOTE = 60, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of a line for one invoice, in its currency; of another kind than receipt it is no money of the line."""

    invoice_id: int
    amount: Decimal
    kind: EntryKind = EntryKind.RECEIPT
    source_amount: Decimal | None = None


def receipt_source(account_number: str) -> str:
    """The source under which receipts of an own account stand in the ledger."""
    return f"{BANK_SOURCE}{account_number}"[:_LONGEST_SOURCE]


def receipt_id(line: BankLine) -> str:
    """The line's stable number for its next receipt; one that was undone keeps its own."""
    number = f"{line.fingerprint[:40]}-{line.occurrence}"
    return f"{number}-{line.postings + 1}" if line.postings else number


def _note(line: BankLine) -> str:
    """What people recognise the money by."""
    return " ".join(f"{line.payer_name} {line.remittance}".split())[:_LONGEST_NOTE]


def post_line(line: BankLine, *, buyer_id: int, shares: Sequence[Share], actor: User | None) -> Receipt:
    """Post the receipt with its allocations and adjustments; what is not allocated stays unapplied.

    Raises what the ledger raises: ``over_allocation``, ``other_party``, ``nothing_left``, ``source_amount_needed``.
    """
    invoices = ledger.lock_invoices(share.invoice_id for share in shares)
    accounts = [(invoice.buyer_id, invoice.currency) for invoice in invoices.values()]
    ledger.lock_balances([*accounts, (buyer_id, line.currency)])
    receipt = post_receipt(receipt_of(line, buyer_id), actor=actor)
    entries = []
    for share in shares:
        day = max(line.day, invoices[share.invoice_id].invoice_date)
        entries.append(_post_share(line, receipt, share, day, actor))
    line.adjustments = [entry.pk for entry in entries if entry.kind != EntryKind.RECEIPT]
    line.receipt, line.postings = receipt, line.postings + 1
    return receipt


def receipt_of(line: BankLine, buyer_id: int) -> Incoming:
    """What the line brought, as the ledger takes it."""
    return Incoming(
        buyer_id=buyer_id,
        source=receipt_source(line.account.number),
        external_id=receipt_id(line),
        currency=line.currency,
        amount=line.amount,
        day=line.day,
        note=_note(line),
    )


def _post_share(line: BankLine, receipt: Receipt, share: Share, day: date, actor: User | None) -> Entry:
    if share.kind is EntryKind.RECEIPT:
        part = Allocation(
            source_id=receipt.pk,
            invoice_id=share.invoice_id,
            amount=share.amount,
            effective_date=day,
            source_amount=share.source_amount,
        )
        return allocate_receipt(part, actor=actor)
    return post_adjustment(
        share.invoice_id,
        kind=share.kind,
        change=-share.amount,
        effective_date=day,
        reason=f"bank line {line.pk}",
        actor=actor,
    )


def take_back(line: BankLine, *, reason: str, actor: User | None) -> None:
    """Reverse what the line posted, each on its own day: the books of that day never should have had it.

    What somebody reversed before stays reversed.
    """
    receipt = line.receipt
    if receipt is None:
        return
    for entry in _standing_adjustments(line, receipt):
        reverse_entry(entry.pk, effective_date=entry.effective_date, reason=reason, actor=actor)
    if not Receipt.objects.filter(reverses=receipt).exists():
        bounce_receipt(receipt.pk, day=receipt.received_on, reason=reason[:_LONGEST_NOTE], actor=actor)
    line.receipt, line.adjustments = None, []


def return_money(line: BankLine, returned: BankLine, *, actor: User | None) -> Receipt:
    """The bank took back what ``returned`` had brought: its receipt bounces on the line's day, with its charges.

    Raises ``line_not_posted``, ``already_bounced``.
    """
    receipt = returned.receipt
    if receipt is None:
        raise Conflict(
            "line_not_posted",
            _("Bank line %(line)s is not posted, so nothing of it can go back.", line=returned.pk),
            {"field": "returned_line", "value": str(returned.pk)},
        )
    for entry in _standing_adjustments(returned, receipt):
        day = max(line.day, entry.effective_date)
        reverse_entry(entry.pk, effective_date=day, reason=f"bank line {line.pk}", actor=actor)
    return bounce_receipt(receipt.pk, day=line.day, reason=_note(line), actor=actor)


def _standing_adjustments(line: BankLine, receipt: Receipt) -> list[Entry]:
    """The line's charges that nobody reversed yet; everything that it posted is locked in the ledger's order."""
    own = Entry.objects.filter(pk__in=line.adjustments).order_by("invoice_id", "pk")
    touched = list(Entry.objects.filter(receipt=receipt)) + list(own)
    ledger.lock_invoices(entry.invoice_id for entry in touched)
    accounts = [(entry.buyer_id, entry.currency) for entry in touched]
    ledger.lock_balances([*accounts, (receipt.buyer_id, receipt.currency)])
    return list(own.filter(reversed_by__isnull=True))
