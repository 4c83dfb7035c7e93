"""Receipts and credit notes: taking them in, setting them against invoices, and receipts that bounce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import EntryKind
from invoices.domain.posting import (
    check_amount,
    check_effective_date,
    check_reduction,
    check_source_amount,
    check_unapplied,
)
from invoices.models import CreditNote, Entry, Invoice, Receipt
from invoices.services.orders import check_order_of
from invoices.services.posting import ledger
from invoices.services.posting.reversals import reverse_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A receipt or a credit note as its source tells it; ``day`` is the value date or the date of issue.

    A receipt that names an order of the same buyer is a deposit for it.
    """

    buyer_id: int
    source: str
    external_id: str
    currency: str
    amount: Decimal
    day: date
    note: str = ""
    order_id: int | None = None


@transaction.atomic
def post_receipt(new: Incoming, *, actor: User | None = None) -> Receipt:
    """Record money that arrived; all of it stands unapplied until allocated. The same receipt again is unchanged."""
    check_amount(amount=new.amount, currency=new.currency)
    check_order_of(new.order_id, buyer_id=new.buyer_id)
    receipt, is_new = Receipt.objects.get_or_create(
        source=new.source,
        external_id=new.external_id,
        defaults={**_columns(new), "received_on": new.day, "order_id": new.order_id},
    )
    if not is_new:
        _check_same(new, receipt, receipt.received_on)
        return receipt
    _book_unapplied(receipt, cash=new.amount)
    _audit(actor, "receipt", "posted", receipt.pk, amount=str(new.amount), currency=new.currency)
    ledger.close_posting(receipt.buyer_id, cause="receipt")
    return receipt


@transaction.atomic
def post_credit_note(new: Incoming, *, actor: User | None = None) -> CreditNote:
    """Record a credit that we granted; all of it stands unapplied until allocated."""
    check_amount(amount=new.amount, currency=new.currency)
    note, is_new = CreditNote.objects.get_or_create(
        source=new.source, external_id=new.external_id, defaults={**_columns(new), "issued_on": new.day}
    )
    if not is_new:
        _check_same(new, note, note.issued_on)
        return note
    _book_unapplied(note, credit=new.amount)
    _audit(actor, "credit_note", "posted", note.pk, amount=str(new.amount), currency=new.currency)
    ledger.close_posting(note.buyer_id, cause="receipt")
    return note


def _columns(new: Incoming) -> dict[str, object]:
    return {"buyer_id": new.buyer_id, "currency": new.currency, "amount": new.amount, "note": new.note}


def _book_unapplied(
    source: Receipt | CreditNote, *, cash: Decimal = ledger.ZERO, credit: Decimal = ledger.ZERO
) -> None:
    ledger.lock_balances([(source.buyer_id, source.currency)])
    ledger.add_to_balance(source.buyer_id, source.currency, cash=cash, credit=credit)


def _check_same(new: Incoming, known: Receipt | CreditNote, day: date) -> None:
    stored = (known.buyer_id, known.currency, known.amount, day)
    if stored != (new.buyer_id, new.currency, new.amount, new.day):
        raise Conflict(
            "external_id_contradicts",
            _(
                "%(external_id)s of %(source)s is on record with another buyer, currency, amount or date.",
                external_id=new.external_id,
                source=new.source,
            ),
            {"field": "external_id", "value": new.external_id, "known": [str(part) for part in stored]},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Set ``amount`` (positive, invoice currency) of a receipt or credit note against an invoice.

    ``source_amount`` is the part used up in the source's own currency; needed only where currencies differ.
    """

    source_id: int
    invoice_id: int
    amount: Decimal
    effective_date: date
    source_amount: Decimal | None = None


@transaction.atomic
def allocate_receipt(new: Allocation, *, actor: User | None = None) -> Entry:
    """Set money against an invoice of the same buyer or group.

    Raises ``nothing_left`` (receipt), ``over_allocation`` (invoice), ``date_too_early``, ``source_amount_needed``,
    ``other_party``. Two parallel allocations of one receipt never use more than it has.
    """
    receipt = Receipt.objects.filter(pk=new.source_id, reverses__isnull=True).first()
    if receipt is None:
        raise _unknown("receipt", new.source_id)
    return _allocate(new, receipt, day=receipt.received_on, kind=EntryKind.RECEIPT, actor=actor)


@transaction.atomic
def allocate_credit_note(new: Allocation, *, actor: User | None = None) -> Entry:
    """Set a credit note against an invoice; raises as :func:`allocate_receipt`."""
    note = CreditNote.objects.filter(pk=new.source_id).first()
    if note is None:
        raise _unknown("credit_note", new.source_id)
    return _allocate(new, note, day=note.issued_on, kind=EntryKind.CREDIT_NOTE, actor=actor)


def _allocate(
    new: Allocation, source: Receipt | CreditNote, *, day: date, kind: EntryKind, actor: User | None
) -> Entry:
    invoice = ledger.lock_invoice(new.invoice_id)
    ledger.lock_balances([(invoice.buyer_id, invoice.currency), (source.buyer_id, source.currency)])
    used = _check_allocation(new, source, invoice, day)
    entry = ledger.write_entry(
        invoice=invoice,
        kind=kind,
        amount=-new.amount,
        effective_date=new.effective_date,
        source_amount=used,
        **{kind.value: source},
    )
    _take_from(source, used)
    _audit(actor, kind.value, "allocated", source.pk, invoice=str(invoice.pk), amount=str(new.amount))
    ledger.close_posting(source.buyer_id, invoice.buyer_id, cause="receipt")
    return entry


def _check_allocation(new: Allocation, source: Receipt | CreditNote, invoice: Invoice, day: date) -> Decimal:
    check_amount(amount=new.amount, currency=invoice.currency)
    _check_party(source, invoice)
    check_effective_date(effective_date=new.effective_date, not_before=max(day, invoice.invoice_date))
    used = check_source_amount(
        amount=new.amount,
        currency=invoice.currency,
        source_amount=new.source_amount,
        source_currency=source.currency,
    )
    left = ledger.unapplied_of(source)
    check_unapplied(what=source.external_id, unapplied=left, wanted=used, currency=source.currency)
    check_reduction(invoice=ledger.open_part(invoice), change=-new.amount)
    return used


def _check_party(source: Receipt | CreditNote, invoice: Invoice) -> None:
    group = source.buyer.group_id
    if source.buyer_id != invoice.buyer_id and (group is None or group != invoice.buyer.group_id):
        raise DomainError(
            "other_party",
            _(
                "%(external_id)s is of buyer %(code)s; invoice %(number)s is of another buyer outside its group.",
                external_id=source.external_id,
                code=source.buyer.code,
                number=invoice.number,
            ),
            {"field": "invoice", "value": invoice.number},
        )


def _take_from(source: Receipt | CreditNote, used: Decimal) -> None:
    if isinstance(source, Receipt):
        ledger.add_to_balance(source.buyer_id, source.currency, cash=-used)
    else:
        ledger.add_to_balance(source.buyer_id, source.currency, credit=-used)


@transaction.atomic
def bounce_receipt(receipt_id: int, *, day: date, reason: str, actor: User | None = None) -> Receipt:
    """The money was taken back: allocations are reversed and a negative receipt stands against the first.

    Raises ``receipt_not_found``; ``already_bounced`` the second time.
    """
    receipt = Receipt.objects.filter(pk=receipt_id, reverses__isnull=True).first()
    if receipt is None:
        raise _unknown("receipt", receipt_id)
    standing = _standing_allocations(receipt)
    ledger.lock_invoices(entry.invoice_id for entry in standing)
    accounts = [(entry.buyer_id, entry.invoice.currency) for entry in standing]
    ledger.lock_balances([*accounts, (receipt.buyer_id, receipt.currency)])
    if Receipt.objects.filter(reverses=receipt).exists():
        raise Conflict(
            "already_bounced",
            _("Receipt %(external_id)s was bounced before.", external_id=receipt.external_id),
            {"field": "receipt"},
        )
    for entry in _standing_allocations(receipt):
        reverse_locked(entry, effective_date=max(day, entry.effective_date))
    bounced = _write_bounce(receipt, day=day, reason=reason)
    _audit(actor, "receipt", "bounced", receipt.pk, reason=reason)
    ledger.close_posting(receipt.buyer_id, *(entry.buyer_id for entry in standing), cause="posted")
    return bounced


def _standing_allocations(receipt: Receipt) -> list[Entry]:
    standing = receipt.allocations.filter(kind=EntryKind.RECEIPT, reversed_by__isnull=True)
    return list(standing.select_related("invoice").order_by("invoice_id", "pk"))


def _write_bounce(receipt: Receipt, *, day: date, reason: str) -> Receipt:
    ledger.add_to_balance(receipt.buyer_id, receipt.currency, cash=-receipt.amount)
    return Receipt.objects.create(
        buyer_id=receipt.buyer_id,
        source=receipt.source,
        external_id=f"{receipt.external_id}#bounced",
        currency=receipt.currency,
        amount=-receipt.amount,
        received_on=max(day, receipt.received_on),
        reverses=receipt,
        note=reason,
    )


def _unknown(field: str, pk: int) -> NotFound:
    return NotFound(
        f"{field}_not_found",
        _("There is no %(field)s %(pk)s.", field=field.replace("_", " "), pk=pk),
        {"field": field, "value": str(pk)},
    )


def _audit(actor: User | None, kind: str, verb: str, pk: int, **data: str) -> None:
    audit.record(actor=actor, action=f"invoices.{kind}.{verb}", subject_type=kind, subject_id=pk, data=data)
