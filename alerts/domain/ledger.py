"""Signal: the ledger and what is computed from it do not agree."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from alerts.domain.findings import Finding, Subject
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule, SubjectType


class ControlTotal(NamedTuple):
    """What the ledger's control balances say of a currency, and what is computed from the items."""

    currency: str
    ledger: Decimal
    aging: Decimal


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
