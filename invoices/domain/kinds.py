"""Words of the receivables ledger: kinds and states, declared once."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """Kinds of ledger entries (domain.md section 2). The sign of the amount is the effect on what is open."""

    ISSUE = "issue"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"
    WRITE_OFF = "write_off"
    BANK_CHARGE = "bank_charge"
    DISCOUNT = "discount"
    WITHHOLDING_TAX = "withholding_tax"
    FX_DIFFERENCE = "fx_difference"
    REVERSAL = "reversal"


class Terms(StrEnum):
    """Instruments of payment, by the seller's risk from low to high (domain.md section 1)."""

    CASH_IN_ADVANCE = "cash_in_advance"
    ESCROW = "escrow"
    LC_CONFIRMED = "lc_confirmed"
    LC_SIGHT = "lc_sight"
    LC_USANCE = "lc_usance"
    STANDBY_LC = "standby_lc"
    DP = "dp"
    DA = "da"
    OPEN_ACCOUNT = "open_account"
    CONSIGNMENT = "consignment"


# Terms whose payments say something about the buyer's own willingness and ability (payment history).
CREDIT_TERMS = frozenset({Terms.OPEN_ACCOUNT, Terms.DP, Terms.DA})


class AgingBasis(StrEnum):
    """What an item's age is counted from."""

    DUE = "due"
    INVOICE = "invoice"


class BatchState(StrEnum):
    """Life of an import batch."""

    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


class QuarantineState(StrEnum):
    """Life of a quarantined row."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
