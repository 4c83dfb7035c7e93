"""The ledger's own word on a date: the control balances kept by the postings, less what counts later."""

from __future__ import annotations

from decimal import Decimal

from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.sql import fetch_all
from invoices.queries.open_items import OpenItems
from invoices.queries.unapplied import UNAPPLIED_SQL

# The records that are read under the buyers asked for and those of the sales owner.
_RECORDS_SQL = f"""
SELECT b.id AS record_id FROM buyers_buyer b LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = b.id
JOIN buyers_buyer s ON s.id = coalesce(m.survivor_id, b.id)
WHERE (%(sales_owner_id)s::bigint IS NULL OR s.sales_owner_id = %(sales_owner_id)s)
  AND (%(buyer_ids)s::bigint[] IS NULL OR s.id = ANY(%(buyer_ids)s))
"""


def _wanted(row: str) -> str:
    return f"(%(record_ids)s::bigint[] IS NULL OR {row}.buyer_id = ANY(%(record_ids)s))"


# By currency, from balances and entries alone: no invoice is asked what it has open. Parameters: OpenItems.params().
LEDGER_BALANCE_SQL = f"""
WITH moves AS (
    SELECT c.buyer_id, c.currency, c.receivable AS amount FROM invoices_controlbalance c WHERE {_wanted("c")}
    UNION ALL
    SELECT e.buyer_id, e.currency, -e.amount FROM invoices_entry e
    WHERE e.effective_date > %(as_of)s AND {_wanted("e")}
    UNION ALL
    SELECT e.buyer_id, e.currency, -e.amount FROM invoices_entry e
    WHERE %(known_at)s::timestamptz IS NOT NULL AND e.recorded_at > %(known_at)s AND e.effective_date <= %(as_of)s
      AND {_wanted("e")}
), receivable AS (
    SELECT moves.currency, sum(moves.amount) AS amount FROM moves
    WHERE (%(item_currency)s::text IS NULL OR moves.currency = %(item_currency)s)
      AND (%(sales_owner_id)s::bigint IS NULL AND %(buyer_ids)s::bigint[] IS NULL
           OR moves.buyer_id IN (SELECT record_id FROM ({_RECORDS_SQL}) seen))
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
