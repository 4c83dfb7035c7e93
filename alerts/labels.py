"""The words that people read for rules, states, actions and figures; translated where they are shown."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.domain.states import PROPOSED_ACTIONS, AlertState, EventAction, Note, ProposedAction, Rule

Words = str | Promise

RULES: dict[str, Words] = {
    Rule.OVERDUE_15: _("Overdue: to be reviewed"),
    Rule.OVERDUE_30: _("Overdue: collection starts"),
    Rule.SCORE_FELL: _("Score fell"),
    Rule.PAYMENT_PERIOD: _("Payment period lengthens"),
    Rule.SUDDEN_TURN: _("Sudden turn of a good payer"),
    Rule.CONCENTRATION_BUYER: _("Concentration on one buyer"),
    Rule.CONCENTRATION_GROUP: _("Concentration on one group"),
    Rule.CONCENTRATION_COUNTRY: _("Concentration on one country/region"),
    Rule.RELATED_PARTY_LATE: _("Related party is late"),
    Rule.LEDGER_MISMATCH: _("The ledger does not agree"),
    Rule.SHIPPED_UNAPPROVED: _("Goods left without approval"),
    Rule.PAYER_ACCOUNT_CHANGED: _("Buyer pays from another account"),
    Rule.PAYER_NOT_BUYER: _("Somebody else pays"),
    Rule.RECEIPT_TWICE: _("Possible duplicate payment"),
}

RULE_HELP: dict[str, Words] = {
    Rule.OVERDUE_15: _("An undisputed, material item is more than this many days past due."),
    Rule.OVERDUE_30: _("An undisputed, material item is more than this many days past due."),
    Rule.SCORE_FELL: _("The score lost this many points, or the grade this many steps, within the window."),
    Rule.PAYMENT_PERIOD: _("The latest invoices were each paid later than the buyer's own median of 12 months."),
    Rule.SUDDEN_TURN: _("A buyer that paid on time, several times in a row, leaves an item open and late."),
    Rule.CONCENTRATION_BUYER: _("One buyer holds this share of all open receivables."),
    Rule.CONCENTRATION_GROUP: _("One group holds this share of all open receivables."),
    Rule.CONCENTRATION_COUNTRY: _("One country/region holds this share of all open receivables."),
    Rule.RELATED_PARTY_LATE: _("Another company of the same group is late or in default."),
    Rule.LEDGER_MISMATCH: _(
        "Control balances differ from the sum of the aging, or stored figures from the entries that they stand for."
    ),
    Rule.SHIPPED_UNAPPROVED: _("A shipment was reported of an order that was not approved."),
    Rule.PAYER_ACCOUNT_CHANGED: _(
        "A payment came from an account that neither the buyer nor its group paid from before."
    ),
    Rule.PAYER_NOT_BUYER: _("The bank names a payer whose name matches neither the buyer's nor its group's."),
    Rule.RECEIPT_TWICE: _("Bank and another source tell of the same amount of one buyer within this many days."),
}

STATES: dict[str, Words] = {
    AlertState.OPEN: _("open"),
    AlertState.ACKNOWLEDGED: _("acknowledged"),
    AlertState.SNOOZED: _("snoozed"),
    AlertState.CLOSED: _("closed"),
}

EVENTS: dict[str, Words] = {
    EventAction.OPENED: _("opened"),
    EventAction.WORSENED: _("got worse"),
    EventAction.REOPENED: _("reopened"),
    EventAction.RETURNED: _("returned from snooze"),
    EventAction.CLOSED: _("closed by itself"),
    EventAction.ACKNOWLEDGED: _("acknowledged"),
    EventAction.ASSIGNED: _("assigned"),
    EventAction.SNOOZED: _("snoozed"),
}

NOTES: dict[str, Words] = {
    Note.CAUSE_ENDED: _("The cause has ended."),
    Note.RULE_OFF: _("The rule was switched off."),
    Note.WORSE: _("It got worse."),
    Note.SNOOZE_ENDED: _("The snooze is over."),
}

PROPOSED: dict[str, Words] = {
    ProposedAction.REVIEW_ACCOUNT: _("Review the account and ask for a payment date."),
    ProposedAction.START_COLLECTION: _("Start collection; consider holding new orders."),
    ProposedAction.REVIEW_TERMS: _("Review terms and limit against the new grade."),
    ProposedAction.CALL_BUYER: _("Call the buyer and ask what has changed."),
    ProposedAction.HOLD_NEW_ORDERS: _("Hold new orders until the late item is explained."),
    ProposedAction.SPREAD_OR_INSURE: _("Insure a part, or let the exposure fall before new orders."),
    ProposedAction.REVIEW_GROUP: _("Look at the whole group before the next shipment."),
    ProposedAction.VERIFY_LEDGER: _("Run verify_ledger and find the posting that differs."),
    ProposedAction.ASK_WHO_PAID: _("Ask the buyer, by a number that you know, who paid and why."),
    ProposedAction.COMPARE_RECEIPTS: _("Compare both receipts; take the one back that is not money of its own."),
    ProposedAction.DECIDE_ON_GOODS: _("Release or reject the order; goods on the way can still be stopped."),
}

SEVERITIES: dict[int, Words] = {1: _("look"), 2: _("act"), 3: _("act today")}

FIGURES: dict[str, Words] = {
    "about": _("about"),
    "account": _("account"),
    "amount": _("amount"),
    "before": _("invoices before"),
    "buyer": _("buyer"),
    "currency": _("currency"),
    "date_before": _("date before"),
    "days": _("days late"),
    "difference": _("difference"),
    "due_date": _("due date"),
    "entries": _("by its entries"),
    "exposure": _("exposure"),
    "figure": _("stored figure"),
    "aging": _("aging"),
    "grade": _("grade"),
    "grade_before": _("grade before"),
    "grades_lost": _("grades lost"),
    "habit_days": _("usual days late"),
    "hidden_parties": _("related parties you may not see"),
    "invoice": _("invoice"),
    "is_incomplete": _("incomplete: some amounts have no rate"),
    "is_open": _("still open"),
    "items": _("items"),
    "ledger": _("ledger"),
    "mismatches": _("stored figures that differ"),
    "name": _("name"),
    "oldest_days_past_due": _("days past due of the oldest item"),
    "on_time_before": _("paid on time before, in a row"),
    "open_late": _("late items still open"),
    "order": _("order"),
    "parties": _("late related parties"),
    "payer": _("payer"),
    "payments": _("payments"),
    "points_lost": _("points lost"),
    "received_on": _("received on"),
    "score": _("score"),
    "score_before": _("score before"),
    "share_percent": _("share in percent"),
    "shipment": _("shipment"),
    "shipments": _("shipments"),
    "shipped_on": _("shipped on"),
    "stored": _("as stored"),
    "threshold_days": _("threshold in days"),
    "threshold_percent": _("threshold in percent"),
    "told": _("compared with"),
    "total_exposure": _("total exposure"),
    "unconverted_items": _("items without a rate"),
    "window_days": _("window in days"),
}

NUMBERS: dict[str, Words] = {
    "days": _("days"),
    "step": _("repeat after a rise of"),
    "growth_percent": _("repeat after the amount grew by, in percent"),
    "points": _("points"),
    "grades": _("grades"),
    "window_days": _("window in days"),
    "invoices": _("invoices in a row"),
    "before": _("invoices needed before"),
    "on_time": _("on-time invoices in a row"),
    "grace_days": _("days still on time"),
    "percent": _("percent of exposure"),
    "margin": _("ends this many points below"),
    "default_days": _("days that count as default"),
}


def note_text(note: str) -> Words:
    """The words for a note of the machine; a person's note is shown as written."""
    return NOTES.get(note, note)


def proposed_action(rule: str) -> Words:
    """What the rule proposes to do, in words."""
    return PROPOSED[PROPOSED_ACTIONS[Rule(rule)]]
