"""Bulk posting, last floor: the copies on known invoices, and the control balances."""

from __future__ import annotations

from typing import Any

from invoices.services.bulk_checks import USED
from invoices.services.copies import refresh_amounts


def refresh_copies(cursor: Any) -> None:
    """Bring open amount, settled date, dispute and due date of the touched invoices up to their rows.

    New invoices were inserted with their final amounts; only known ones are read again.
    """
    refresh_amounts(cursor, wanted=_TOUCHED_SQL)
    cursor.execute(_DISPUTED_SQL)
    cursor.execute(_DUE_SQL)


_TOUCHED_SQL = "SELECT DISTINCT invoice_id FROM post_entry WHERE NOT on_new"
# Materialized for the same reason as in invoices.services.copies.
_DISPUTED_SQL = """
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (v.invoice_id, v.dispute_key) v.invoice_id, v.amount FROM invoices_disputeversion v
    WHERE v.invoice_id IN (SELECT invoice_id FROM post_dispute)
    ORDER BY v.invoice_id, v.dispute_key, v.valid_from DESC, v.recorded_at DESC, v.id DESC
), s AS MATERIALIZED (SELECT invoice_id, sum(amount) AS amount FROM latest GROUP BY invoice_id)
UPDATE invoices_invoice i SET disputed_amount = s.amount
FROM s WHERE i.id = s.invoice_id AND i.disputed_amount <> s.amount
"""
_DUE_SQL = """
WITH s AS MATERIALIZED (
    SELECT DISTINCT ON (v.invoice_id) v.invoice_id, v.due_date FROM invoices_duedatechange v
    WHERE v.invoice_id IN (SELECT invoice_id FROM post_due_date)
    ORDER BY v.invoice_id, v.valid_from DESC, v.recorded_at DESC, v.id DESC
)
UPDATE invoices_invoice i SET due_date = s.due_date
FROM s WHERE i.id = s.invoice_id AND i.due_date <> s.due_date
"""


def move_balances(cursor: Any, *, issue: bool) -> None:
    """Move each touched control balance by what was written."""
    cursor.execute(_BALANCES_SQL, {"issue": issue})


_BALANCES_SQL = f"""
UPDATE invoices_controlbalance c SET receivable = c.receivable + d.receivable,
    unapplied_cash = c.unapplied_cash + d.cash, unapplied_credit = c.unapplied_credit + d.credit
FROM (
    SELECT buyer_id, currency, sum(receivable) AS receivable, sum(cash) AS cash, sum(credit) AS credit FROM (
        SELECT buyer_id, currency, amount, 0, 0 FROM doc_invoice WHERE is_new AND %(issue)s
        UNION ALL SELECT buyer_id, currency, amount, 0, 0 FROM post_entry
        UNION ALL SELECT buyer_id, currency, 0, amount, 0 FROM doc_receipt WHERE is_new
        UNION ALL SELECT buyer_id, currency, 0, 0, amount FROM doc_credit_note WHERE is_new
        UNION ALL SELECT source_buyer_id, source_currency, 0, -({USED}), 0 FROM post_entry p WHERE kind = 'receipt'
        UNION ALL SELECT source_buyer_id, source_currency, 0, 0, -({USED}) FROM post_entry p WHERE kind = 'credit_note'
    ) moves(buyer_id, currency, receivable, cash, credit) GROUP BY 1, 2
) d
WHERE c.buyer_id = d.buyer_id AND c.currency = d.currency
"""


def list_updated(cursor: Any) -> list[tuple[str, str]]:
    """Known invoices that received an entry, a dispute or a due date."""
    cursor.execute(_UPDATED_SQL)
    return [(source, external_id) for source, external_id in cursor.fetchall()]


_UPDATED_SQL = """
SELECT source, invoice_external_id FROM post_entry WHERE NOT on_new
UNION SELECT source, invoice_external_id FROM post_dispute WHERE NOT on_new
UNION SELECT source, invoice_external_id FROM post_due_date WHERE NOT on_new
ORDER BY 1, 2
"""
