"""Amounts that invoices keep of their entries: one statement for single and bulk postings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Settled = the last standing receipt allocation, once nothing is open; closed by credit alone is not settled. Each
# step is materialized: a planner that takes a table for empty would otherwise repeat it for every invoice.
_REFRESH_SQL = """
WITH wanted(invoice_id) AS MATERIALIZED ({wanted}), touched AS MATERIALIZED (
    SELECT e.id, e.invoice_id, e.kind, e.amount, e.effective_date, e.reverses_id
    FROM wanted w JOIN invoices_entry e ON e.invoice_id = w.invoice_id
), s AS MATERIALIZED (
    SELECT t.invoice_id, sum(t.amount) AS open_amount, max(t.effective_date) FILTER (WHERE t.kind = 'receipt'
        AND t.id NOT IN (SELECT r.reverses_id FROM touched r WHERE r.reverses_id IS NOT NULL)) AS last_receipt
    FROM touched t GROUP BY t.invoice_id
)
UPDATE invoices_invoice i SET open_amount = s.open_amount,
    settled_on = CASE WHEN s.open_amount = 0 THEN s.last_receipt END
FROM s WHERE i.id = s.invoice_id
"""


def refresh_amounts(cursor: Any, *, wanted: str, params: Mapping[str, Any] | None = None) -> None:
    """Set ``open_amount`` and ``settled_on`` of the invoices whose distinct ids the query ``wanted`` gives."""
    cursor.execute(_REFRESH_SQL.format(wanted=wanted), params)
