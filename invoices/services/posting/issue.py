"""Issuing receivables, and changing when they are due."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import EntryKind, Terms
from invoices.domain.posting import check_amount, check_due_date
from invoices.models import DueDateChange, Invoice
from invoices.services.orders import check_order_of, follow_invoice
from invoices.services.posting import ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """What an invoice says. ``amount`` is signed: a credit invoice (type 380 with a minus) is negative.

    Whether credit approved its ``order_id`` is never asked: goods that left stay billable.
    """

    buyer_id: int
    source: str
    external_id: str
    number: str
    currency: str
    amount: Decimal
    invoice_date: date
    due_date: date
    terms: str = Terms.OPEN_ACCOUNT
    order_id: int | None = None


@transaction.atomic
def issue_invoice(new: NewInvoice, *, actor: User | None = None) -> Invoice:
    """Put a receivable into the ledger; the same invoice again is returned unchanged.

    Raises ``amount_invalid``, ``currency_unknown``, ``due_before_invoice``, ``order_not_found``, ``other_party`` (the
    order is of another buyer); ``invoice_contradicts`` if the source's id is known with another content.
    """
    check_amount(amount=abs(new.amount), currency=new.currency)
    check_due_date(due_date=new.due_date, invoice_date=new.invoice_date)
    check_order_of(new.order_id, buyer_id=new.buyer_id)
    invoice, is_new = Invoice.objects.get_or_create(
        source=new.source, external_id=new.external_id, defaults=_columns(new)
    )
    if not is_new:
        return _same_or_conflict(invoice, new)
    ledger.lock_balances([(new.buyer_id, new.currency)])
    ledger.write_entry(invoice=invoice, kind=EntryKind.ISSUE, amount=new.amount, effective_date=new.invoice_date)
    _audit(actor, "issued", invoice, amount=str(new.amount), currency=new.currency)
    if new.order_id is not None:
        follow_invoice(new.order_id, actor=actor)
    ledger.close_posting(invoice.buyer_id, cause="posted")
    return invoice


def _columns(new: NewInvoice) -> dict[str, object]:
    columns = {k: v for k, v in asdict(new).items() if k not in ("source", "external_id")}
    return {**columns, "original_due_date": new.due_date}


def _same_or_conflict(invoice: Invoice, new: NewInvoice) -> Invoice:
    for field in ("buyer_id", "currency", "amount", "invoice_date"):
        known, given = getattr(invoice, field), getattr(new, field)
        if known != given:
            raise Conflict(
                "invoice_contradicts",
                _(
                    "Invoice %(external_id)s is on record with %(field)s %(known)s, not %(given)s. Post a "
                    "correction instead.",
                    external_id=new.external_id,
                    field=field,
                    known=known,
                    given=given,
                ),
                {"field": field, "value": str(given), "known": str(known)},
            )
    return invoice


@transaction.atomic
def reissue(invoice_id: int, *, amount: Decimal, effective_date: date, actor: User | None = None) -> Invoice:
    """A new issue on the same invoice after the wrong one was reversed: how a wrong amount is corrected.

    Raises ``already_issued`` while the first issue stands.
    """
    invoice = ledger.lock_invoice(invoice_id)
    check_amount(amount=abs(amount), currency=invoice.currency)
    if invoice.entries.filter(kind=EntryKind.ISSUE, reversed_by__isnull=True).exists():
        raise Conflict(
            "already_issued",
            _("Invoice %(number)s has an issue that stands; reverse it first.", number=invoice.number),
            {"field": "invoice", "value": invoice.number},
        )
    ledger.lock_balances([(invoice.buyer_id, invoice.currency)])
    ledger.write_entry(invoice=invoice, kind=EntryKind.ISSUE, amount=amount, effective_date=effective_date)
    _audit(actor, "reissued", invoice, amount=str(amount))
    ledger.close_posting(invoice.buyer_id, cause="posted")
    return invoice


@transaction.atomic
def change_due_date(
    invoice_id: int, *, due_date: date, valid_from: date, reason: str, actor: User | None = None
) -> Invoice:
    """From ``valid_from`` on the invoice is due on another day; the former date stays on record.

    Raises ``due_before_invoice``. Nothing is written if the date is already the one in force.
    """
    invoice = ledger.lock_invoice(invoice_id)
    check_due_date(due_date=due_date, invoice_date=invoice.invoice_date)
    if invoice.due_date == due_date:
        return invoice
    DueDateChange.objects.create(
        invoice=invoice, buyer_id=invoice.buyer_id, due_date=due_date, valid_from=valid_from, reason=reason
    )
    latest = invoice.due_date_changes.order_by("-valid_from", "-recorded_at", "-pk")[:1].get()
    Invoice.objects.filter(pk=invoice.pk).update(due_date=latest.due_date)
    _audit(actor, "due_date_changed", invoice, due_date=due_date.isoformat(), reason=reason)
    ledger.close_posting(invoice.buyer_id, cause="posted")
    invoice.refresh_from_db()
    return invoice


def _audit(actor: User | None, verb: str, invoice: Invoice, **data: str) -> None:
    audit.record(
        actor=actor, action=f"invoices.invoice.{verb}", subject_type="invoice", subject_id=invoice.pk, data=data
    )
