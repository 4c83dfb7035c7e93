"""Documents that came in, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import NotFound
from core.models import SealedDocument, User
from invoices.domain.einvoices import part_ids
from invoices.models import DocumentAttachment, IncomingDocument, Invoice
from invoices.queries.known import issued_amounts


def list_documents(
    *,
    actor: User | None = None,
    source: str | None = None,
    state: str | None = None,
    kind: str | None = None,
    text: str = "",
) -> QuerySet[IncomingDocument]:
    """Newest first; ``text`` is part of the number or the file's name. Raises ``permission_denied``."""
    if actor is not None:
        require(actor, Permission.LEDGER_IMPORT)
    given = {"source": source, "state": state, "kind": kind}
    rows = IncomingDocument.objects.filter(**{name: value for name, value in given.items() if value is not None})
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(file_name__icontains=text))
    return rows.select_related("sealed", "buyer", "invoice", "credit_note", "receipt").order_by("-pk")


def get_document(*, pk: int, actor: User | None = None, source: str | None = None) -> IncomingDocument:
    """One document, of this source only if one is given. Raises ``document_not_found``."""
    found = list_documents(actor=actor, source=source).filter(pk=pk).first()
    if found is None:
        raise NotFound("document_not_found", _("There is no such document."), {"field": "id", "value": str(pk)})
    return found


def list_attachments(document: IncomingDocument) -> QuerySet[DocumentAttachment]:
    """The files inside it, in their order."""
    return document.attachments.select_related("sealed").order_by("position")


class AttachedFile(NamedTuple):
    """A file inside a document, with what it calls itself."""

    sealed: SealedDocument
    name: str


def get_attachment(document: IncomingDocument, position: int) -> AttachedFile:
    """One of the files inside it; a mere link is none. Raises ``attachment_not_found``."""
    found = list_attachments(document).filter(position=position).first()
    if found is None or found.sealed is None:
        params = {"field": "position", "value": str(position)}
        raise NotFound("attachment_not_found", _("The document has no such file."), params)
    return AttachedFile(found.sealed, found.name)


def posted_invoices(document: IncomingDocument) -> list[Invoice]:
    """The invoices that it became: one, or one for each due date, the earliest first."""
    if document.invoice is None:
        return []
    ids = part_ids(document.invoice.external_id, max(document.parts, 1))
    rows = Invoice.objects.filter(source=document.invoice.source, external_id__in=ids)
    return sorted(rows, key=lambda row: (row.due_date, row.pk))


def ledger_amount(document: IncomingDocument, invoices: Iterable[Invoice]) -> Decimal:
    """What stands in the ledger of a posted e-invoice: issues of its :func:`posted_invoices`, less a credit note."""
    source = document.invoice.source if document.invoice is not None else ""
    issued = sum(issued_amounts(source, [one.external_id for one in invoices]).values(), Decimal(0))
    credit: Decimal = document.credit_note.amount if document.credit_note is not None else Decimal(0)
    return issued - credit
