"""Words of what comes in: ways, kinds, states; declared once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.desk_labels import BATCH_STATES
from dashboard.labels import Label
from dashboard.queries.incoming import Way
from invoices.domain.bulks import BulkKind, BulkState, MendKind, SuspenseState
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.services.imports.results import Outcome

WAYS = {Way.FILE: _("tables"), Way.REST: _("REST"), Way.DOCUMENT: _("documents")}

RECORD_KINDS = {
    BulkKind.INVOICES: pgettext_lazy("records", "invoices"),
    BulkKind.RECEIPTS: pgettext_lazy("records", "receipts"),
    BulkKind.CREDIT_NOTES: pgettext_lazy("records", "credit notes"),
    BulkKind.BUYERS: pgettext_lazy("records", "buyers"),
    BulkKind.DISPUTES: pgettext_lazy("records", "disputes"),
    BulkKind.WRITE_OFFS: pgettext_lazy("records", "write-offs"),
    BulkKind.SHIPMENTS: pgettext_lazy("records", "shipments"),
    BulkKind.ORDERS: pgettext_lazy("records", "orders"),
    BulkKind.GROUPS: pgettext_lazy("records", "groups"),
    BulkKind.RATINGS: pgettext_lazy("records", "agency ratings"),
    BulkKind.FINANCIAL_STATEMENTS: pgettext_lazy("records", "financial statements"),
    BulkKind.BUYER_EVENTS: pgettext_lazy("records", "events"),
    BulkKind.RATES: pgettext_lazy("records", "exchange rates"),
}

BULK_STATES = {
    BulkState.QUEUED: Label(pgettext_lazy("bulk", "queued")),
    BulkState.RUNNING: Label(pgettext_lazy("bulk", "being taken in"), "fair"),
    BulkState.DONE: Label(pgettext_lazy("bulk", "taken in"), "good"),
    BulkState.REFUSED: Label(pgettext_lazy("bulk", "refused"), "worst"),
    "failed": Label(pgettext_lazy("bulk", "failed"), "worst"),
}

OUTCOMES = {
    Outcome.CREATED: Label(_("new"), "good"),
    Outcome.UPDATED: Label(_("updated"), "fair"),
    Outcome.UNCHANGED: Label(_("unchanged")),
    Outcome.QUARANTINED: Label(_("in quarantine"), "bad"),
}

MENDED = {
    MendKind.REPLAYED: Label(_("taken since"), "good"),
    MendKind.DISCARDED: Label(pgettext_lazy("quarantine", "discarded")),
    MendKind.SUPERSEDED: Label(_("sent again by its system")),
}

SUSPENSE_STATES = {
    SuspenseState.WAITING: Label(pgettext_lazy("suspense", "in suspense"), "warn"),
    SuspenseState.ALLOCATED: Label(pgettext_lazy("suspense", "allocated"), "good"),
    SuspenseState.MOVED: Label(pgettext_lazy("suspense", "allocated elsewhere"), "fair"),
    SuspenseState.WITHDRAWN: Label(pgettext_lazy("suspense", "withdrawn")),
}

SUSPENSE_KINDS = {"receipt": _("receipt"), "credit_note": _("credit note")}

STATEMENT_KINDS = {
    "statement": _("statement"),
    "report": _("report during the day"),
    "notification": _("notification of credits and debits"),
}

DOCUMENT_KINDS = {
    DocumentKind.EINVOICE: _("e-invoice"),
    DocumentKind.STATEMENTS: _("bank statements"),
    DocumentKind.UNKNOWN: _("not known"),
}

DOCUMENT_STATES = {
    DocumentState.WAITING: Label(pgettext_lazy("document", "waiting"), "warn"),
    DocumentState.POSTED: Label(pgettext_lazy("document", "posted"), "good"),
    DocumentState.UNCHANGED: Label(pgettext_lazy("document", "known already")),
    DocumentState.REFUSED: Label(pgettext_lazy("document", "refused"), "worst"),
    DocumentState.DISCARDED: Label(pgettext_lazy("document", "discarded")),
}

CANDIDATE_REASONS = {
    "vat": _("the same VAT number"),
    "registration": _("the same registration"),
    "code": _("the same code"),
    "remembered": _("confirmed before"),
    "name": _("the same name"),
    "similar": _("a similar name"),
}

INCOMING_STATES: dict[Way, dict[Any, Label]] = {
    Way.FILE: BATCH_STATES,
    Way.REST: BULK_STATES,
    Way.DOCUMENT: DOCUMENT_STATES,
}
