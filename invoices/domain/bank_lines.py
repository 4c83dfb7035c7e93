"""Which lines the entries of a statement are: one for each payment, together what the entries are."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from invoices.domain.bank import LineState, NotAReceipt

# ISO 20022 sub-families and the SWIFT type of money that went back.
RETURN_CODES = frozenset({"RRTN", "UPDD", "PRDD", "UPCQ", "NRTI", "RTI"})


class _Amount(Protocol):
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...


def is_listed(*, amount: Decimal, currency: str, details: Iterable[_Amount]) -> bool:
    """True if an entry's payments can stand for it: several, each with its amount, together the entry's.

    Example: an entry of 100 with payments of 60 and 40 is listed; with 60 and 30 (fees were taken off) it is one line.
    """
    amounts = [one.amount if one.currency == currency else None for one in details]
    return len(amounts) > 1 and None not in amounts and sum(filter(None, amounts), Decimal(0)) == amount


def first_state(*, amount: Decimal, status: str, is_reversal: bool, code: str) -> tuple[LineState, str]:
    """What a line is before anybody looks at it: waiting for a match, or no receipt, and why not.

    Booked credits wait; so do debits that take back money (a reversal, or a return by its code). Example: a booked
    debit without a sign of a return is ``not_a_receipt`` because it is a ``debit``.
    """
    why = _why_not(amount, status, is_reversal, code)
    return (LineState.NOT_A_RECEIPT, why.value) if why else (LineState.OPEN, "")


def _why_not(amount: Decimal, status: str, is_reversal: bool, code: str) -> NotAReceipt | None:
    if status != "booked":
        return NotAReceipt.PENDING if status == "pending" else NotAReceipt.INFORMATION
    if amount == 0:
        return NotAReceipt.ZERO
    if amount > 0:
        return NotAReceipt.REVERSAL_OF_DEBIT if is_reversal else None
    is_return = is_reversal or code.rsplit("/", 1)[-1] in RETURN_CODES
    return None if is_return else NotAReceipt.DEBIT
