"""Words of the alert floor, declared once."""

from __future__ import annotations

from enum import StrEnum


class AlertState(StrEnum):
    """Life of one episode of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


LIVE_STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


class Rule(StrEnum):
    """Signals of domain.md section 9 that need only ledger, bank and score; goods without approval: architecture.md."""

    OVERDUE_15 = "overdue_15"
    OVERDUE_30 = "overdue_30"
    SCORE_FELL = "score_fell"
    PAYMENT_PERIOD = "payment_period_lengthens"
    SUDDEN_TURN = "sudden_turn"
    CONCENTRATION_BUYER = "concentration_buyer"
    CONCENTRATION_GROUP = "concentration_group"
    CONCENTRATION_COUNTRY = "concentration_country"
    RELATED_PARTY_LATE = "related_party_late"
    LEDGER_MISMATCH = "ledger_mismatch"
    SHIPPED_UNAPPROVED = "shipped_unapproved"
    PAYER_ACCOUNT_CHANGED = "payer_account_changed"
    PAYER_NOT_BUYER = "payer_not_buyer"
    RECEIPT_TWICE = "receipt_twice"


class SubjectType(StrEnum):
    """What an alert is about."""

    BUYER = "buyer"
    GROUP = "group"
    COUNTRY = "country"
    LEDGER = "ledger"
    ORDER = "order"


class EventAction(StrEnum):
    """What can happen to an alert; each is a row of its history."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    RETURNED = "returned"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"


class Note(StrEnum):
    """What the machine writes beside an event; the words are in ``alerts.labels``."""

    CAUSE_ENDED = "cause_ended"
    RULE_OFF = "rule_off"
    WORSE = "worse"
    SNOOZE_ENDED = "snooze_ended"


class ProposedAction(StrEnum):
    """What a rule proposes to do."""

    REVIEW_ACCOUNT = "review_account"
    START_COLLECTION = "start_collection"
    REVIEW_TERMS = "review_terms"
    CALL_BUYER = "call_buyer"
    HOLD_NEW_ORDERS = "hold_new_orders"
    SPREAD_OR_INSURE = "spread_or_insure"
    REVIEW_GROUP = "review_group"
    VERIFY_LEDGER = "verify_ledger"
    DECIDE_ON_GOODS = "decide_on_goods"
    ASK_WHO_PAID = "ask_who_paid"
    COMPARE_RECEIPTS = "compare_receipts"


PROPOSED_ACTIONS: dict[Rule, ProposedAction] = {
    Rule.OVERDUE_15: ProposedAction.REVIEW_ACCOUNT,
    Rule.OVERDUE_30: ProposedAction.START_COLLECTION,
    Rule.SCORE_FELL: ProposedAction.REVIEW_TERMS,
    Rule.PAYMENT_PERIOD: ProposedAction.CALL_BUYER,
    Rule.SUDDEN_TURN: ProposedAction.HOLD_NEW_ORDERS,
    Rule.CONCENTRATION_BUYER: ProposedAction.SPREAD_OR_INSURE,
    Rule.CONCENTRATION_GROUP: ProposedAction.SPREAD_OR_INSURE,
    Rule.CONCENTRATION_COUNTRY: ProposedAction.SPREAD_OR_INSURE,
    Rule.RELATED_PARTY_LATE: ProposedAction.REVIEW_GROUP,
    Rule.LEDGER_MISMATCH: ProposedAction.VERIFY_LEDGER,
    Rule.SHIPPED_UNAPPROVED: ProposedAction.DECIDE_ON_GOODS,
    Rule.PAYER_ACCOUNT_CHANGED: ProposedAction.ASK_WHO_PAID,
    Rule.PAYER_NOT_BUYER: ProposedAction.ASK_WHO_PAID,
    Rule.RECEIPT_TWICE: ProposedAction.COMPARE_RECEIPTS,
}
