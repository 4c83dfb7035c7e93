"""Unapplied cash and credits as of a date: columns of their own, never silently netted."""

from __future__ import annotations

from buyers.queries.merges import MERGE_MAP_SQL
from invoices.queries.open_items import seen

# The account whose receipt or credit note an allocation uses, and what it uses of it.
_ACCOUNT = "coalesce(e.source_buyer_id, e.buyer_id)"
_USED_COLUMNS = f"""{_ACCOUNT}, coalesce(nullif(e.source_currency, ''), e.currency),
        CASE WHEN e.receipt_id IS NOT NULL THEN e.source_amount ELSE 0 END,
        CASE WHEN e.receipt_id IS NULL THEN e.source_amount ELSE 0 END"""


def _wanted(buyer: str) -> str:
    return f"(%(record_ids)s::bigint[] IS NULL OR {buyer} = ANY(%(record_ids)s))"


# Either side of the allocation; whose account it is, is asked again below.
_WANTED_ENTRIES = f"({_wanted('e.buyer_id')} OR e.source_buyer_id = ANY(%(record_ids)s))"

# What a receipt or credit note had left on the date, by its own buyer (merges applied) and currency. Parameters as
# of OpenItems.params(). Today's balances stand in invoices_controlbalance; what counts later is taken off again.
UNAPPLIED_SQL = f"""
WITH moves AS (
    SELECT c.buyer_id, c.currency, c.unapplied_cash AS cash, c.unapplied_credit AS credit
    FROM invoices_controlbalance c
    WHERE (c.unapplied_cash <> 0 OR c.unapplied_credit <> 0) AND {_wanted("c.buyer_id")}
    UNION ALL
    SELECT r.buyer_id, r.currency, -r.amount, 0 FROM invoices_receipt r
    WHERE r.received_on > %(as_of)s AND {_wanted("r.buyer_id")}
    UNION ALL
    SELECT r.buyer_id, r.currency, -r.amount, 0 FROM invoices_receipt r
    WHERE %(known_at)s::timestamptz IS NOT NULL AND r.recorded_at > %(known_at)s AND r.received_on <= %(as_of)s
      AND {_wanted("r.buyer_id")}
    UNION ALL
    SELECT n.buyer_id, n.currency, 0, -n.amount FROM invoices_creditnote n
    WHERE (n.issued_on > %(as_of)s OR (%(known_at)s::timestamptz IS NOT NULL AND n.recorded_at > %(known_at)s))
      AND {_wanted("n.buyer_id")}
    UNION ALL
    SELECT {_USED_COLUMNS} FROM invoices_entry e
    WHERE e.source_amount IS NOT NULL AND e.effective_date > %(as_of)s AND {_WANTED_ENTRIES}
    UNION ALL
    SELECT {_USED_COLUMNS} FROM invoices_entry e
    WHERE e.source_amount IS NOT NULL AND %(known_at)s::timestamptz IS NOT NULL AND e.recorded_at > %(known_at)s
      AND e.effective_date <= %(as_of)s AND {_WANTED_ENTRIES}
)
SELECT coalesce(m.survivor_id, moves.buyer_id) AS buyer_id, moves.currency, sum(moves.cash) AS cash,
    sum(moves.credit) AS credit
FROM moves LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = moves.buyer_id
WHERE (%(item_currency)s::text IS NULL OR moves.currency = %(item_currency)s)
  AND {seen("coalesce(m.survivor_id, moves.buyer_id)")}
GROUP BY 1, 2
HAVING sum(moves.cash) <> 0 OR sum(moves.credit) <> 0
"""
