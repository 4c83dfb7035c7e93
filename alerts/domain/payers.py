"""Signals of bank lines: a buyer pays from another account, somebody else pays, or a payment stands twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from alerts.domain.findings import Finding, buyer_subject
from alerts.domain.overdue import ROWS_SHOWN
from alerts.domain.settings import RuleSetting


class StrangePayment(NamedTuple):
    """A posted payment that a person should know of; ``told`` is what it is compared with."""

    buyer_id: int
    line_id: int
    payer: str
    account: str
    told: str
    received_on: date
    currency: str
    amount: Decimal
    amount_base: Decimal | None


def find_strange_payments(*, payments: Sequence[StrangePayment], setting: RuleSetting) -> Finding:
    """One buyer's payments from another account, by another payer, or told twice; there is at least one.

    Level: how many, so that each further one rings. A payment that cannot be converted counts, and the amount says
    that it is incomplete. Source: domain.md section 9, identity. Example: one payment of 30 from an account that the
    buyer never paid from: level 1, amount 30.
    """
    converted = [one.amount_base for one in payments if one.amount_base is not None]
    return Finding(
        subject=buyer_subject(setting.rule, payments[0].buyer_id),
        level=Decimal(len(payments)),
        severity=setting.severity,
        amount_base=sum(converted, Decimal(0)),
        buyer_id=payments[0].buyer_id,
        evidence={
            "payments": len(payments),
            "window_days": setting.whole("window_days"),
            "unconverted_items": len(payments) - len(converted),
            "rows": [_row(one) for one in payments[:ROWS_SHOWN]],
        },
    )


def _row(payment: StrangePayment) -> dict[str, Any]:
    return {
        "line_id": payment.line_id,
        "payer": payment.payer,
        "account": payment.account,
        "told": payment.told,
        "received_on": payment.received_on.isoformat(),
        "amount": str(payment.amount),
        "currency": payment.currency,
    }
