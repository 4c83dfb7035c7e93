"""Words of the buyer floor: kinds and states, declared once."""

from __future__ import annotations

from enum import StrEnum


class BuyerStatus(StrEnum):
    """Life of a buyer's master record."""

    PROSPECT = "prospect"
    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"


class EventKind(StrEnum):
    """External events that count in the score (domain.md section 5, event penalties and compliance)."""

    LITIGATION = "litigation"
    KEY_MANAGER_LEFT = "key_manager_left"
    INSURER_CUT = "insurer_cut"
    BANK_LINE_CUT = "bank_line_cut"
    RELATED_PARTY_DEFAULT = "related_party_default"
    INSOLVENCY = "insolvency"
    VIOLATION = "violation"


class KycStatus(StrEnum):
    """Result of the identity gate."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class ScreeningResult(StrEnum):
    """Result of a sanctions screening."""

    CLEAR = "clear"
    POTENTIAL = "potential"
    CONFIRMED = "confirmed"


class MergeState(StrEnum):
    """Life of a proposed merge of two buyer records."""

    PROPOSED = "proposed"
    MERGED = "merged"
    DISMISSED = "dismissed"
    UNDONE = "undone"
