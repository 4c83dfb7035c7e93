"""Signals that stand on what is overdue today: the buyer's own items, and those of its related parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from alerts.domain.findings import Finding, buyer_subject
from alerts.domain.settings import ACT_TODAY, RuleSetting
from alerts.domain.states import Rule

# From here on the handbook's score caps and many policies speak of default.
DEFAULT_DAYS = 90
ROWS_SHOWN = 5


class OverdueItem(NamedTuple):
    """The undisputed, material part of an invoice that is past due (domain.md section 2)."""

    buyer_id: int
    invoice_id: int
    number: str
    currency: str
    due_date: date
    days_past_due: int
    amount: Decimal
    amount_base: Decimal | None


def find_overdue(*, items: Sequence[OverdueItem], setting: RuleSetting) -> Finding | None:
    """The buyer's items that are past due by more than the rule's days; the level is the oldest one's days.

    ``items`` are one buyer's. 15 days late is not yet "more than 15 days". Items that cannot be converted count with
    their days, and the amount says that it is incomplete. Source: domain.md section 9, overdue.
    """
    late = sorted((i for i in items if i.days_past_due > setting.number("days")), key=_oldest_first)
    if not late:
        return None
    oldest = late[0].days_past_due
    return Finding(
        subject=buyer_subject(setting.rule, late[0].buyer_id),
        level=Decimal(oldest),
        severity=ACT_TODAY if oldest > DEFAULT_DAYS else setting.severity,
        amount_base=_sum_base(late),
        buyer_id=late[0].buyer_id,
        evidence={
            "oldest_days_past_due": oldest,
            "threshold_days": setting.whole("days"),
            "items": len(late),
            "unconverted_items": sum(i.amount_base is None for i in late),
            "rows": [_row(item) for item in late[:ROWS_SHOWN]],
        },
    )


class LateParty(NamedTuple):
    """A member of a group, how late its oldest material item is, and what it owes overdue."""

    buyer_id: int
    code: str
    days_past_due: int
    amount_base: Decimal | None
    sales_owner_id: int | None = None


def find_related_late(
    *, buyer_id: int, group_id: int, others_late: Sequence[LateParty], setting: RuleSetting
) -> Finding | None:
    """Other members of the buyer's group that are late by more than the rule's days.

    Level: days of the latest payer. Source: domain.md section 9, related party late or in default: any in the group.
    """
    late = [party for party in others_late if party.days_past_due > setting.number("days")]
    if not late:
        return None
    late.sort(key=lambda party: (-party.days_past_due, party.buyer_id))
    worst = late[0].days_past_due
    return Finding(
        subject=buyer_subject(Rule.RELATED_PARTY_LATE, buyer_id),
        level=Decimal(worst),
        severity=ACT_TODAY if worst >= setting.number("default_days") else setting.severity,
        amount_base=sum((party.amount_base or Decimal(0) for party in late), Decimal(0)),
        buyer_id=buyer_id,
        group_id=group_id,
        evidence={
            "oldest_days_past_due": worst,
            "threshold_days": setting.whole("days"),
            "parties": len(late),
            "rows": [_party(party) for party in late[:ROWS_SHOWN]],
        },
    )


def _party(party: LateParty) -> dict[str, Any]:
    return {
        "buyer": party.code,
        "buyer_id": party.buyer_id,
        "sales_owner_id": party.sales_owner_id,
        "days": party.days_past_due,
    }


def _oldest_first(item: OverdueItem) -> tuple[int, int]:
    return (-item.days_past_due, item.invoice_id)


def _sum_base(items: Sequence[OverdueItem]) -> Decimal:
    return sum((i.amount_base for i in items if i.amount_base is not None), Decimal(0))


def _row(item: OverdueItem) -> dict[str, Any]:
    return {
        "invoice": item.number,
        "invoice_id": item.invoice_id,
        "due_date": item.due_date.isoformat(),
        "days": item.days_past_due,
        "amount": str(item.amount),
        "currency": item.currency,
    }
