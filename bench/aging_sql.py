"""The best SQL we know for the aging questions: several ways of writing each, the fastest one counts.

They answer the same question on the same database, with what this database happens not to hold left out: merged
buyers, changed due dates, entries dated after today. The product must ask for those.
"""

from __future__ import annotations

_BUCKETS = """
    coalesce(sum(base) FILTER (WHERE days <= 0), 0) AS b0,
    coalesce(sum(base) FILTER (WHERE days BETWEEN 1 AND 30), 0) AS b1,
    coalesce(sum(base) FILTER (WHERE days BETWEEN 31 AND 60), 0) AS b2,
    coalesce(sum(base) FILTER (WHERE days BETWEEN 61 AND 90), 0) AS b3,
    coalesce(sum(base) FILTER (WHERE days BETWEEN 91 AND 120), 0) AS b4,
    coalesce(sum(base) FILTER (WHERE days > 120), 0) AS b5
"""
RATES = "(SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[])) AS rates(currency, rate)"

# Open items straight out of the covering partial index.
_TODAY_ITEMS = f"""
SELECT buyer_id, round(open_amount * rate, 2) AS base, round(disputed_amount * rate, 2) AS disputed,
    %(as_of)s::date - due_date AS days
FROM invoices_invoice JOIN {RATES} USING (currency) WHERE open_amount <> 0
"""
_BALANCES = f"""
SELECT buyer_id, sum(round(receivable * rate, 2)) AS receivable, sum(round(unapplied_cash * rate, 2)) AS cash,
    sum(round(unapplied_credit * rate, 2)) AS credit
FROM invoices_controlbalance JOIN {RATES} USING (currency) GROUP BY buyer_id
"""


def _per_buyer(items: str) -> str:
    return f"""
    SELECT buyer_id, count(*) AS items, sum(base) AS open_amount, {_BUCKETS}, sum(disputed) AS disputed,
        max(days) AS oldest
    FROM ({items}) i GROUP BY buyer_id
    """


def _named(aged: str) -> str:
    """With the buyer's code and name and its control balance, largest first."""
    return f"""
    SELECT b.id, b.code, b.name, a.*, c.cash, c.credit, c.receivable
    FROM ({aged}) a JOIN ({_BALANCES}) c USING (buyer_id) JOIN buyers_buyer b ON b.id = buyer_id
    ORDER BY a.open_amount DESC
    """


# Per invoice: what was open, and what of receipts was used; on this ledger both in one currency.
_UP_TO = """
SELECT invoice_id, sum(amount) AS amount, sum(source_amount) AS used FROM invoices_entry
WHERE effective_date <= %(as_of)s GROUP BY 1
"""
_LATER = """
SELECT invoice_id, sum(amount) AS amount, sum(source_amount) AS used FROM invoices_entry
WHERE effective_date > %(as_of)s GROUP BY 1
"""

# From all entries up to the date.
_FROM_ENTRIES = f"""
SELECT i.buyer_id, i.currency, i.due_date, e.amount AS open_amount, e.used
FROM ({_UP_TO}) e JOIN invoices_invoice i ON i.id = e.invoice_id
"""
_RECEIVED = (
    "SELECT buyer_id, currency, sum(amount) AS cash FROM invoices_receipt WHERE received_on <= %(as_of)s GROUP BY 1, 2"
)
# Today's figures less what counted since.
_UNWOUND = f"""
SELECT i.buyer_id, i.currency, i.due_date, i.open_amount - coalesce(l.amount, 0) AS open_amount, -l.used AS used
FROM invoices_invoice i LEFT JOIN ({_LATER}) l ON l.invoice_id = i.id
WHERE i.open_amount <> 0 OR l.invoice_id IS NOT NULL
"""
_RECEIVED_SINCE = """
SELECT buyer_id, currency, sum(cash) AS cash FROM (
    SELECT buyer_id, currency, unapplied_cash AS cash FROM invoices_controlbalance
    UNION ALL
    SELECT buyer_id, currency, -sum(amount) FROM invoices_receipt WHERE received_on > %(as_of)s GROUP BY 1, 2
) moves GROUP BY 1, 2
"""


def _past(items: str, received: str) -> str:
    """Lines by buyer with unapplied cash and the control total: receivable and cash of all accounts."""
    based = f"""
    SELECT buyer_id, currency, rate, CASE WHEN open_amount <> 0 THEN round(open_amount * rate, 2) END AS base,
        0 AS disputed, %(as_of)s::date - due_date AS days, used
    FROM ({items}) p JOIN {RATES} USING (currency)
    """
    return f"""
    WITH accounts AS (
        SELECT buyer_id, currency, rate, count(base) AS items, sum(base) AS open_amount, {_BUCKETS},
            sum(disputed) AS disputed, max(days) FILTER (WHERE base IS NOT NULL) AS oldest,
            coalesce(sum(used), 0) AS used
        FROM ({based}) i GROUP BY 1, 2, 3
    )
    SELECT b.id, b.code, b.name, sum(a.items), sum(a.open_amount) AS open_amount, sum(b0), sum(b1), sum(b2), sum(b3),
        sum(b4), sum(b5), sum(a.disputed), max(a.oldest), sum(round((coalesce(r.cash, 0) - a.used) * a.rate, 2))
    FROM accounts a LEFT JOIN ({received}) r USING (buyer_id, currency) JOIN buyers_buyer b ON b.id = a.buyer_id
    GROUP BY b.id HAVING sum(a.items) > 0 ORDER BY 5 DESC
    """


TODAY = {"one aggregate over open items": _named(_per_buyer(_TODAY_ITEMS))}
PAST = {
    "all entries up to the date": _past(_FROM_ENTRIES, _RECEIVED),
    "today less later entries": _past(_UNWOUND, _RECEIVED_SINCE),
}
# One after the other, or shared among parallel workers: which is faster depends on the machine.
MODES = {"serial": "SET max_parallel_workers_per_gather = 0", "parallel": "RESET max_parallel_workers_per_gather"}
