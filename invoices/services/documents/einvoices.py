"""One e-invoice from its reading to its posting; where something is missing it waits and says what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import DataError, transaction

from buyers.services.registry import upsert_buyers
from core.errors import DomainError
from core.models import User
from core.services.documents import seal
from core.words import sentence as _
from invoices.domain.documents import DocumentState
from invoices.domain.einvoices import Action, Claim, Held, Plan, plan_posting
from invoices.intake.einvoices.records import Attachment, DueSource, EInvoice
from invoices.intake.text import show
from invoices.models import DocumentAttachment, IncomingDocument
from invoices.services.documents.claims import Asked, Posted
from invoices.services.documents.parties import check_seller, find_buyer
from invoices.services.documents.posting import post_claim
from invoices.services.documents.reading import Stop, claim_of, party_of, problem_of, safe_name

_LONGEST_NUMBER, _LONGEST_LINK, _LONGEST_WORDS = 120, 500, 200
_FROM_WORDS = frozenset({DueSource.TEXT_DATE, DueSource.TEXT_DAYS, DueSource.ON_RECEIPT})


def take_einvoice(
    row: IncomingDocument, invoice: EInvoice, *, today: date, actor: User | None, creates_buyers: bool
) -> None:
    """Post what the document says, whole or not at all; the row, which the caller saves, tells what became of it."""
    row.number = invoice.number[:_LONGEST_NUMBER]
    keep_attachments(row, invoice.attachments)
    try:
        with transaction.atomic():
            posted = _post(row, invoice, today=today, actor=actor, creates_buyers=creates_buyers)
    except Stop as stop:
        row.state = DocumentState.REFUSED if stop.held.is_final else DocumentState.WAITING
        row.problem = problem_of(stop.held)
    except DomainError as error:
        held = Held(code="ledger_refused", params={"problem": error.message, "code": error.code})
        row.state, row.problem = DocumentState.WAITING, problem_of(held)
    except DataError:
        held = Held(code="ledger_refused", params={"problem": _("The sums grow beyond what a ledger holds.")})
        row.state, row.problem = DocumentState.WAITING, problem_of(held)
    else:
        _note(row, posted)


def _post(row: IncomingDocument, invoice: EInvoice, *, today: date, actor: User | None, creates_buyers: bool) -> Posted:
    claim = claim_of(invoice)
    plan = plan_posting(claim, given_due_date=row.due_date)
    if isinstance(plan, Held) and plan.is_final:
        raise Stop(plan)
    seller, buyer = party_of(invoice.seller), party_of(invoice.buyer)
    ours = check_seller(seller, buyer)
    known = find_buyer(row, buyer, creates_buyers=creates_buyers)
    if isinstance(plan, Held):
        raise Stop(plan)
    asked = Asked(
        claim=claim,
        plan=plan,
        buyer=known,
        buyer_id=upsert_buyers([known], row.source)[known.external_id],
        source=row.source,
        series=ours.series,
        order=invoice.order_reference,
        today=today,
        actor=actor,
    )
    posted = post_claim(asked)
    if posted.state is DocumentState.POSTED:
        _remark(posted, row, invoice, claim, plan)
    return posted


def _remark(posted: Posted, row: IncomingDocument, invoice: EInvoice, claim: Claim, plan: Plan) -> None:
    if invoice.payee is not None and invoice.payee.name not in ("", invoice.seller.name):
        posted.warn("payee_differs", value=invoice.payee.name)
    if plan.action is Action.CREDIT:
        return
    if row.due_date is not None:
        posted.warn("due_by_person", value=row.due_date)
    elif invoice.due.source in _FROM_WORDS:
        posted.warn("due_from_words", value=claim.due_words[:_LONGEST_WORDS])


def _note(row: IncomingDocument, posted: Posted) -> None:
    row.state, row.problem, row.warnings = posted.state, None, posted.warnings
    row.invoice, row.parts = posted.invoice, posted.parts
    row.credit_note, row.receipt = posted.credit_note, posted.receipt
    if posted.invoice is not None:
        posted.invoice.refresh_from_db()
    of = posted.invoice or posted.credit_note
    row.buyer = of.buyer if of is not None else row.buyer


def keep_attachments(row: IncomingDocument, attachments: Iterable[Attachment]) -> None:
    """Seal the files inside; the same document again has the same ones."""
    if row.attachments.exists():
        return
    DocumentAttachment.objects.bulk_create(
        DocumentAttachment(
            document=row,
            position=position,
            name=safe_name(one.name),
            sealed=None if one.link else seal(one.content, media_type=one.media_type),
            link=show(one.link, _LONGEST_LINK - 1),
        )
        for position, one in enumerate(attachments, start=1)
    )
