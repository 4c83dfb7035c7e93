"""Documents that come in: sealed, read, and posted; or waiting or refused, with the reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from core.access.scope import require
from core.domain.roles import Permission
from core.models import User
from core.services import audit
from core.services.documents import seal
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.intake.documents import Document
from invoices.intake.reasons import FileRefused
from invoices.intake.xml_tree import DEFAULT_XML_LIMITS
from invoices.models import IncomingDocument
from invoices.services.documents.einvoices import take_einvoice
from invoices.services.documents.reading import problem_of, read_or_refusal, reading_of, safe_name
from invoices.services.documents.statements import take_statements_of
from invoices.services.source_locks import lock_source


@dataclass(frozen=True, slots=True)
class Received:
    """The document, and whether it is here for the first time."""

    document: IncomingDocument
    is_new: bool


def receive_document(
    data: bytes,
    *,
    file_name: str,
    source: str,
    actor: User | None,
    today: date,
    media_type: str = "",
    creates_buyers: bool = False,
) -> Received:
    """Seal, read and post one file; the same bytes again from the same source are the same document.

    One that waits is tried again. ``creates_buyers``: a buyer that nobody on record is like is made of the document's
    words. Raises ``document_bytes_limit`` and ``permission_denied``; every other refusal is the document's state.
    """
    if actor is not None:
        require(actor, Permission.LEDGER_IMPORT)
    if len(data) > DEFAULT_XML_LIMITS.max_bytes:
        raise FileRefused("document_bytes_limit", value=len(data), limit=DEFAULT_XML_LIMITS.max_bytes)
    known = _settled(data, source)
    if known is not None:
        seal(data, media_type=media_type)
        return Received(known, is_new=False)
    read = read_or_refusal(data)
    with transaction.atomic():
        lock_source(source, is_bounded=True)
        sealed = seal(data, media_type=media_type)
        row = IncomingDocument.objects.select_for_update(of=("self",)).filter(source=source, sealed=sealed).first()
        if row is not None and row.state != DocumentState.WAITING:
            return Received(row, is_new=False)
        is_new = row is None
        row = row or IncomingDocument(sealed=sealed, source=source, file_name=safe_name(file_name), actor=actor)
        _take(row, read, today=today, actor=actor, creates_buyers=creates_buyers)
        return Received(row, is_new=is_new)


def _settled(data: bytes, source: str) -> IncomingDocument | None:
    """The document of these bytes that waits for nothing: it need not be read again."""
    found = IncomingDocument.objects.filter(source=source, sealed__sha256=hashlib.sha256(data).hexdigest())
    return found.exclude(state=DocumentState.WAITING).first()


def take_again(
    row: IncomingDocument, read: Document | FileRefused, *, today: date, actor: User | None
) -> IncomingDocument:
    """Post a waiting document once more, with what a person has said meanwhile; ``read`` is what it says."""
    _take(row, read, today=today, actor=actor, creates_buyers=False)
    return row


def _take(
    row: IncomingDocument,
    read: Document | FileRefused,
    *,
    today: date,
    actor: User | None,
    creates_buyers: bool,
) -> None:
    is_new, before = row.pk is None, (row.state, row.problem)
    # What is taken refers to the row: it is there first, and says why only afterwards.
    row.problem, row.warnings, row.state = {"code": "", "params": {}}, [], DocumentState.WAITING
    row.save()
    if isinstance(read, FileRefused):
        row.state, row.problem = DocumentState.REFUSED, problem_of(read)
    elif read.invoice is not None:
        row.kind, row.reading = DocumentKind.EINVOICE, reading_of(read)
        take_einvoice(row, read.invoice, today=today, actor=actor, creates_buyers=creates_buyers)
    elif read.statements is not None:
        row.kind, row.reading = DocumentKind.STATEMENTS, reading_of(read)
        take_statements_of(row, read.statements, actor=actor)
    row.save()
    if is_new or before != (row.state, row.problem):
        _audit(row, actor)


def _audit(row: IncomingDocument, actor: User | None) -> None:
    data: dict[str, Any] = {"source": row.source, "file": row.file_name, "sha256": row.sealed.sha256, "kind": row.kind}
    if row.problem:
        data["problem"] = row.problem["code"]
    audit.record(
        actor=actor,
        action=f"invoices.document.{row.state}",
        subject_type="document",
        subject_id=row.pk,
        data=data,
        actor_label="" if actor else f"api:{row.source}",
    )
