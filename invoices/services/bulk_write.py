"""Bulk posting, third floor: references are resolved, rows locked and written, copies and balances kept."""

from __future__ import annotations

from typing import Any

from core.errors import Conflict
from core.words import sentence as _
from invoices.services.bulk_checks import EFFECTIVE, USED


def resolve_references(cursor: Any) -> None:
    """Give entries, disputes and due dates the ids they name: first within the batch, then from the ledger."""
    cursor.execute(_ENTRIES_SQL)
    cursor.execute(_DISPUTES_SQL)
    cursor.execute(_DUE_DATES_SQL)
    for table in ("post_entry", "post_dispute", "post_due_date"):
        if _any(cursor, f"SELECT FROM {table} WHERE invoice_id IS NULL"):
            cursor.execute(_FROM_LEDGER_SQL[table])
    for kind, table, day in (
        ("receipt", "invoices_receipt", "received_on"),
        ("credit_note", "invoices_creditnote", "issued_on"),
    ):
        if _any(cursor, f"SELECT FROM post_entry WHERE {kind}_id IS NULL AND {kind}_external_id IS NOT NULL"):
            cursor.execute(_SOURCE_FROM_LEDGER_SQL.format(kind=kind, table=table, day=day))
    cursor.execute("ANALYZE post_entry")


def _any(cursor: Any, select: str) -> bool:
    cursor.execute(f"SELECT EXISTS ({select})")
    return bool(cursor.fetchone()[0])


_ENTRIES_SQL = """
CREATE TEMP TABLE post_entry ON COMMIT DROP AS
SELECT e.seq, e.source, e.invoice_external_id, e.kind, e.amount, e.effective_date, e.receipt_external_id,
    e.credit_note_external_id, e.source_amount, i.id AS invoice_id, i.buyer_id, i.currency, i.invoice_date,
    coalesce(i.is_new, false) AS on_new, r.id AS receipt_id, n.id AS credit_note_id,
    coalesce(r.buyer_id, n.buyer_id) AS source_buyer_id, coalesce(r.currency, n.currency) AS source_currency,
    coalesce(r.received_on, n.issued_on) AS source_date, coalesce(r.is_new, n.is_new, false) AS from_new,
    e.of_source
FROM (SELECT e.*, coalesce(e.document_source, e.source) AS of_source FROM in_entry e) e
LEFT JOIN doc_invoice i ON i.source = e.source AND i.external_id = e.invoice_external_id
LEFT JOIN doc_receipt r ON r.source = e.of_source AND r.external_id = e.receipt_external_id
LEFT JOIN doc_credit_note n ON n.source = e.of_source AND n.external_id = e.credit_note_external_id
"""
_VERSION_SQL = """
CREATE TEMP TABLE post_{kind} ON COMMIT DROP AS
SELECT v.*, i.id AS invoice_id, i.buyer_id, i.amount AS invoice_amount, coalesce(i.is_new, false) AS on_new
FROM in_{kind} v LEFT JOIN doc_invoice i ON i.source = v.source AND i.external_id = v.invoice_external_id
"""
_DISPUTES_SQL = _VERSION_SQL.format(kind="dispute")
_DUE_DATES_SQL = _VERSION_SQL.format(kind="due_date")
_VERSION_FROM_LEDGER_SQL = """
UPDATE {table} p SET invoice_id = l.id, buyer_id = l.buyer_id, {more}
FROM invoices_invoice l
WHERE p.invoice_id IS NULL AND l.source = p.source AND l.external_id = p.invoice_external_id
"""
_FROM_LEDGER_SQL = {
    "post_entry": _VERSION_FROM_LEDGER_SQL.format(
        table="post_entry", more="currency = l.currency, invoice_date = l.invoice_date"
    ),
    "post_dispute": _VERSION_FROM_LEDGER_SQL.format(table="post_dispute", more="invoice_amount = l.amount"),
    "post_due_date": _VERSION_FROM_LEDGER_SQL.format(table="post_due_date", more="invoice_amount = l.amount"),
}
_SOURCE_FROM_LEDGER_SQL = """
UPDATE post_entry p SET {kind}_id = l.id, source_buyer_id = l.buyer_id, source_currency = l.currency,
    source_date = l.{day}
FROM {table} l
WHERE p.{kind}_id IS NULL AND l.source = p.of_source AND l.external_id = p.{kind}_external_id
"""


def lock(cursor: Any) -> None:
    """Known invoices in id order, then control balances by buyer and currency, as every posting does."""
    cursor.execute(_LOCK_INVOICES_SQL)
    cursor.execute(_ACCOUNTS_SQL)
    cursor.execute(_LOCK_BALANCES_SQL)


_LOCK_INVOICES_SQL = """
SELECT FROM invoices_invoice WHERE id IN (
    SELECT invoice_id FROM post_entry WHERE NOT on_new UNION SELECT invoice_id FROM post_dispute WHERE NOT on_new
    UNION SELECT invoice_id FROM post_due_date WHERE NOT on_new)
ORDER BY id FOR UPDATE
"""
_ACCOUNT_SQL = """
    SELECT buyer_id, currency FROM doc_invoice WHERE is_new
    UNION SELECT buyer_id, currency FROM doc_receipt WHERE is_new
    UNION SELECT buyer_id, currency FROM doc_credit_note WHERE is_new
    UNION SELECT buyer_id, currency FROM post_entry
    UNION SELECT source_buyer_id, source_currency FROM post_entry
"""
_ACCOUNTS_SQL = f"""
INSERT INTO invoices_controlbalance (buyer_id, currency, receivable, unapplied_cash, unapplied_credit)
SELECT buyer_id, currency, 0, 0, 0 FROM ({_ACCOUNT_SQL}) accounts
WHERE buyer_id IS NOT NULL AND length(currency) = 3 ORDER BY buyer_id, currency
ON CONFLICT (buyer_id, currency) DO NOTHING
"""
_LOCK_BALANCES_SQL = f"""
SELECT FROM invoices_controlbalance WHERE (buyer_id, currency) IN ({_ACCOUNT_SQL})
ORDER BY buyer_id, currency FOR UPDATE
"""


def write_documents(cursor: Any, *, batch_id: int | None, issue: bool) -> dict[str, int]:
    """Insert the new invoices, with their copies final, and the new receipts and credit notes."""
    cursor.execute(_CHANGES_SQL)
    cursor.execute("ANALYZE invoice_change")
    written = {}
    for kind, statement in _DOCUMENT_SQL.items():
        cursor.execute(statement, {"batch": batch_id, "issue": issue})
        written[kind] = cursor.rowcount
        _check_all_written(cursor, kind, cursor.rowcount)
    return written


def _check_all_written(cursor: Any, kind: str, written: int) -> None:
    cursor.execute(f"SELECT count(*) FROM doc_{kind} WHERE is_new")
    if cursor.fetchone()[0] != written:
        raise Conflict(
            "ledger_changed", _("The same documents were posted by somebody else just now. Try again."), {"field": kind}
        )


_CHANGES_SQL = f"""
CREATE TEMP TABLE invoice_change ON COMMIT DROP AS
SELECT p.invoice_id, p.on_new, sum(p.amount) AS amount,
    max({EFFECTIVE}) FILTER (WHERE p.kind = 'receipt') AS last_receipt
FROM post_entry p GROUP BY 1, 2
"""
_DOCUMENT_SQL = {
    "invoice": """
INSERT INTO invoices_invoice (id, buyer_id, source, external_id, number, currency, amount, invoice_date,
    original_due_date, due_date, terms, order_id, open_amount, disputed_amount, settled_on, batch_id)
SELECT d.id, d.buyer_id, d.source, d.external_id, d.number, d.currency, d.amount, d.invoice_date,
    d.due_date, d.due_date, d.terms, d.order_id, stock.open_amount, 0,
    CASE WHEN stock.open_amount = 0 THEN c.last_receipt END, %(batch)s
FROM doc_invoice d LEFT JOIN invoice_change c ON c.invoice_id = d.id
CROSS JOIN LATERAL (SELECT CASE WHEN %(issue)s THEN d.amount ELSE 0 END + coalesce(c.amount, 0)) AS stock(open_amount)
WHERE d.is_new ORDER BY d.seq
ON CONFLICT (source, external_id) DO NOTHING
""",
    "receipt": """
INSERT INTO invoices_receipt (id, buyer_id, source, external_id, currency, amount, received_on, note)
SELECT id, buyer_id, source, external_id, currency, amount, received_on, note
FROM doc_receipt WHERE is_new ORDER BY seq
ON CONFLICT (source, external_id) DO NOTHING
""",
    "credit_note": """
INSERT INTO invoices_creditnote (id, buyer_id, source, external_id, currency, amount, issued_on, note)
SELECT id, buyer_id, source, external_id, currency, amount, issued_on, note
FROM doc_credit_note WHERE is_new ORDER BY seq
ON CONFLICT (source, external_id) DO NOTHING
""",
}


def write_entries(cursor: Any, *, issue: bool) -> int:
    """Append the issue of each new invoice, then the entries; returns how many of the latter."""
    if issue:
        cursor.execute(_ISSUE_SQL)
    cursor.execute(_ENTRY_SQL)
    return int(cursor.rowcount)


_ISSUE_SQL = """
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date)
SELECT id, buyer_id, 'issue', currency, amount, invoice_date FROM doc_invoice WHERE is_new ORDER BY seq
"""
_ENTRY_SQL = f"""
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date, receipt_id, credit_note_id,
    source_amount, source_buyer_id, source_currency)
SELECT p.invoice_id, p.buyer_id, p.kind, p.currency, p.amount, {EFFECTIVE}, p.receipt_id, p.credit_note_id, {USED},
    nullif(p.source_buyer_id, p.buyer_id), coalesce(nullif(p.source_currency, p.currency), '')
FROM post_entry p ORDER BY p.seq
"""


def write_versions(cursor: Any) -> tuple[int, int]:
    """Append disputes and due dates; returns how many of each."""
    cursor.execute(_DISPUTE_SQL)
    disputes = cursor.rowcount
    cursor.execute(_DUE_DATE_SQL)
    return disputes, cursor.rowcount


_DISPUTE_SQL = """
INSERT INTO invoices_disputeversion (invoice_id, buyer_id, dispute_key, amount, reason, valid_from)
SELECT invoice_id, buyer_id, dispute_key, amount, reason, valid_from FROM post_dispute ORDER BY seq
"""
_DUE_DATE_SQL = """
INSERT INTO invoices_duedatechange (invoice_id, buyer_id, due_date, valid_from, reason)
SELECT invoice_id, buyer_id, due_date, valid_from, reason FROM post_due_date ORDER BY seq
"""
