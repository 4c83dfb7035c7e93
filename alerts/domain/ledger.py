"""Signal: the ledger and what is computed from it do not agree."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from alerts.domain.findings import Finding, Subject
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule, SubjectType

# What an alert is about that concerns no single currency.
ENTRIES = "entries"


class ControlTotal(NamedTuple):
    """What the ledger's control balances say of a currency, and what is computed from the items."""

    currency: str
    ledger: Decimal
    aging: Decimal


class Disagreement(NamedTuple):
    """A stored figure that does not say what its entries say."""

    about: str
    figure: str
    stored: str
    entries: str


class Proof(NamedTuple):
    """What the latest proof of every stored figure against its entries found: how many differ, and the first ones."""

    mismatches: int
    first: tuple[Disagreement, ...] = ()


def find_disproof(*, proof: Proof, setting: RuleSetting) -> Finding | None:
    """Stored figures (open amounts, due dates, disputes, balances) differ from their entries; any counts.

    Level: how many. Source: architecture.md, "the ledger is the truth".
    """
    if proof.mismatches == 0:
        return None
    return Finding(
        subject=Subject(Rule.LEDGER_MISMATCH, SubjectType.LEDGER, ENTRIES),
        level=Decimal(proof.mismatches),
        severity=setting.severity,
        evidence={"mismatches": proof.mismatches, "rows": [row._asdict() for row in proof.first]},
    )


def find_mismatch(*, total: ControlTotal, setting: RuleSetting) -> Finding | None:
    """The control balance of a currency differs from the sum of its aging; any difference counts.

    Level: the absolute difference in that currency. Source: domain.md section 2, control total.
    """
    currency, ledger, aging = total
    difference = aging - ledger
    if difference == 0:
        return None
    return Finding(
        subject=Subject(Rule.LEDGER_MISMATCH, SubjectType.LEDGER, currency),
        level=abs(difference),
        severity=setting.severity,
        evidence={"currency": currency, "ledger": str(ledger), "aging": str(aging), "difference": str(difference)},
    )
