"""Words of bank lines, declared once: what a line may be, why it is not a receipt, what a person is warned of."""

from __future__ import annotations

from enum import StrEnum


class LineState(StrEnum):
    """Life of a bank line. ``told_before`` repeats a payment that another statement told first."""

    OPEN = "open"
    PROPOSED = "proposed"
    POSTED = "posted"
    IGNORED = "ignored"
    UNDONE = "undone"
    NOT_A_RECEIPT = "not_a_receipt"
    TOLD_BEFORE = "told_before"


# Receipts of bank lines stand in the ledger under the source of this beginning and our account's number.
BANK_SOURCE = "bank:"

# These wait for a decision; an undone line is open again, but nothing posts it by itself any more.
WAITING = (LineState.OPEN, LineState.PROPOSED, LineState.UNDONE)


class NotAReceipt(StrEnum):
    """Why a line of a statement is no money from a buyer."""

    DEBIT = "debit"
    PENDING = "pending"
    INFORMATION = "information"
    ZERO = "zero"
    REVERSAL_OF_DEBIT = "reversal_of_debit"


class LineWarning(StrEnum):
    """What a person should know of a line, whatever becomes of it."""

    PAYER_ACCOUNT_CHANGED = "payer_account_changed"
    PAYER_NOT_BUYER = "payer_not_buyer"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    POSSIBLE_REPEAT = "possible_repeat"
    LEDGER_REFUSED = "ledger_refused"


class StatementWarning(StrEnum):
    """What does not fit between a statement and those that came before it."""

    NUMBER_GAP = "number_gap"
    BALANCE_GAP = "balance_gap"
    PAYMENTS_NOT_LISTED = "payments_not_listed"
