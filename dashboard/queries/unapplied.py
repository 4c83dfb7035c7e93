"""Receipts with money left that no invoice has taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core import house
from dashboard.queries.paged import SqlRows


@dataclass(frozen=True, slots=True)
class UnappliedRow:
    """One receipt; ``line_id`` is the bank line that brought it, if one did."""

    id: int
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    receipt: str
    source: str
    received_on: date
    age_days: int
    currency: str
    amount: Decimal
    left: Decimal
    note: str
    line_id: int | None


# Accounts with nothing unapplied are passed over by their control balance.
_SQL = """
SELECT r.id, b.code AS buyer_code, b.name AS buyer_name, b.name_zh AS buyer_name_zh, r.external_id AS receipt,
    r.source, r.received_on, %(today)s::date - r.received_on AS age_days, r.currency, r.amount,
    r.amount - used.amount AS "left", r.note, line.id AS line_id
FROM invoices_controlbalance c
JOIN invoices_receipt r ON r.buyer_id = c.buyer_id AND r.currency = c.currency AND r.amount > 0
JOIN buyers_buyer b ON b.id = r.buyer_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.source_amount), 0) AS amount FROM invoices_entry e WHERE e.receipt_id = r.id) used
LEFT JOIN invoices_bankline line ON line.receipt_id = r.id AND line.state = 'posted' AND line.amount > 0
WHERE c.unapplied_cash <> 0 AND r.amount > used.amount
    AND NOT EXISTS (SELECT 1 FROM invoices_receipt back WHERE back.reverses_id = r.id)
"""
_ORDERS = {name: f'"{name}"' for name in ("left", "amount", "currency", "received_on", "age_days", "buyer_name")}


def list_unapplied() -> SqlRows:
    """By currency, the largest rest first."""
    return SqlRows(
        relation=_SQL,
        params={"today": house.today()},
        make=UnappliedRow,
        orders=_ORDERS,
        tie="id",
        wanted=("currency", "-left"),
    )
