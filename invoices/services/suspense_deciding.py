"""A person decides on what waits in suspense: it goes to another invoice, or is withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.bulks import SuspenseState
from invoices.models import CreditNote, Entry, Receipt, SuspendedAllocation
from invoices.services.posting.allocations import Allocation, allocate_credit_note, allocate_receipt
from invoices.services.source_locks import lock_source


@transaction.atomic
def withdraw_suspended(pk: int, *, reason: str, actor: User) -> SuspendedAllocation:
    """It is not waited for any more; its money stays unapplied. The source asking the same again changes nothing.

    Raises ``suspended_not_found``, ``reason_missing``, ``invalid_transition``.
    """
    row = _lock(pk, actor)
    if not reason.strip():
        raise DomainError("reason_missing", _("Say why."), {"field": "reason", "value": ""})
    _settle(row, SuspenseState.WITHDRAWN)
    _audit(row, actor, reason=reason.strip())
    return row


@transaction.atomic
def move_suspended(pk: int, *, invoice_id: int, amount: Decimal, day: date, actor: User) -> Entry:
    """Allocate what waits to another invoice of the buyer or group, from ``day`` on.

    Raises ``suspended_not_found``, ``document_missing`` while receipt or credit note is not in the ledger, and what
    :func:`allocate_receipt` raises.
    """
    row = _lock(pk, actor)
    document = _document(row)
    wanted = Allocation(source_id=document.pk, invoice_id=invoice_id, amount=amount, effective_date=day)
    allocate = allocate_receipt if isinstance(document, Receipt) else allocate_credit_note
    entry = allocate(wanted, actor=actor)
    _settle(row, SuspenseState.MOVED)
    _audit(row, actor, invoice=str(invoice_id), amount=str(amount))
    return entry


def _lock(pk: int, actor: User) -> SuspendedAllocation:
    require(actor, Permission.LEDGER_IMPORT)
    source = SuspendedAllocation.objects.filter(pk=pk).values_list("source", flat=True).first()
    if source is None:
        raise NotFound(
            "suspended_not_found",
            _("There is no allocation in suspense with this number."),
            {"field": "id", "value": pk},
        )
    lock_source(source, is_bounded=True)
    row = SuspendedAllocation.objects.select_for_update().get(pk=pk)
    if row.state != SuspenseState.WAITING:
        raise InvalidTransition(current=row.state, allowed=(SuspenseState.WAITING,))
    return row


def _document(row: SuspendedAllocation) -> Receipt | CreditNote:
    model = Receipt if row.kind == "receipt" else CreditNote
    found: Receipt | CreditNote | None = model.objects.filter(source=row.source, external_id=row.document).first()
    if found is None:
        raise DomainError(
            "document_missing",
            _("%(document)s itself is not in the ledger yet.", document=row.document),
            {"field": "document", "value": row.document},
        )
    return found


def _settle(row: SuspendedAllocation, state: SuspenseState) -> None:
    row.state, row.settled_at, row.problem = state, timezone.now(), ""
    row.save(update_fields=["state", "settled_at", "problem"])


def _audit(row: SuspendedAllocation, actor: User, **data: str) -> None:
    known = {"document": row.document, "invoice_asked": row.invoice, "amount_asked": str(row.amount)}
    audit.record(
        actor=actor,
        action=f"invoices.suspense.{row.state}",
        subject_type="suspended_allocation",
        subject_id=row.pk,
        data=known | data,
    )
