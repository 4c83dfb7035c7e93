"""Kinds of messages and the names of what they tell, in words: for mails and pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.domain.outbox import MessageKind

KINDS = {
    MessageKind.ALERT_OPENED: _("early warning opened"),
    MessageKind.ALERT_ESCALATED: _("early warning is worse"),
    MessageKind.ALERT_CLOSED: _("early warning closed"),
    MessageKind.ORDER_DECIDED: _("order check decided"),
    MessageKind.HOLD_SET: _("hold set or changed"),
    MessageKind.HOLD_ENDED: _("hold ended"),
    MessageKind.LIMIT_CHANGED: _("limit changed"),
    MessageKind.RUN_FINISHED: _("run finished"),
    MessageKind.TEST: _("test message"),
}

FIELDS = {
    "about": pgettext_lazy("message", "about"),
    "account_id": _("credit account"),
    "alert_id": _("alert"),
    "amount": _("amount"),
    "as_of": _("as of"),
    "asked_by": _("asked by"),
    "base_currency": _("base currency"),
    "buyer": _("buyer"),
    "buyer_name": _("name of the buyer"),
    "cause": _("cause"),
    "check_id": _("order check"),
    "checkpoint": _("checkpoint"),
    "currency": _("currency"),
    "decided_by": _("deciding rule"),
    "error": _("error"),
    "event": pgettext_lazy("message", "what happened"),
    "finished_at": _("finished"),
    "gate": _("the order is"),
    "group": _("group"),
    "hold_id": _("hold"),
    "hold_kind": _("kind of hold"),
    "key": pgettext_lazy("message", "what it is for"),
    "limit_id": _("limit"),
    "limit_kind": _("kind of limit"),
    "name": _("name"),
    "order_id": _("order"),
    "order_number": _("order number"),
    "outcome": _("outcome"),
    "over_by": _("over the limit by"),
    "rule": _("rule"),
    "run_id": _("run"),
    "run_kind": _("kind of run"),
    "severity": _("severity"),
    "source": _("source"),
    "started_at": _("started"),
    "state": _("state"),
    "stops": _("rules that stop"),
    "valid_from": _("counts from"),
    "valid_to": _("last day"),
}
