"""An invoice put as its source knows it now: issued, brought up to date, or corrected by reversal and new issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from buyers.services.registry import BuyerRow, upsert_buyers
from core.errors import Changed, Conflict
from core.models import User
from core.services import audit
from invoices.domain.kinds import EntryKind
from invoices.domain.posting import check_amount, check_due_date, check_reduction
from invoices.models import Entry, Invoice
from invoices.queries.source_invoices import SourceInvoice, get_source_invoice, state_of
from invoices.services.imports.results import Outcome
from invoices.services.posting import ledger
from invoices.services.posting.issue import NewInvoice, change_due_date, issue_invoice
from invoices.services.posting.reversals import reverse_locked
from invoices.services.source_locks import share_source
from invoices.services.suspense import settle_suspense

# What makes the invoice the invoice it is; another one is issued under another number.
FIXED = ("buyer_id", "currency", "invoice_date", "number", "terms", "order_id")


@transaction.atomic
def put_invoice(
    new: NewInvoice,
    *,
    buyer: BuyerRow | None,
    today: date,
    expected: tuple[int, int] | None = None,
    actor: User | None = None,
) -> tuple[Outcome, SourceInvoice]:
    """Bring the ledger to what the source says; the same again changes nothing.

    ``buyer`` is whom the source names; None: ``new`` has the buyer's id already.

    Another amount is a reversal and a new issue from ``today`` on, payments stay; another due date counts from
    ``today``. Raises ``amount_invalid``, ``due_before_invoice``, ``invoice_contradicts`` for what cannot be corrected,
    ``over_allocation`` if more was paid than the new amount, ``invoice_changed`` (412) if ``expected`` is not the
    version on record.
    """
    check_amount(amount=new.amount, currency=new.currency)
    check_due_date(due_date=new.due_date, invoice_date=new.invoice_date)
    share_source(new.source)
    if buyer is not None:
        new = replace(new, buyer_id=upsert_buyers([buyer], new.source)[buyer.external_id])
    known = Invoice.objects.filter(source=new.source, external_id=new.external_id).first()
    if known is None:
        return _issued(new, expected, actor)
    before = state_of(ledger.lock_invoice(known.pk))
    _check_version(before, expected)
    _check_fixed(before.invoice, new)
    after = _brought_up_to_date(before, new, today, actor)
    return (Outcome.UNCHANGED if after.versions == before.versions else Outcome.UPDATED), after


def _issued(new: NewInvoice, expected: tuple[int, int] | None, actor: User | None) -> tuple[Outcome, SourceInvoice]:
    if expected is not None:
        raise _changed(new.external_id)
    issue_invoice(new, actor=actor)
    settle_suspense(new.source, invoice=new.external_id)
    return Outcome.CREATED, get_source_invoice(source=new.source, external_id=new.external_id)


def _brought_up_to_date(before: SourceInvoice, new: NewInvoice, today: date, actor: User | None) -> SourceInvoice:
    if before.amount != new.amount:
        _correct_amount(before, new.amount, day=max(today, new.invoice_date), actor=actor)
    if before.due_date != new.due_date:
        change_due_date(before.invoice.pk, due_date=new.due_date, valid_from=today, reason="", actor=actor)
    return get_source_invoice(source=new.source, external_id=new.external_id)


def _check_version(before: SourceInvoice, expected: tuple[int, int] | None) -> None:
    if expected is not None and expected != before.versions:
        raise _changed(before.invoice.external_id)


def _changed(external_id: str) -> Changed:
    detail = _("The invoice is no longer the version that If-Match names; read it again.")
    return Changed("invoice_changed", detail, {"field": "If-Match", "value": external_id})


def _check_fixed(known: Invoice, new: NewInvoice) -> None:
    for name in FIXED:
        stands, given = getattr(known, name), getattr(new, name)
        if stands != given:
            field = name.removesuffix("_id")
            raise Conflict(
                "invoice_contradicts",
                _("The invoice is on record with another %(field)s, which no correction can change.")
                % {"field": field},
                {
                    "field": field,
                    "value": str(given),
                    "known": str(stands),
                    "fix": _("Credit this invoice and issue another one under a number of its own."),
                },
            )


def _correct_amount(before: SourceInvoice, amount: Decimal, *, day: date, actor: User | None) -> None:
    invoice = before.invoice
    check_reduction(invoice=ledger.open_part(invoice), change=amount - before.amount)
    ledger.lock_balances([(invoice.buyer_id, invoice.currency)])
    standing = Entry.objects.filter(invoice=invoice, kind=EntryKind.ISSUE, reversed_by__isnull=True)
    for entry in standing.select_related("invoice").order_by("pk"):
        reverse_locked(entry, effective_date=max(day, entry.effective_date))
    ledger.write_entry(invoice=invoice, kind=EntryKind.ISSUE, amount=amount, effective_date=day)
    audit.record(
        actor=actor,
        action="invoices.invoice.corrected",
        subject_type="invoice",
        subject_id=invoice.pk,
        data={"from": str(before.amount), "to": str(amount)},
        actor_label=f"api:{invoice.source}",
    )
    ledger.close_posting(invoice.buyer_id, cause="posted")
