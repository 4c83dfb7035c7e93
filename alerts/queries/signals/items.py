"""The open items of one date, put aside once for all signals that stand on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from django.db import connection

from alerts.domain.findings import Finding
from alerts.domain.overdue import OverdueItem, find_overdue
from alerts.domain.settings import RuleSetting
from core.domain.rates import RateTable
from core.queries.sql import fetch_all
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems

# Where there is no usable rate the floor in base currency cannot be applied: the share of the invoice decides.
_STAGE_SQL = f"""
CREATE TEMP TABLE signal_item ON COMMIT DROP AS
SELECT i.invoice_id, i.buyer_id, i.number, i.currency, i.terms, i.due_date, i.days_past_due,
    i.open_amount - i.disputed AS undisputed, i.base_open, i.base_open - i.base_disputed AS base_undisputed,
    coalesce(i.is_material_overdue, i.days_past_due > 0
        AND i.open_amount - i.disputed > %(material_cap_share)s * abs(i.amount)) AS is_material_overdue
FROM ({BASE_ITEMS_SQL}) i
"""

_OVERDUE_SQL = """
SELECT buyer_id, invoice_id, number, currency, due_date, days_past_due, undisputed, base_undisputed
FROM signal_item WHERE is_material_overdue ORDER BY buyer_id, days_past_due DESC, invoice_id
"""


def stage_items(*, as_of: date, known_at: datetime, rates: RateTable) -> None:
    """Fill ``signal_item`` for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.signal_item")
        cursor.execute(_STAGE_SQL, OpenItems(as_of=as_of, known_at=known_at).base_params(rates))
        cursor.execute("ANALYZE pg_temp.signal_item")


def list_overdue_items() -> list[OverdueItem]:
    """Every material overdue item, sorted by buyer and the oldest first."""
    return [OverdueItem(*row) for row in fetch_all(_OVERDUE_SQL)]


def overdue_findings(items: list[OverdueItem], setting: RuleSetting) -> Iterator[Finding]:
    """One finding for each buyer with items beyond the rule's days."""
    for _, group in groupby(items, key=attrgetter("buyer_id")):
        if finding := find_overdue(items=list(group), setting=setting):
            yield finding
