"""What an alert said on a past date, for alerts read by ``list_alerts_as_of``; of the others, what they say now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alerts.models import Alert


@dataclass(frozen=True, slots=True)
class Told:
    """State, severity, money and evidence of one moment."""

    state: str
    severity: int
    amount_base: Decimal | None
    evidence: Mapping[str, Any]


def told_by(alert: Alert) -> Told:
    """What the last event up to the date asked for had said."""
    then: Mapping[str, Any] | None = getattr(alert, "evidence_then", None)
    state: str = getattr(alert, "state_then", None) or alert.state
    if not then:
        return Told(state, alert.severity, alert.amount_base, alert.evidence)
    amount = then.get("amount_base")
    return Told(
        state=state,
        severity=int(then.get("severity", alert.severity)),
        amount_base=None if amount is None else Decimal(str(amount)),
        evidence=then.get("evidence", {}),
    )
