"""Words of the credit floor: kinds and states, declared once."""

from __future__ import annotations

from enum import StrEnum


class LimitKind(StrEnum):
    """A limit of our own, or one that raises it for a time."""

    OWN = "own"
    TEMPORARY = "temporary"


class Checkpoint(StrEnum):
    """Where in an order's life it is checked; ``SHIPMENT`` is the last chance, ``INVOICE`` only warns."""

    QUOTATION = "quotation"
    ORDER = "order"
    PRODUCTION = "production"
    SHIPMENT = "shipment"
    INVOICE = "invoice"


class Result(StrEnum):
    """What a rule answers, from good to bad."""

    PASS = "pass"  # noqa: S105 -- a result, no password
    WARN = "warn"
    STOP = "stop"


class GateState(StrEnum):
    """Whether an order may go."""

    UNCHECKED = "unchecked"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    CHECK_NEEDED = "check_needed"
    CANCELLED = "cancelled"


class ReservationState(StrEnum):
    """Life of the part of a limit that an approved order holds."""

    ACTIVE = "active"
    USED = "used"
    REPLACED = "replaced"
    ENDED = "ended"
    EXPIRED = "expired"


class HoldKind(StrEnum):
    """A hold that follows from the rules, or one that a person set: only a person lifts that."""

    CREDIT = "credit"
    FORCED = "forced"


class HoldState(StrEnum):
    """Life of a hold."""

    OPEN = "open"
    RELEASED = "released"
    REJECTED = "rejected"
    CLEARED = "cleared"
    LIFTED = "lifted"
    CANCELLED = "cancelled"


class RuleLevel(StrEnum):
    """Where a threshold is set; the nearest one to the buyer counts."""

    TABLE = "table"
    GRADE = "grade"
    GROUP = "group"
    BUYER = "buyer"


class RequestState(StrEnum):
    """Life of a request for a limit."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What one person says on a request."""

    APPROVE = "approve"
    REJECT = "reject"


class ReviewState(StrEnum):
    """Life of an entry in the review diary."""

    OPEN = "open"
    DONE = "done"
