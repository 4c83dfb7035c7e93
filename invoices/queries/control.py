"""The ledger's own word on a date: the control balances kept by the postings, less what counts later."""

from __future__ import annotations

from decimal import Decimal

from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.sql import fetch_all
from invoices.queries.open_items import OpenItems
from invoices.queries.unapplied import UNAPPLIED_SQL

# By currency, from balances and entries alone: no invoice is asked what it has open. Parameters: OpenItems.params().
LEDGER_BALANCE_SQL = f"""
WITH moves AS (
    SELECT c.buyer_id, c.currency, c.receivable AS amount FROM invoices_controlbalance c
    WHERE (%(record_ids)s::bigint[] IS NULL OR c.buyer_id = ANY(%(record_ids)s))
    UNION ALL
    SELECT e.buyer_id, i.currency, -e.amount FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
    WHERE (e.effective_date > %(as_of)s OR (%(known_at)s::timestamptz IS NOT NULL AND e.recorded_at > %(known_at)s))
      AND (%(record_ids)s::bigint[] IS NULL OR e.buyer_id = ANY(%(record_ids)s))
), receivable AS (
    SELECT moves.currency, sum(moves.amount) AS amount
    FROM moves LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = moves.buyer_id
    WHERE (%(item_currency)s::text IS NULL OR moves.currency = %(item_currency)s)
      AND (%(buyer_ids)s::bigint[] IS NULL OR coalesce(m.survivor_id, moves.buyer_id) = ANY(%(buyer_ids)s))
      AND (%(sales_owner_id)s::bigint IS NULL OR coalesce(m.survivor_id, moves.buyer_id) IN (
          SELECT b.id FROM buyers_buyer b WHERE b.sales_owner_id = %(sales_owner_id)s))
    GROUP BY moves.currency
), unapplied AS (
    SELECT u.currency, sum(u.cash) + sum(u.credit) AS amount FROM ({UNAPPLIED_SQL}) u GROUP BY u.currency
)
SELECT coalesce(r.currency, u.currency), coalesce(r.amount, 0) - coalesce(u.amount, 0)
FROM receivable r FULL JOIN unapplied u ON u.currency = r.currency
"""


def get_ledger_balances(question: OpenItems) -> dict[str, Decimal]:
    """Receivable − unapplied cash − unapplied credits, by currency."""
    return dict(fetch_all(LEDGER_BALANCE_SQL, question.params()))
