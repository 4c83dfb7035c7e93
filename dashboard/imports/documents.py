"""Documents: e-invoices and statements as they came, what was read of them, and what became of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.api.downloads import download
from core.services.documents import open_sealed
from dashboard.exports import wanted_export
from dashboard.imports.base import ImportsPage
from dashboard.imports.document_forms import forms_of
from dashboard.intake_labels import CANDIDATE_REASONS, DOCUMENT_KINDS, DOCUMENT_STATES
from dashboard.labels import label_of, word_of
from dashboard.pages import choices_of
from dashboard.tables import DataTable, LabelColumn, MomentColumn, TextColumn, WordColumn, configure
from dashboard.templatetags.duewatch import plain
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.intake.reasons import words
from invoices.models import IncomingDocument
from invoices.queries.documents import (
    get_attachment,
    get_document,
    list_attachments,
    list_documents,
    posted_invoices,
)


class DocumentsTable(DataTable):
    """Documents, the latest first."""

    title = _("Documents")
    empty = _("No document is in this state. Upload e-invoices and statements on the Imports page.")

    file_name = TextColumn(_("File"), orderable=False)
    kind = WordColumn(_("Kind"), table=DOCUMENT_KINDS, orderable=False)
    number = TextColumn(_("Number"), orderable=False)
    buyer = TextColumn(_("Buyer"), empty_values=(), orderable=False)
    total = TextColumn(_("Total"), accessor="reading", css="num", orderable=False)
    due = TextColumn(_("Due"), accessor="reading__due_date", css="nowrap", orderable=False)
    state = LabelColumn(_("State"), table=DOCUMENT_STATES, orderable=False)
    problem = TextColumn(_("Reason"), orderable=False, css="wide")
    source = TextColumn(_("Source"), orderable=False)
    created_at = MomentColumn(_("Came in"), css="nowrap", orderable=False)

    def render_file_name(self, record: IncomingDocument) -> Any:
        """Linked to the document."""
        return format_html(
            '<a href="{}">{}</a>', reverse("dashboard:import_document", args=[record.pk]), record.file_name
        )

    def value_file_name(self, record: IncomingDocument) -> str:
        """The name alone."""
        return record.file_name

    def render_buyer(self, record: IncomingDocument) -> str:
        """The buyer on record, else as the document calls it."""
        return self.value_buyer(record) or "–"

    def value_buyer(self, record: IncomingDocument) -> str:
        """The name."""
        return record.buyer.name if record.buyer else str(record.reading.get("buyer", ""))

    def render_total(self, value: dict[str, Any]) -> str:
        """With its currency."""
        return money_of(value, "total") or "–"

    def value_total(self, value: dict[str, Any]) -> str:
        """With its currency."""
        return money_of(value, "total")

    def render_problem(self, value: dict[str, Any]) -> str:
        """In words."""
        return said(value)

    def value_problem(self, value: dict[str, Any]) -> str:
        """In words."""
        return said(value)


def money_of(reading: dict[str, Any], name: str) -> str:
    """An amount that was read, with its currency; empty if there is none."""
    amount, currency = reading.get(name), reading.get("currency", "")
    return f"{currency} {plain(amount, currency)}" if amount else ""


def said(problem: dict[str, Any]) -> str:
    """A problem or remark in the active language."""
    return words(problem["code"], problem.get("params", {}))


class DocumentsPage(ImportsPage):
    """``/imports/documents/?state=&kind=&q=``"""

    tab = "import_documents"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        state, kind, text = (request.GET.get(name, "")[:80] for name in ("state", "kind", "q"))
        state, kind = state if state in set(DocumentState) else "", kind if kind in set(DocumentKind) else ""
        rows = list_documents(state=state or None, kind=kind or None, text=text)
        table = DocumentsTable(rows, name="documents")
        return wanted_export(request, table) or self.render(
            "imports/documents.html",
            table=configure(request, table),
            text=text,
            states=choices_of(DOCUMENT_STATES, state, every=_("all")),
            kinds=choices_of(DOCUMENT_KINDS, kind, every=_("every kind")),
        )


class DocumentPage(ImportsPage):
    """One document."""

    tab = "import_documents"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was read, what became of it, and what it needs."""
        return self.show(pk)

    def show(self, pk: int, *, failed: dict[str, Any] | None = None, problem: str = "") -> HttpResponse:
        """The page, with a form that was refused."""
        row = get_document(pk=pk)
        is_waiting = row.state == DocumentState.WAITING
        return self.render(
            "imports/document.html",
            status=422 if failed or problem else 200,
            row=row,
            state=label_of(DOCUMENT_STATES, row.state),
            kind=word_of(DOCUMENT_KINDS, row.kind),
            why=said(row.problem) if row.problem else "",
            refused=problem,
            warnings=[said(one) for one in row.warnings],
            reading=_facts(row.reading),
            instalments=row.reading.get("instalments") or [],
            currency=row.reading.get("currency", ""),
            statements=row.reading.get("statements") or [],
            candidates=[(one, word_of(CANDIDATE_REASONS, one["reason"])) for one in row.candidates],
            attachments=list_attachments(row),
            invoices=posted_invoices(row),
            forms={**forms_of(row), **(failed or {})} if is_waiting else {},
        )


_TEXTS = {
    "number": _("Number"),
    "type": _("Type"),
    "seller": _("Seller"),
    "seller_id": _("Seller's number"),
    "buyer": _("Buyer in the document"),
    "buyer_id": _("Buyer's number"),
    "payee": _("Payee"),
    "issue_date": _("Issued"),
    "due_date": _("Due"),
    "order": _("Order"),
    "profile": _("Profile"),
}
_AMOUNTS = {
    "net": _("Net"),
    "tax": _("Tax"),
    "total": _("Total"),
    "prepaid": _("Prepaid"),
    "payable": _("To be paid"),
    "receivable": _("Receivable"),
}


def _facts(reading: dict[str, Any]) -> list[tuple[Any, str]]:
    """What was read of an e-invoice: name and value."""
    texts = [(word, str(reading[name])) for name, word in _TEXTS.items() if reading.get(name)]
    sums = [(word, money_of(reading, name)) for name, word in _AMOUNTS.items() if Decimal(reading.get(name) or 0)]
    return texts + sums


class DocumentFile(ImportsPage):
    """The sealed original, exactly as it came."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As a download, never shown by the browser."""
        row = get_document(pk=pk)
        return download(open_sealed(row.sealed), name=row.file_name)


class AttachmentFile(ImportsPage):
    """A file that was inside an e-invoice."""

    def get(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        """As a download."""
        found = get_attachment(get_document(pk=pk), position)
        return download(open_sealed(found.sealed), name=found.name)
