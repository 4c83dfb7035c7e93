"""Words and colours of limits, checks, holds and approvals, declared once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cover.domain.kinds import SecurityKind
from credit.domain.kinds import (
    Checkpoint,
    GateState,
    HoldKind,
    HoldState,
    LimitKind,
    RequestState,
    ReservationState,
    Result,
    ReviewState,
    RuleLevel,
    Verdict,
)
from dashboard.labels import Label

OUTCOMES = {
    Result.PASS: Label(_("may go"), "good"),
    Result.WARN: Label(_("may go, with warnings"), "warn"),
    Result.STOP: Label(_("may not go"), "worst"),
}

RESULTS = {
    Result.PASS: Label(pgettext_lazy("rule", "passes"), "good"),
    Result.WARN: Label(pgettext_lazy("rule", "warns"), "warn"),
    Result.STOP: Label(pgettext_lazy("rule", "stops"), "worst"),
}

EFFECTS = {Result.STOP: _("stops"), Result.WARN: _("warns")}

CHECKPOINTS: dict[str, Any] = {
    Checkpoint.QUOTATION: _("quotation"),
    Checkpoint.ORDER: _("order"),
    Checkpoint.PRODUCTION: _("start of production"),
    Checkpoint.SHIPMENT: _("shipment"),
    Checkpoint.INVOICE: _("invoice"),
}

GATES = {
    GateState.UNCHECKED: Label(pgettext_lazy("order", "not checked"), "calm"),
    GateState.APPROVED: Label(pgettext_lazy("order", "approved"), "good"),
    GateState.HELD: Label(pgettext_lazy("order", "on hold"), "worst"),
    GateState.REJECTED: Label(pgettext_lazy("order", "rejected"), "bad"),
    GateState.CHECK_NEEDED: Label(pgettext_lazy("order", "to be checked again"), "warn"),
    GateState.CANCELLED: Label(pgettext_lazy("order", "cancelled")),
}

RESERVATIONS = {
    ReservationState.ACTIVE: Label(pgettext_lazy("reservation", "holds the limit"), "good"),
    ReservationState.USED: Label(pgettext_lazy("reservation", "used up by delivery"), "fair"),
    ReservationState.REPLACED: Label(pgettext_lazy("reservation", "replaced")),
    ReservationState.ENDED: Label(pgettext_lazy("reservation", "ended")),
    ReservationState.EXPIRED: Label(pgettext_lazy("reservation", "expired"), "warn"),
}

HOLD_KINDS = {
    HoldKind.CREDIT: Label(pgettext_lazy("hold", "by the rules"), "warn"),
    HoldKind.FORCED: Label(pgettext_lazy("hold", "forced by a person"), "worst"),
}

HOLD_STATES = {
    HoldState.OPEN: Label(pgettext_lazy("hold", "open"), "bad"),
    HoldState.RELEASED: Label(pgettext_lazy("hold", "released"), "fair"),
    HoldState.REJECTED: Label(pgettext_lazy("hold", "rejected"), "worst"),
    HoldState.CLEARED: Label(pgettext_lazy("hold", "cleared by a new check"), "good"),
    HoldState.LIFTED: Label(pgettext_lazy("hold", "lifted"), "good"),
    HoldState.CANCELLED: Label(pgettext_lazy("hold", "order cancelled")),
}

LIMIT_KINDS = {
    LimitKind.OWN: Label(pgettext_lazy("limit", "own"), "calm"),
    LimitKind.TEMPORARY: Label(pgettext_lazy("limit", "temporary"), "warn"),
}

LIMIT_STATES = {
    "in_force": Label(pgettext_lazy("limit", "in force"), "good"),
    "expiring": Label(pgettext_lazy("limit", "ends soon"), "warn"),
    "expired": Label(pgettext_lazy("limit", "expired"), "worst"),
    "missing": Label(pgettext_lazy("limit", "none"), "bad"),
    "planned": Label(pgettext_lazy("limit", "to come"), "fair"),
}

REQUESTS = {
    RequestState.PENDING: Label(pgettext_lazy("request", "to be decided"), "warn"),
    RequestState.APPROVED: Label(pgettext_lazy("request", "approved"), "good"),
    RequestState.REJECTED: Label(pgettext_lazy("request", "rejected"), "worst"),
    RequestState.WITHDRAWN: Label(pgettext_lazy("request", "withdrawn")),
}

VERDICTS = {
    Verdict.APPROVE: Label(pgettext_lazy("decision", "approves"), "good"),
    Verdict.REJECT: Label(pgettext_lazy("decision", "rejects"), "worst"),
}

REVIEWS = {
    ReviewState.OPEN: Label(pgettext_lazy("review", "to do"), "warn"),
    ReviewState.DONE: Label(pgettext_lazy("review", "done"), "good"),
}

LEVELS: dict[str, Any] = {
    RuleLevel.TABLE: _("everybody"),
    RuleLevel.GRADE: _("grade"),
    RuleLevel.GROUP: _("group"),
    RuleLevel.BUYER: _("buyer"),
}

SECURITIES: dict[str, Any] = {
    SecurityKind.LC_CONFIRMED: _("confirmed letter of credit"),
    SecurityKind.CASH_GUARANTEE: _("guarantee in cash"),
    SecurityKind.STANDBY_LC: _("standby L/C"),
}
