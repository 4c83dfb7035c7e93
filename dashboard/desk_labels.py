"""Words of the work pages: what happened, which state, which key; declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alerts.domain.states import AlertState
from core.domain.outbox import Channel, DeliveryState
from core.domain.roles import ApiScope
from core.models import Job, Run
from dashboard.labels import Label
from invoices.domain.kinds import BatchState, QuarantineState

API_SCOPES = {
    ApiScope.READ: _("read: buyers, invoices, aging, scores, alerts"),
    ApiScope.CHECK: _("check: ask whether an order may go"),
    ApiScope.INTAKE: _("intake: send documents"),
}

ACCOUNT_STATES = {
    True: Label(pgettext_lazy("account", "active"), "good"),
    False: Label(pgettext_lazy("account", "deactivated")),
}

KEY_STATES = {
    "usable": Label(pgettext_lazy("key", "usable"), "good"),
    "revoked": Label(pgettext_lazy("key", "revoked"), "worst"),
    "expired": Label(pgettext_lazy("key", "expired"), "warn"),
}

CHANNELS = {Channel.WEBHOOK: _("webhook"), Channel.MAIL: _("mail to the owner")}

SUBSCRIPTION_STATES = {
    "active": Label(pgettext_lazy("subscription", "active"), "good"),
    "paused": Label(pgettext_lazy("subscription", "paused"), "warn"),
    "resting": Label(pgettext_lazy("subscription", "nobody answers"), "bad"),
    "orphaned": Label(pgettext_lazy("subscription", "owner deactivated"), "worst"),
}

DELIVERY_STATES = {
    DeliveryState.PENDING: Label(pgettext_lazy("delivery", "waiting"), "warn"),
    DeliveryState.DELIVERED: Label(pgettext_lazy("delivery", "delivered"), "good"),
    DeliveryState.DEAD: Label(pgettext_lazy("delivery", "dead letter"), "worst"),
}

ALERT_CHOICES = {
    AlertState.OPEN: pgettext_lazy("alert", "open"),
    AlertState.ACKNOWLEDGED: pgettext_lazy("alert", "acknowledged"),
    AlertState.SNOOZED: pgettext_lazy("alert", "snoozed"),
    AlertState.CLOSED: pgettext_lazy("alert", "closed"),
    "all": _("all states"),
}

RUN_STATES = {
    Run.State.QUEUED: Label(pgettext_lazy("run", "queued")),
    Run.State.RUNNING: Label(pgettext_lazy("run", "running"), "fair"),
    Run.State.DONE: Label(pgettext_lazy("run", "done"), "good"),
    Run.State.FAILED: Label(pgettext_lazy("run", "failed"), "worst"),
    Job.State.WAITING: Label(pgettext_lazy("run", "waiting")),
    Job.State.READY: Label(pgettext_lazy("run", "ready")),
    Job.State.LEASED: Label(pgettext_lazy("run", "in work"), "fair"),
}

RUN_KINDS = {
    "close": _("nightly close"),
    "import": _("import of a file"),
    "snapshot": _("figures of another date"),
    "verify": _("proof of the ledger"),
}

STAGES = {
    "check": _("ledger check"),
    "snapshot": _("aging snapshots"),
    "score": _("scores"),
    "totals": _("totals"),
    "alerts": _("early warnings"),
    "standings": _("buyer standings"),
    "finish": _("finish"),
    "import": _("import"),
    "shards": _("aging snapshots"),
    "verify": _("entries against stored figures"),
}

# What a job counts, in words; what is not listed here is not shown as a count.
COUNTED = {
    "items": _("open items"),
    "entries": _("entries"),
    "mismatches": _("stored figures that differ"),
    "lines": _("lines"),
    "buyers": _("buyers"),
    "buyers_scored": _("buyers scored"),
    "evidence": _("with evidence"),
    "dates": _("days"),
    "opened": pgettext_lazy("alerts", "opened"),
    "reopened": pgettext_lazy("alerts", "reopened"),
    "returned": pgettext_lazy("alerts", "returned"),
    "worsened": pgettext_lazy("alerts", "worsened"),
    "closed": pgettext_lazy("alerts", "closed"),
    "changed": _("changed"),
    "rows": _("rows"),
    "created": _("created"),
    "updated": _("updated"),
    "unchanged": _("unchanged"),
    "quarantined": _("quarantined"),
    "filtered": _("filtered out"),
}

BATCH_STATES = {
    BatchState.PREVIEW: Label(pgettext_lazy("import", "not imported yet"), "warn"),
    BatchState.RUNNING: Label(pgettext_lazy("import", "running"), "fair"),
    BatchState.DONE: Label(pgettext_lazy("import", "imported"), "good"),
    BatchState.REFUSED: Label(pgettext_lazy("import", "refused"), "worst"),
}

QUARANTINE_STATES = {
    QuarantineState.OPEN: Label(pgettext_lazy("quarantine", "open"), "bad"),
    QuarantineState.REPLAYED: Label(pgettext_lazy("quarantine", "corrected and imported"), "good"),
    QuarantineState.DISCARDED: Label(pgettext_lazy("quarantine", "discarded")),
}

QUARANTINE_REASONS = {
    "value_missing": _("a value is missing"),
    "value_too_long": _("too long"),
    "value_unknown": _("unknown value"),
    "control_character": _("control character"),
    "date_invalid": _("not a date"),
    "date_out_of_range": _("date out of range"),
    "number_invalid": _("not a number"),
    "number_too_large": _("number too large"),
    "amount_zero": _("amount is zero"),
    "amount_negative": _("amount is negative"),
    "amount_precision": _("too many decimals"),
    "currency_unknown": _("unknown currency"),
    "country_unknown": _("unknown country/region"),
    "whole_number_invalid": _("not a whole number"),
    "credit_note_settled": _("settled credit note"),
    "paid_without_date": _("paid without a date"),
    "paid_more_than_amount": _("paid more than the amount"),
    "formula_cell": _("formula"),
    "error_cell": _("spreadsheet error"),
    "too_few_fields": _("too few fields"),
    "too_many_fields": _("too many fields"),
    "malformed_quotes": _("quotation mark not closed"),
    "field_too_long": _("too long"),
    "duplicate_in_file": _("twice in the file"),
    "contradicts_ledger": _("contradicts the ledger"),
    "refused_by_ledger": _("refused by the ledger"),
}

# Titles of the profiles that come with the product; those of the firm's own are as their file has them.
PROFILE_TITLES = {
    "Invoices, plain column names": _("Invoices, plain column names"),
    "IBM accounts receivable sample": _("IBM accounts receivable sample"),
    "SAP open items, USD and CAD": _("SAP open items, USD and CAD"),
}

AUDIT_SUBJECTS = {
    "user": _("account"),
    "api_client": _("API client"),
    "subscription": _("subscription"),
    "setting": _("setting"),
    "schedule": _("schedule"),
    "scorecard": _("scorecard"),
    "buyer": _("buyer"),
    "group": _("group"),
    "invoice": _("invoice"),
    "receipt": _("receipt"),
    "credit_note": _("credit note"),
    "alert": _("alert"),
    "run": _("run"),
    "job": _("job"),
    "rates": _("exchange rates"),
    "batch": _("import"),
    "bulk": _("bulk"),
    "suspended_allocation": _("allocation in suspense"),
    "document": _("document"),
    "own_seller": _("own company"),
    "bank_statement": _("bank statement"),
    "bank_line": _("bank line"),
    "profile": _("import profile"),
    "quarantined_row": _("quarantined row"),
    "rule": _("early-warning rule"),
    "order": _("order"),
    "order_check": _("order check"),
    "hold": _("hold"),
    "credit_account": _("credit account"),
    "limit": _("limit"),
    "limit_request": _("request for a limit"),
    "authority": _("delegation of authority"),
    "substitute": _("substitute"),
    "review": _("review"),
    "check_rule": _("rule of the order check"),
    "shipment": _("shipment"),
    "reservation": _("reservation"),
    "insured_limit": _("insured limit"),
    "file": _("file"),
    "date": _("day"),
    "grade": _("grade"),
    "reference": _("reference data"),
    "demo": _("demo data"),
}
