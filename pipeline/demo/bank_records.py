"""What a drawn month of bank statements is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random


@dataclass(slots=True)
class DrawnInvoice:
    """An open invoice of the buyer at this place."""

    number: str
    buyer: int
    amount: Decimal
    issued: date
    due: date


@dataclass(slots=True)
class DrawnBuyer:
    """A buyer with the accounts that it pays from; some are known from former months."""

    code: str
    name: str
    group: int | None
    accounts: tuple[str, str]
    is_known: bool
    invoices: list[DrawnInvoice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DrawnPayment:
    """A payment with its truth: what it closes of which invoice, by number; None is no money of a buyer."""

    kind: str
    day: date
    amount: Decimal
    name: str
    account: str
    text: str
    reference: str
    buyer: int | None
    closes: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Month:
    """Buyers with their open invoices, and the payments of a month by day."""

    currency: str
    buyers: list[DrawnBuyer]
    payments: list[DrawnPayment]


def account_number(rng: Random, country: str) -> str:
    """An account of nobody, as they are written in a country."""
    return f"{country}{rng.randint(10, 99)}{rng.randrange(10**16):016d}"
