"""What the ledger says about how buyers pay: payment items and open items, in base currency, by buyer's place."""

from __future__ import annotations

import pandas as pd

from buyers.queries.accounts import ACCOUNT_SQL, Accounts, Moment
from core.domain.rates import RATES_SQL, RateTable
from core.queries.frames import fetch_frame
from invoices.domain.kinds import CREDIT_TERMS
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems
from scoring.domain.v1.payment_history import WINDOW_DAYS

DISPUTE_PAUSE_DAYS = 60  # a part in open dispute is left out of payment history for at most so long
_TERMS = sorted(terms.value for terms in CREDIT_TERMS)

# Receipts by value date and write-offs, net of reversals, on credit terms. An allocation never counts before its
# receipt's value date, so the window on effective dates (an index) is wide enough. Invoices and receipts are read by
# buyer, a third of the work of reading them one by one; only what a related party paid is looked up.
_PAYMENTS_SQL = """
WITH account AS ({account}), known AS MATERIALIZED (
    SELECT a.position, e.id, e.invoice_id, e.kind, e.amount, e.effective_date, e.receipt_id, e.reverses_id
    FROM account a JOIN invoices_entry e ON e.buyer_id = a.member_id
    WHERE e.kind IN ('receipt', 'write_off', 'reversal')
      AND e.effective_date BETWEEN %(as_of)s::date - %(window)s AND %(as_of)s
      AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
), bill AS MATERIALIZED (
    SELECT i.id, i.currency, i.terms, i.original_due_date
    FROM account a JOIN invoices_invoice i ON i.buyer_id = a.member_id
), own AS MATERIALIZED (
    SELECT p.id, p.received_on FROM account a JOIN invoices_receipt p ON p.buyer_id = a.member_id
), item AS (
    SELECT k.position, k.id, k.invoice_id, k.kind, -(k.amount + coalesce(r.amount, 0)) AS amount,
        least(coalesce(own.received_on, p.received_on, k.effective_date), %(as_of)s) AS value_date
    FROM known k
    LEFT JOIN known r ON r.reverses_id = k.id
    LEFT JOIN own ON own.id = k.receipt_id
    LEFT JOIN invoices_receipt p ON p.id = CASE WHEN own.id IS NULL THEN k.receipt_id END
    WHERE k.kind <> 'reversal' AND k.amount + coalesce(r.amount, 0) < 0
), due AS (
    SELECT DISTINCT ON (c.invoice_id) c.invoice_id, c.due_date
    FROM account a JOIN invoices_duedatechange c ON c.buyer_id = a.member_id
    WHERE c.valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR c.recorded_at <= %(known_at)s)
    ORDER BY c.invoice_id, c.valid_from DESC, c.recorded_at DESC, c.id DESC
)
SELECT item.position, i.id, item.kind = 'write_off',
    round(item.amount * rates.rate, %(base_digits)s),
    CASE item.kind WHEN 'write_off' THEN %(as_of)s::date ELSE item.value_date END
        - coalesce(due.due_date, i.original_due_date),
    %(as_of)s::date - item.value_date,
    %(as_of)s::date - coalesce(due.due_date, i.original_due_date)
FROM item JOIN bill i ON i.id = item.invoice_id
LEFT JOIN due ON due.invoice_id = i.id
LEFT JOIN ({rates}) rates ON rates.currency = i.currency
WHERE i.terms = ANY(%(credit_terms)s) AND item.value_date >= %(as_of)s::date - %(window)s
ORDER BY item.position, item.value_date, item.id
"""

PAYMENT_COLUMNS = {
    "position": "int64",
    "invoice": "int64",
    "is_written_off": "bool",
    "amount": "float64",
    "days_late": "int64",
    "age_days": "int64",
    "days_since_due": "int64",
}


def fetch_payments(accounts: Accounts, moment: Moment, rates: RateTable) -> pd.DataFrame:
    """Receipt allocations and written-off parts of the last 730 days, oldest first within a buyer.

    ``amount`` is NaN where the rate table cannot convert the invoice's currency.
    """
    params = accounts.params() | moment.params() | rates.as_arrays()
    params |= {"window": WINDOW_DAYS, "credit_terms": _TERMS}
    return fetch_frame(_PAYMENTS_SQL.format(account=ACCOUNT_SQL, rates=RATES_SQL), params, PAYMENT_COLUMNS)


# Without a rate the 100 of the materiality rule cannot be compared: the tenth of the invoice decides alone.
_OPEN_SQL = """
SELECT survivor.position - 1, o.invoice_id, o.currency, o.terms = ANY(%(credit_terms)s), o.base_open,
    o.due_date - o.invoice_date, o.days_past_due,
    coalesce(o.is_material_overdue, o.days_past_due > 0
        AND o.open_amount - o.disputed > %(material_cap_share)s * abs(o.amount)),
    part.base, o.days_past_due > 0 AND part.base > greatest(%(material_share)s * abs(o.base_amount),
        least(%(material_floor)s, %(material_cap_share)s * abs(o.base_amount)))
FROM ({items}) o
JOIN unnest(%(buyer_ids)s::bigint[]) WITH ORDINALITY AS survivor(buyer_id, position) USING (buyer_id)
CROSS JOIN LATERAL (
    SELECT o.base_open - CASE WHEN o.disputed_since >= %(as_of)s::date - %(dispute_days)s
        THEN o.base_disputed ELSE 0 END AS base
) part
WHERE o.open_amount > 0
ORDER BY survivor.position, o.due_date, o.invoice_id
"""

OPEN_COLUMNS = {
    "position": "int64",
    "invoice": "int64",
    "currency": "str",
    "is_credit": "bool",
    "base_open": "float64",
    "terms_days": "int64",
    "days_past_due": "int64",
    "is_material": "bool",
    "score_part": "float64",
    "counts_as_late": "str",
}


def fetch_open_items(accounts: Accounts, moment: Moment, rates: RateTable) -> pd.DataFrame:
    """What buyers owe, oldest due date first.

    ``is_material``: overdue, undisputed and material (caps). ``score_part``: what of it counts in payment history: a
    disputed part is left out for 60 days (of several disputes on one invoice the oldest decides).
    """
    items = OpenItems(as_of=moment.as_of, known_at=moment.known_at, buyer_ids=accounts.buyer_ids)
    params = items.base_params(rates) | {"credit_terms": _TERMS, "dispute_days": DISPUTE_PAUSE_DAYS}
    frame = fetch_frame(_OPEN_SQL.format(items=BASE_ITEMS_SQL), params, OPEN_COLUMNS)
    frame["counts_as_late"] = (frame["counts_as_late"] == "t").to_numpy(dtype=bool) & frame["is_credit"]
    return frame


_INVOICED_SQL = """
WITH account AS ({account})
SELECT a.position, i.currency, sum(round(i.amount * rates.rate, %(base_digits)s)),
    sum(i.amount * (i.original_due_date - i.invoice_date)) / sum(i.amount), count(*)
FROM account a JOIN invoices_invoice i ON i.buyer_id = a.member_id
LEFT JOIN ({rates}) rates ON rates.currency = i.currency
WHERE i.amount > 0 AND i.invoice_date > %(as_of)s::date - 365 AND i.invoice_date <= %(as_of)s
  AND (%(known_at)s::timestamptz IS NULL OR i.recorded_at <= %(known_at)s)
GROUP BY a.position, i.currency ORDER BY a.position, i.currency
"""


def fetch_invoiced(accounts: Accounts, moment: Moment, rates: RateTable) -> pd.DataFrame:
    """Invoices of the last 12 months by buyer and currency: amount (NaN: no rate), mean credit days, number."""
    params = accounts.params() | moment.params() | rates.as_arrays()
    columns = {
        "position": "int64",
        "currency": "str",
        "amount": "float64",
        "terms_days": "float64",
        "items": "int64",
    }
    return fetch_frame(_INVOICED_SQL.format(account=ACCOUNT_SQL, rates=RATES_SQL), params, columns)
