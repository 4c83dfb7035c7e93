"""What a person says about a document that waits."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from buyers.models import Buyer
from buyers.services.registry import upsert_buyers
from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.services.documents import open_sealed
from core.services.idempotency import try_again as repeated
from core.words import sentence as _
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.domain.einvoices import EARLIEST, LATEST
from invoices.intake.documents import Document
from invoices.intake.einvoices.records import EInvoice
from invoices.intake.reasons import FileRefused
from invoices.models import IncomingDocument
from invoices.queries.early import list_arrived_corrections
from invoices.services.documents.parties import new_row, remember_buyer
from invoices.services.documents.reading import party_of, read_or_refusal
from invoices.services.documents.receiving import take_again
from invoices.services.source_locks import lock_source

_LONGEST_REASON = 200


@transaction.atomic
def confirm_buyer(document_id: int, *, buyer_id: int | None, actor: User | None, today: date) -> IncomingDocument:
    """It is this buyer, or a new one (None); the party's next document finds it by itself. Posts, if nothing else
    is missing.

    Raises ``document_not_found``, ``invalid_transition``, ``buyer_not_found``, ``registration_taken``,
    ``permission_denied``.
    """
    row = _lock(document_id, actor)
    read = _read(row)
    party = party_of(_einvoice_of(row, read).buyer)
    if buyer_id is None:
        made = new_row(row, party)
        buyer_id = upsert_buyers([made], row.source)[made.external_id]
    buyer = Buyer.objects.filter(pk=buyer_id).first()
    if buyer is None:
        message = _("There is no buyer %(pk)s.", pk=buyer_id)
        raise NotFound("buyer_not_found", message, {"field": "buyer", "value": str(buyer_id)})
    remember_buyer(row, party, buyer, actor=actor)
    row.buyer = buyer
    _sign(row, "buyer_confirmed", {"buyer": buyer.code}, actor)
    return take_again(row, read, today=today, actor=actor)


@transaction.atomic
def set_due_date(document_id: int, *, due_date: date, actor: User | None, today: date) -> IncomingDocument:
    """The whole is due on this day, as a person read or agreed it. Posts, if nothing else is missing.

    Raises ``document_not_found``, ``invalid_transition``, ``due_before_invoice``, ``date_out_of_range``.
    """
    row = _lock(document_id, actor)
    read = _read(row)
    invoice = _einvoice_of(row, read)
    if not EARLIEST <= due_date <= LATEST or due_date < invoice.issue_date:
        raise DomainError(
            "due_before_invoice" if due_date < invoice.issue_date else "date_out_of_range",
            _("The due date must lie between %(first)s and %(last)s.", first=invoice.issue_date, last=LATEST),
            {"field": "due_date", "value": str(due_date)},
        )
    row.due_date = due_date
    _sign(row, "due_date_given", {"due_date": due_date.isoformat()}, actor)
    return take_again(row, read, today=today, actor=actor)


@transaction.atomic
def try_again(document_id: int, *, actor: User | None, today: date) -> IncomingDocument:
    """What was missing may be there now: the invoice that is corrected, our own seller, the buyer."""
    row = _lock(document_id, actor)
    return take_again(row, _read(row), today=today, actor=actor)


@transaction.atomic
def discard(document_id: int, *, reason: str, actor: User | None) -> IncomingDocument:
    """Put aside; nothing is posted, the file stays sealed. Raises ``reason_missing`` besides what all of them raise."""
    row = _lock(document_id, actor)
    if not reason.strip():
        raise DomainError("reason_missing", _("Say why it is discarded."), {"field": "reason", "value": ""})
    row.state, row.decision = DocumentState.DISCARDED, reason.strip()[:_LONGEST_REASON]
    _sign(row, "discarded", {"reason": row.decision}, actor)
    row.save()
    return row


def retry_waiting(*, today: date) -> dict[str, int]:
    """Try every waiting e-invoice again, each by itself; how many, and how many of them wait no more."""
    waiting = IncomingDocument.objects.filter(state=DocumentState.WAITING, kind=DocumentKind.EINVOICE)
    return _retry(list(waiting.order_by("pk").values_list("pk", flat=True)), today)


def retry_arrived(*, today: date) -> dict[str, int]:
    """Try the corrections again that came before the invoice which they correct, once that is there."""
    return _retry(list_arrived_corrections(), today)


def _retry(ids: list[int], today: date) -> dict[str, int]:
    """One whose file is lost stops no other."""
    done = [pk for pk in ids if _is_settled(pk, today)]
    return {"tried": len(ids), "settled": len(done)}


def _is_settled(pk: int, today: date) -> bool:
    try:
        return repeated(lambda: try_again(pk, actor=None, today=today)).state != DocumentState.WAITING
    except InvalidTransition:  # somebody else settled it meanwhile
        return True
    except DomainError:
        return False


def _lock(document_id: int, actor: User | None) -> IncomingDocument:
    if actor is not None:
        require(actor, Permission.LEDGER_IMPORT)
    found = IncomingDocument.objects.filter(pk=document_id).values_list("source", flat=True).first()
    if found is None:
        message = _("There is no document %(pk)s.", pk=document_id)
        raise NotFound("document_not_found", message, {"field": "id", "value": str(document_id)})
    lock_source(found, is_bounded=True)
    row = IncomingDocument.objects.select_for_update(of=("self",)).select_related("sealed", "buyer").get(pk=document_id)
    if row.state != DocumentState.WAITING:
        raise InvalidTransition(current=row.state, allowed=(DocumentState.WAITING.value,))
    return row


def _read(row: IncomingDocument) -> Document | FileRefused:
    return read_or_refusal(open_sealed(row.sealed))


def _einvoice_of(row: IncomingDocument, read: Document | FileRefused) -> EInvoice:
    if isinstance(read, FileRefused):
        raise read
    if read.invoice is None:
        message = _("Only an e-invoice has a buyer and a due date.")
        raise DomainError("document_kind", message, {"field": "id", "value": str(row.pk)})
    return read.invoice


def _sign(row: IncomingDocument, verb: str, data: dict[str, str], actor: User | None) -> None:
    row.decided_at, row.decided_by = timezone.now(), actor
    audit.record(actor=actor, action=f"invoices.document.{verb}", subject_type="document", subject_id=row.pk, data=data)
