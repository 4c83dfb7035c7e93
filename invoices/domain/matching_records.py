"""What the rules of matching are asked about, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from invoices.domain.kinds import EntryKind


class ReasonCode(StrEnum):
    """Why a line is thought to pay these invoices, and what speaks against it."""

    CREDITOR_REFERENCE = "creditor_reference"
    NUMBER_NAMED = "number_named"
    NUMBER_SHORT = "number_short"
    NUMBER_PART = "number_part"
    NUMBER_TYPO = "number_typo"
    AMOUNT_EXACT = "amount_exact"
    AMOUNT_SUM = "amount_sum"
    AMOUNT_COMBINATION = "amount_combination"
    AMOUNT_ALL = "amount_all"
    BANK_CHARGE_TOLD = "bank_charge_told"
    BANK_CHARGE = "bank_charge"
    DISCOUNT = "discount"
    PART_PAYMENT = "part_payment"
    SHORT_UNEXPLAINED = "short_unexplained"
    OVERPAID = "overpaid"
    ON_ACCOUNT = "on_account"
    ACCOUNT_KNOWN = "account_known"
    ACCOUNT_SHARED = "account_shared"
    NAME_SAME = "name_same"
    NAME_SIMILAR = "name_similar"
    GROUP_PAYMENT = "group_payment"
    OTHER_CURRENCY = "other_currency"
    AMOUNT_CONVERTED = "amount_converted"
    PAYER_DIFFERS = "payer_differs"
    AMBIGUOUS = "ambiguous"
    COINCIDENCE = "coincidence"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    POSSIBLE_REPEAT = "possible_repeat"
    UNDONE_BEFORE = "undone_before"
    RETURN_REFERENCE = "return_reference"
    RETURN_AMOUNT = "return_amount"
    LEDGER_REFUSED = "ledger_refused"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with the figures that its words name."""

    code: ReasonCode
    params: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As stored with the line."""
        return {"code": self.code.value, "params": self.params}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A credit of our account: ``tokens`` are what may be numbers in its words, ``references`` by ISO 11649.

    ``charges``: what the bank says that was kept on the way, in the payment's currency.
    """

    amount: Decimal
    currency: str
    day: date
    payer_name: str = ""
    payer_ultimate: str = ""
    tokens: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    charges: Decimal = Decimal(0)


class OpenItem(NamedTuple):
    """An invoice with something open, positive; ``plain`` is its number without separators."""

    invoice_id: int
    buyer_id: int
    number: str
    plain: str
    amount: Decimal
    invoice_date: date
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """A buyer who may have paid. ``is_shared``: others pay from that account too (a platform, a bank)."""

    buyer_id: int
    group_id: int | None = None
    name_score: float = 0.0
    is_account_known: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What may be missing from a payment: in its currency, and in percent of what it pays."""

    charge_most: Decimal = Decimal(0)
    charge_percent: Decimal = Decimal(2)
    discount_percent: Decimal = Decimal(3)
    discount_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """``amount`` for one invoice; of another kind than receipt it is no money of the payment.

    ``source_amount``: what it uses of the payment, where the invoice is in another currency.
    """

    invoice_id: int
    number: str
    buyer_id: int
    amount: Decimal
    kind: EntryKind = EntryKind.RECEIPT
    source_amount: Decimal | None = None

    @property
    def used(self) -> Decimal:
        """What it takes of the payment, in its currency."""
        return self.amount if self.source_amount is None else self.source_amount

    def as_json(self) -> dict[str, Any]:
        """As stored with the line."""
        told = {
            "invoice": self.invoice_id,
            "number": self.number,
            "buyer": self.buyer_id,
            "amount": str(self.amount),
            "kind": self.kind.value,
        }
        return told if self.source_amount is None else {**told, "source_amount": str(self.source_amount)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to read a payment: the buyer whose receipt it is, what it pays, and how sure that is (0 to 1)."""

    buyer_id: int
    parts: tuple[Part, ...]
    unapplied: Decimal
    confidence: Decimal
    reasons: tuple[Reason, ...]

    @property
    def invoices(self) -> frozenset[int]:
        """The invoices that it pays."""
        return frozenset(part.invoice_id for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """As stored with the line."""
        return {
            "buyer": self.buyer_id,
            "allocations": [part.as_json() for part in self.parts],
            "unapplied": str(self.unapplied),
            "confidence": str(self.confidence),
            "reasons": [reason.as_json() for reason in self.reasons],
        }
