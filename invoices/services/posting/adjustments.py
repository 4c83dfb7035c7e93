"""Write-offs, charges, discounts, taxes and FX differences; and disputes on part of an invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from core.errors import DomainError
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import EntryKind
from invoices.domain.posting import ADJUSTMENTS, check_amount, check_effective_date, check_reduction, refusal
from invoices.models import DisputeVersion, Entry, Invoice
from invoices.services.posting import ledger


@transaction.atomic
def post_adjustment(
    invoice_id: int, *, kind: EntryKind, change: Decimal, effective_date: date, reason: str, actor: User | None = None
) -> Entry:
    """Append one adjustment; ``change`` is signed: −25 for a bank charge of 25 that we bear.

    Raises ``kind_invalid``, ``amount_invalid``, ``over_allocation``, ``date_too_early``.
    """
    _check_kind(kind)
    invoice = ledger.lock_invoice(invoice_id)
    check_amount(amount=abs(change), currency=invoice.currency, field="change")
    check_effective_date(effective_date=effective_date, not_before=invoice.invoice_date)
    check_reduction(invoice=ledger.open_part(invoice), change=change)
    ledger.lock_balances([(invoice.buyer_id, invoice.currency)])
    entry = ledger.write_entry(invoice=invoice, kind=kind, amount=change, effective_date=effective_date)
    _audit(actor, invoice, kind.value, amount=str(change), reason=reason)
    ledger.close_posting(invoice.buyer_id, cause="posted")
    return entry


def _check_kind(kind: EntryKind) -> None:
    if kind not in ADJUSTMENTS:
        allowed = ", ".join(sorted(ADJUSTMENTS))
        raise refusal("kind_invalid", "kind", kind, _("kind must be one of: %(allowed)s.", allowed=allowed))


@transaction.atomic
def set_dispute(
    invoice_id: int, *, key: str, amount: Decimal, reason: str, valid_from: date, actor: User | None = None
) -> Invoice:
    """From ``valid_from`` on ``amount`` of the invoice is contested under ``key``; 0 ends that dispute.

    Raises ``dispute_too_large`` if all disputes together exceed what is open, ``amount_invalid`` if negative.
    """
    invoice = ledger.lock_invoice(invoice_id)
    _check_dispute(invoice, key, amount)
    DisputeVersion.objects.create(
        invoice=invoice, buyer_id=invoice.buyer_id, dispute_key=key, amount=amount, reason=reason, valid_from=valid_from
    )
    Invoice.objects.filter(pk=invoice.pk).update(disputed_amount=_standing_disputes(invoice))
    _audit(actor, invoice, "disputed", key=key, amount=str(amount), reason=reason)
    ledger.close_posting(invoice.buyer_id, cause="posted")
    invoice.refresh_from_db()
    return invoice


def _check_dispute(invoice: Invoice, key: str, amount: Decimal) -> None:
    if amount != 0:
        check_amount(amount=amount, currency=invoice.currency)
    others = _standing_disputes(invoice, without=key)
    if amount and amount + others > max(invoice.open_amount, Decimal(0)):
        raise DomainError(
            "dispute_too_large",
            _(
                "Invoice %(number)s has %(open_amount)s %(currency)s open, %(others)s of it in dispute "
                "already; at most the rest can be disputed.",
                number=invoice.number,
                open_amount=invoice.open_amount,
                currency=invoice.currency,
                others=others,
            ),
            {"field": "amount", "value": str(amount)},
        )


def _standing_disputes(invoice: Invoice, *, without: str = "") -> Decimal:
    latest = invoice.disputes.order_by("dispute_key", "-valid_from", "-recorded_at", "-pk").distinct("dispute_key")
    standing = DisputeVersion.objects.filter(pk__in=latest.values("pk")).exclude(dispute_key=without)
    return standing.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _audit(actor: User | None, invoice: Invoice, verb: str, **data: str) -> None:
    audit.record(
        actor=actor, action=f"invoices.invoice.{verb}", subject_type="invoice", subject_id=invoice.pk, data=data
    )
