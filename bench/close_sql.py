"""The bare lower bound of a close: what any program must at least compute and store, in plain SQL and COPY."""

from __future__ import annotations

from bench.aging_sql import RATES

# One pass over two years of receipts and all open items: the features that payment history is made of.
PAYMENT_FEATURES = f"""
WITH items AS (
    SELECT e.buyer_id, round(-e.amount * rate, 2)::float8 AS base, e.effective_date - i.due_date AS late,
        %(as_of)s::date - e.effective_date AS age, i.due_date
    FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id JOIN {RATES} ON rates.currency = i.currency
    WHERE e.kind = 'receipt' AND e.effective_date > %(as_of)s::date - 730 AND i.terms IN ('open_account', 'dp', 'da')
    UNION ALL
    SELECT buyer_id, round(open_amount * rate, 2)::float8, %(as_of)s::date - due_date, 0, due_date
    FROM invoices_invoice JOIN {RATES} USING (currency) WHERE open_amount <> 0 AND due_date < %(as_of)s
), weighed AS (
    SELECT buyer_id, base, late, due_date, power(2, -age / 180.0) AS decay,
        CASE WHEN late <= 0 THEN 100 WHEN late <= 15 THEN 100 - late * 20 / 15.0
            WHEN late <= 30 THEN 80 - (late - 15) * 20 / 15.0 WHEN late <= 60 THEN 60 - (late - 30) * 25 / 30.0
            WHEN late <= 90 THEN 35 - (late - 60) * 20 / 30.0 WHEN late <= 120 THEN 15 - (late - 90) * 15 / 30.0
            ELSE 0 END AS points
    FROM items
)
SELECT buyer_id, count(*), sum(base * decay * points), sum(base * decay), avg(base), sum(decay),
    sum(base * late) FILTER (WHERE due_date > %(as_of)s::date - 90),
    sum(base) FILTER (WHERE due_date > %(as_of)s::date - 90), max(late)
FROM weighed GROUP BY buyer_id
"""

# Rows of one close by table: all that it stored.
STORED = {
    "invoices_agingsnapshot": "set_id IN (SELECT id FROM invoices_snapshotset WHERE run_id = %(run)s)",
    "scoring_score": "run_id = %(run)s",
    "scoring_scoreevidence": "score_id IN (SELECT id FROM scoring_score WHERE run_id = %(run)s)",
    "credit_buyerstanding": "run_id = %(run)s",
    "alerts_alertevent": "run_id = %(run)s",
}

FOREIGN_KEYS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'f'
"""

# Everything that closes derive, in one statement each: the ledger refers to none of it.
FORGET = (
    (
        "TRUNCATE alerts_alertevent, alerts_alert, alerts_alertclock, credit_buyerstanding, scoring_scoreevidence, "
        "scoring_score, invoices_agingsnapshot, invoices_snapshotset"
    ),
    "DELETE FROM core_job WHERE run_id IN (SELECT id FROM core_run WHERE kind IN ('close', 'snapshot'))",
    "DELETE FROM core_run WHERE kind IN ('close', 'snapshot')",
)
