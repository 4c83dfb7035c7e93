"""Signal: goods of an order left the house though nobody had approved it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from alerts.domain.findings import Finding, Subject
from alerts.domain.overdue import ROWS_SHOWN
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule, SubjectType


class UnapprovedShipment(NamedTuple):
    """A shipment that nothing was reserved for when it was reported; ``order`` and ``shipment`` are their numbers."""

    order_id: int
    order: str
    buyer_id: int
    shipment: str
    shipped_on: date
    currency: str
    amount: Decimal
    amount_base: Decimal | None


def find_shipped_unapproved(*, shipments: Sequence[UnapprovedShipment], setting: RuleSetting) -> Finding:
    """One order's shipments that left unapproved and that nobody has dealt with yet; there is at least one.

    Level: how many, so that each further one rings. A shipment that cannot be converted counts, and the amount says
    that it is incomplete. Source: architecture.md, "a shipment that an ERP reports is always stored; an unapproved one
    raises an alert". Example: 30 of an order of 80 left: level 1, amount 30.
    """
    first = shipments[0]
    converted = [s.amount_base for s in shipments if s.amount_base is not None]
    return Finding(
        subject=Subject(Rule.SHIPPED_UNAPPROVED, SubjectType.ORDER, str(first.order_id)),
        level=Decimal(len(shipments)),
        severity=setting.severity,
        amount_base=sum(converted, Decimal(0)),
        buyer_id=first.buyer_id,
        evidence={
            "shipments": len(shipments),
            "unconverted_items": len(shipments) - len(converted),
            "rows": [_row(shipment) for shipment in shipments[:ROWS_SHOWN]],
        },
    )


def _row(shipment: UnapprovedShipment) -> dict[str, Any]:
    return {
        "order": shipment.order,
        "order_id": shipment.order_id,
        "shipment": shipment.shipment,
        "shipped_on": shipment.shipped_on.isoformat(),
        "amount": str(shipment.amount),
        "currency": shipment.currency,
    }
