"""Words of the alert floor, declared once."""

from __future__ import annotations

from enum import StrEnum


class AlertState(StrEnum):
    """Life of one episode of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Rule(StrEnum):
    """Signals of domain.md section 9 that need only the ledger and the score."""

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


class SubjectType(StrEnum):
    """What an alert is about."""

    BUYER = "buyer"
    GROUP = "group"
    COUNTRY = "country"
    LEDGER = "ledger"
