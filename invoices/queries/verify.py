"""Proof of the ledger: every maintained copy against the entries it is a copy of. Set-based, one pass each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from core.planning import joins_by_hash
from core.queries.sql import fetch_all, fetch_one

LIST_AT_MOST = 100

_INVOICES_SQL = """
WITH truth AS (
    SELECT e.invoice_id, sum(e.amount) AS open_amount,
        max(e.effective_date) FILTER (WHERE e.kind = 'receipt' AND r.id IS NULL) AS last_receipt,
        bool_or(e.buyer_id <> i.buyer_id OR e.currency <> i.currency) AS is_foreign
    FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
    LEFT JOIN invoices_entry r ON r.reverses_id = e.id
    GROUP BY e.invoice_id
)
SELECT i.id, i.number, i.open_amount, coalesce(t.open_amount, 0), i.settled_on,
    CASE WHEN t.open_amount = 0 THEN t.last_receipt END, coalesce(t.is_foreign, FALSE)
FROM invoices_invoice i LEFT JOIN truth t ON t.invoice_id = i.id
WHERE i.open_amount <> coalesce(t.open_amount, 0) OR coalesce(t.is_foreign, FALSE)
   OR i.settled_on IS DISTINCT FROM CASE WHEN t.open_amount = 0 THEN t.last_receipt END
ORDER BY i.id LIMIT %(limit)s
"""

_DISPUTES_SQL = """
WITH standing AS (
    SELECT DISTINCT ON (v.invoice_id, v.dispute_key) v.invoice_id, v.amount FROM invoices_disputeversion v
    ORDER BY v.invoice_id, v.dispute_key, v.valid_from DESC, v.recorded_at DESC, v.id DESC
), truth AS (SELECT invoice_id, sum(amount) AS amount FROM standing GROUP BY invoice_id)
SELECT i.id, i.number, i.disputed_amount, coalesce(t.amount, 0)
FROM invoices_invoice i LEFT JOIN truth t ON t.invoice_id = i.id
WHERE i.disputed_amount <> coalesce(t.amount, 0) ORDER BY i.id LIMIT %(limit)s
"""

_DUE_DATES_SQL = """
WITH latest AS (
    SELECT DISTINCT ON (c.invoice_id) c.invoice_id, c.due_date FROM invoices_duedatechange c
    ORDER BY c.invoice_id, c.valid_from DESC, c.recorded_at DESC, c.id DESC
)
SELECT i.id, i.number, i.due_date, coalesce(l.due_date, i.original_due_date)
FROM invoices_invoice i LEFT JOIN latest l ON l.invoice_id = i.id
WHERE i.due_date <> coalesce(l.due_date, i.original_due_date) ORDER BY i.id LIMIT %(limit)s
"""

_BALANCES_SQL = """
WITH moves AS (
    SELECT e.buyer_id, e.currency, sum(e.amount) AS receivable, 0::numeric AS cash, 0::numeric AS credit
    FROM invoices_entry e GROUP BY 1, 2
    UNION ALL
    SELECT buyer_id, currency, 0, sum(amount), 0 FROM invoices_receipt GROUP BY 1, 2
    UNION ALL
    SELECT buyer_id, currency, 0, 0, sum(amount) FROM invoices_creditnote GROUP BY 1, 2
    UNION ALL
    SELECT coalesce(e.source_buyer_id, e.buyer_id), coalesce(nullif(e.source_currency, ''), e.currency), 0,
        -coalesce(sum(e.source_amount) FILTER (WHERE e.receipt_id IS NOT NULL), 0),
        -coalesce(sum(e.source_amount) FILTER (WHERE e.receipt_id IS NULL), 0)
    FROM invoices_entry e WHERE e.source_amount IS NOT NULL GROUP BY 1, 2
), truth AS (
    SELECT buyer_id, currency, sum(receivable) AS receivable, sum(cash) AS cash, sum(credit) AS credit
    FROM moves GROUP BY 1, 2
)
SELECT coalesce(c.buyer_id, t.buyer_id), coalesce(c.currency, t.currency),
    coalesce(c.receivable, 0), coalesce(t.receivable, 0), coalesce(c.unapplied_cash, 0), coalesce(t.cash, 0),
    coalesce(c.unapplied_credit, 0), coalesce(t.credit, 0)
FROM invoices_controlbalance c FULL JOIN truth t ON t.buyer_id = c.buyer_id AND t.currency = c.currency
WHERE coalesce(c.receivable, 0) <> coalesce(t.receivable, 0) OR coalesce(c.unapplied_cash, 0) <> coalesce(t.cash, 0)
   OR coalesce(c.unapplied_credit, 0) <> coalesce(t.credit, 0)
ORDER BY 1, 2 LIMIT %(limit)s
"""

_TOTALS_SQL = """
SELECT (SELECT count(*) FROM invoices_entry), (SELECT count(*) FROM invoices_invoice),
    (SELECT count(*) FROM invoices_controlbalance)
"""

_CURRENCIES_SQL = """
SELECT currency, sum(receivable), sum(unapplied_cash), sum(unapplied_credit)
FROM invoices_controlbalance GROUP BY currency ORDER BY currency
"""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A copy that does not say what its entries say."""

    subject: str
    key: str
    field: str
    stored: str
    entries: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read, the control totals by currency, and what does not agree (at most 100 of each kind)."""

    entries: int
    invoices: int
    balances: int
    totals: dict[str, dict[str, Decimal]]
    mismatches: tuple[Mismatch, ...]

    @property
    def is_ok(self) -> bool:
        """True if everything agrees."""
        return not self.mismatches


@transaction.atomic
def verify_ledger() -> Verification:
    """Prove open amounts, settlement and due dates, disputes and control balances against what they stand for."""
    with connection.cursor() as cursor, joins_by_hash(cursor):
        return _verify()


def _verify() -> Verification:
    entries, invoices, balances = fetch_one(_TOTALS_SQL)
    return Verification(
        entries=entries,
        invoices=invoices,
        balances=balances,
        totals=_totals(),
        mismatches=(*_invoices(), *_disputes(), *_due_dates(), *_balances()),
    )


def _totals() -> dict[str, dict[str, Decimal]]:
    names = ("receivable", "unapplied_cash", "unapplied_credit")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in fetch_all(_CURRENCIES_SQL)}


def _rows(sql: str) -> list[Any]:
    return fetch_all(sql, {"limit": LIST_AT_MOST})


def _invoices() -> list[Mismatch]:
    found = []
    for _, number, stored, truth, settled, true_settled, is_foreign in _rows(_INVOICES_SQL):
        if stored != truth:
            found.append(Mismatch("invoice", number, "open_amount", str(stored), str(truth)))
        if settled != true_settled:
            found.append(Mismatch("invoice", number, "settled_on", str(settled), str(true_settled)))
        if is_foreign:
            found.append(Mismatch("invoice", number, "buyer_and_currency", "its own", "others on its entries"))
    return found


def _disputes() -> list[Mismatch]:
    rows = _rows(_DISPUTES_SQL)
    return [Mismatch("invoice", number, "disputed_amount", str(kept), str(truth)) for _, number, kept, truth in rows]


def _due_dates() -> list[Mismatch]:
    rows = _rows(_DUE_DATES_SQL)
    return [Mismatch("invoice", number, "due_date", str(kept), str(truth)) for _, number, kept, truth in rows]


def _balances() -> list[Mismatch]:
    names = ("receivable", "unapplied_cash", "unapplied_credit")
    return [
        Mismatch("balance", f"buyer {row[0]} {row[1]}", name, str(row[2 + 2 * k]), str(row[3 + 2 * k]))
        for row in _rows(_BALANCES_SQL)
        for k, name in enumerate(names)
        if row[2 + 2 * k] != row[3 + 2 * k]
    ]
