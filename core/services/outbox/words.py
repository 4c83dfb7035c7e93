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

# In the order in which mails say them.
FIELDS = {
    "name": _("name"),
    "asked_by": _("asked by"),
    "buyer_name": _("name of the buyer"),
    "buyer": _("buyer"),
    "group": _("group"),
    "order_number": _("order number"),
    "source": _("source"),
    "event": pgettext_lazy("message", "what happened"),
    "gate": _("the order is"),
    "state": _("state"),
    "outcome": _("outcome"),
    "decided_by": _("deciding rule"),
    "stops": _("rules that stop"),
    "cause": _("cause"),
    "checkpoint": _("checkpoint"),
    "hold_kind": _("kind of hold"),
    "limit_kind": _("kind of limit"),
    "rule": _("rule"),
    "severity": _("severity"),
    "about": pgettext_lazy("message", "about"),
    "run_kind": _("kind of run"),
    "key": pgettext_lazy("message", "what it is for"),
    "amount": _("amount"),
    "currency": _("currency"),
    "over_by": _("over the limit by"),
    "base_currency": _("base currency"),
    "as_of": _("as of"),
    "valid_from": _("counts from"),
    "valid_to": _("last day"),
    "started_at": _("started"),
    "finished_at": _("finished"),
    "error": _("error"),
    "order_id": _("order"),
    "check_id": _("order check"),
    "hold_id": _("hold"),
    "alert_id": _("alert"),
    "account_id": _("credit account"),
    "limit_id": _("limit"),
    "run_id": _("run"),
}
