"""What a bank says, as typed rows: the same for camt and SWIFT messages. Amounts are signed, credits positive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What the bank sends."""

    STATEMENT = "statement"  # camt.053, MT940: booked, with balances
    REPORT = "report"  # camt.052, MT942: during the day
    NOTIFICATION = "notification"  # camt.054: single debits and credits


class Status(StrEnum):
    """How certain an entry is."""

    BOOKED = "booked"
    PENDING = "pending"  # expected or not yet booked: in no balance
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account that the statement is about."""

    number: str
    currency: str = ""
    owner: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An amount on a date; negative = overdrawn."""

    amount: Decimal
    currency: str
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparty:
    """Who paid, or was paid."""

    name: str = ""
    account: str = ""
    bank: str = ""
    ultimate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference with its kind: ``EndToEndId``, ``customer``, ``bank`` …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A fee of the bank; positive = taken from the account holder."""

    amount: Decimal
    currency: str
    is_included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One payment of an entry; an entry may be a batch of many. The amount is None where the bank states none."""

    amount: Decimal | None
    currency: str
    counterparty: Counterparty
    references: tuple[Reference, ...] = ()
    remittance: str = ""
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the statement."""

    amount: Decimal
    currency: str
    status: Status
    booking_date: date | None
    value_date: date | None
    is_reversal: bool
    code: str
    references: tuple[Reference, ...]
    remittance: str
    counterparty: Counterparty
    charges: tuple[Charge, ...] = ()
    batch_count: int | None = None
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement, report or notification of one account, its sums checked."""

    format: str
    kind: Kind
    account: Account
    identification: str
    number: str
    sequence: str
    currency: str
    opening: Balance | None
    closing: Balance | None
    entries: tuple[Entry, ...]

    @property
    def credits(self) -> Decimal:
        """Sum of the booked credits."""
        return sum((one.amount for one in self.booked if one.amount > 0), Decimal(0))

    @property
    def debits(self) -> Decimal:
        """Sum of the booked debits, negative."""
        return sum((one.amount for one in self.booked if one.amount < 0), Decimal(0))

    @property
    def booked(self) -> tuple[Entry, ...]:
        """The entries that count in the balances."""
        return tuple(entry for entry in self.entries if entry.status is Status.BOOKED)
