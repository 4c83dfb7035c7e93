"""Whether two statements tell of the same payment: what stays the same from report to statement to notification."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from invoices.domain.matching_text import folded, plain

# Numbers that name one payment, the most telling first; "bank" and "customer" are those of MT field 61.
IDENTIFYING = ("AcctSvcrRef", "bank", "UETR", "TxId", "EndToEndId", "InstrId", "customer")
# The same number under the other name where a bank sends both kinds of messages.
_ALIASES = {"bank": "AcctSvcrRef", "customer": "EndToEndId"}


class Likeness(StrEnum):
    """Two tellings of one account, amount and day."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A payment as one statement tells it; ``references`` by kind, without those of a whole batch."""

    amount: Decimal
    currency: str
    day: date
    references: frozenset[tuple[str, str]] = frozenset()
    account: str = ""
    name: str = ""
    text: str = ""


def identifying(references: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The references that name one payment, under one name for each kind."""
    return frozenset((_ALIASES.get(kind, kind), plain(value)) for kind, value in references if kind in IDENTIFYING)


def likeness(known: Telling, told: Telling) -> Likeness:
    """Whether the second telling is of the first one's payment.

    Same amount and day, and one identifying reference in common: the same. References of the same kinds, all
    different: another. Without common kinds the payer's account and the words decide; where one of the two says
    nothing, nobody can tell. Source: ISO 20022 camt usage (AcctSvcrRef and EndToEndId stay the same from camt.052 and
    camt.054 to camt.053). Example: MT942 and MT940 with the same bank reference after ``//``: the same.
    """
    if (known.amount, known.currency, known.day) != (told.amount, told.currency, told.day):
        return Likeness.OTHER
    if known.references & told.references:
        return Likeness.SAME
    if {kind for kind, _value in known.references} & {kind for kind, _value in told.references}:
        return Likeness.OTHER
    return _by_words(known, told)


def _by_words(known: Telling, told: Telling) -> Likeness:
    left, right = plain(folded(known.text)), plain(folded(told.text))
    if known.account and told.account and known.account != told.account:
        return Likeness.OTHER
    if left and left == right:
        return Likeness.SAME
    return Likeness.OTHER if left and right else Likeness.UNCLEAR


def fingerprint(account: str, told: Telling) -> str:
    """The payment's stable name: SHA-256 of account, currency, amount, day, and its best reference, else its words.

    Payments that look exactly alike share it; they are counted.
    """
    by_kind = dict(sorted(told.references, reverse=True))
    best = next((by_kind[kind] for kind in IDENTIFYING if kind in by_kind), "")
    says = best or "|".join((told.account, folded(told.name), plain(folded(told.text))))
    parts = (account, told.currency, f"{told.amount.normalize():f}", told.day.isoformat(), says)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
