"""Bulk posting: nothing is paid twice, and what is refused takes along all that hangs on it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from invoices.services.bulk_checks import USED
from invoices.services.bulk_rows import Contradiction


def refuse_overdrawn(cursor: Any, *, issue: bool) -> None:
    """Set aside allocations that use more than a receipt or credit note has, or that overpay an invoice."""
    for kind, table, left in _SOURCES:
        cursor.execute(_OVERDRAWN_SQL.format(kind=kind, table=table, left=left))
    cursor.execute(_OVERPAID_SQL, {"issue": issue})


_SOURCES = (
    (
        "receipt",
        "invoices_receipt",
        "l.amount + coalesce((SELECT r.amount FROM invoices_receipt r WHERE r.reverses_id = l.id), 0)",
    ),
    ("credit_note", "invoices_creditnote", "l.amount"),
)
_OVERDRAWN_SQL = f"""
WITH wanted AS (
    SELECT p.{{kind}}_id AS id, bool_and(p.from_new) AS is_new, sum({USED}) AS used
    FROM post_entry p WHERE p.kind = '{{kind}}' AND p.{{kind}}_id IS NOT NULL GROUP BY 1
), too_much AS (
    SELECT w.id, d.amount AS unapplied, w.used FROM wanted w JOIN doc_{{kind}} d ON d.id = w.id
    WHERE w.is_new AND w.used > d.amount
    UNION ALL
    SELECT w.id, held.unapplied, w.used FROM wanted w CROSS JOIN LATERAL (
        SELECT {{left}} - coalesce((SELECT sum(e.source_amount) FROM invoices_entry e WHERE e.{{kind}}_id = l.id), 0)
        FROM {{table}} l WHERE l.id = w.id
    ) AS held(unapplied)
    WHERE NOT w.is_new AND w.used > held.unapplied
)
INSERT INTO refused
SELECT DISTINCT 'entry', p.source, p.invoice_external_id, 'source_amount', t.unapplied::text, t.used::text,
    'nothing_left'
FROM too_much t JOIN post_entry p ON p.{{kind}}_id = t.id AND p.kind = '{{kind}}'
"""
_OVERPAID_SQL = """
WITH change AS (
    SELECT p.invoice_id, sum(p.amount) AS amount, min(p.source) AS source, min(p.invoice_external_id) AS external_id
    FROM post_entry p WHERE p.invoice_id IS NOT NULL GROUP BY 1
), paid AS (
    SELECT c.*, d.amount AS issued, CASE WHEN %(issue)s THEN d.amount ELSE 0 END AS open_amount
    FROM change c JOIN doc_invoice d ON d.id = c.invoice_id AND d.is_new
    UNION ALL
    SELECT c.*, l.amount, l.open_amount FROM change c JOIN invoices_invoice l ON l.id = c.invoice_id
)
INSERT INTO refused
SELECT 'entry', source, external_id, 'amount', open_amount::text, amount::text, 'over_allocation'
FROM paid WHERE sign(open_amount + amount) = -sign(issued)
"""


def refuse_versions(cursor: Any) -> None:
    """Set aside disputes and due dates on unknown invoices, and disputes larger than the invoice."""
    for kind in ("dispute", "due_date"):
        cursor.execute(_UNKNOWN_SQL.format(kind=kind))
    cursor.execute(_LARGE_DISPUTE_SQL)


_UNKNOWN_SQL = """
INSERT INTO refused
SELECT '{kind}', v.source, v.invoice_external_id, 'invoice', NULL, v.invoice_external_id, 'unknown'
FROM post_{kind} v WHERE v.invoice_id IS NULL
"""
_LARGE_DISPUTE_SQL = """
INSERT INTO refused
SELECT 'dispute', v.source, v.invoice_external_id, 'amount', v.invoice_amount::text, v.amount::text,
    'dispute_too_large'
FROM post_dispute v
WHERE v.invoice_id IS NOT NULL AND (v.amount < 0 OR v.amount > greatest(v.invoice_amount, 0))
"""


def drop_refused(cursor: Any) -> Counter[str]:
    """Remove what was set aside: a refused invoice with its entries and versions, and the receipts and credit
    notes that this batch brings for refused invoices only. Returns how many rows of each kind went."""
    gone: Counter[str] = Counter()
    cursor.execute("SELECT EXISTS (SELECT FROM refused)")
    if not cursor.fetchone()[0]:
        return gone
    cursor.execute(_REFUSE_WITH_SOURCE_SQL)
    cursor.execute(_BAD_INVOICES_SQL)
    for kind, delete in _DROPS:
        cursor.execute(f"WITH gone AS ({delete}) SELECT coalesce(sum(rows), 0) FROM gone")
        gone[kind] += int(cursor.fetchone()[0])
    cursor.execute("DROP TABLE bad_invoice")
    return gone


def list_refused(cursor: Any) -> list[Contradiction]:
    """Everything that was set aside, with the reason."""
    cursor.execute("SELECT DISTINCT * FROM refused ORDER BY kind, source, external_id, field, code")
    return [Contradiction(*row) for row in cursor.fetchall()]


# A new invoice whose receipt is refused is refused too: a row is applied whole or not at all.
_REFUSE_WITH_SOURCE_SQL = """
INSERT INTO refused
SELECT DISTINCT 'entry', p.source, p.invoice_external_id, r.kind, NULL::text, r.external_id, 'source_refused'
FROM post_entry p JOIN refused r ON r.source = p.of_source
    AND (r.kind, r.external_id) IN (('receipt', p.receipt_external_id), ('credit_note', p.credit_note_external_id))
WHERE p.on_new
"""
_BAD_INVOICES_SQL = """
CREATE TEMP TABLE bad_invoice ON COMMIT DROP AS
SELECT DISTINCT source, external_id FROM refused WHERE kind NOT IN ('receipt', 'credit_note')
"""
_IS_BAD = "(p.source, p.invoice_external_id) IN (SELECT source, external_id FROM bad_invoice)"
_DROP_SOURCE_SQL = """
DELETE FROM doc_{kind} d WHERE EXISTS (
    SELECT FROM refused r WHERE r.kind = '{kind}' AND r.source = d.source AND r.external_id = d.external_id)
RETURNING d.copies AS rows
"""
_DROP_ORPHANS_SQL = f"""
DELETE FROM doc_{{kind}} d WHERE d.is_new AND d.id IN (
    SELECT p.{{kind}}_id FROM post_entry p WHERE p.{{kind}}_id IS NOT NULL GROUP BY 1 HAVING bool_and({_IS_BAD}))
RETURNING d.copies AS rows
"""
_DROP_ENTRIES_OF_SOURCE_SQL = """
DELETE FROM post_entry p WHERE EXISTS (
    SELECT FROM refused r
    WHERE r.kind = '{kind}' AND r.source = p.of_source AND r.external_id = p.{kind}_external_id)
RETURNING 1 AS rows
"""
_DROP_INVOICES_SQL = """
DELETE FROM doc_invoice d WHERE (d.source, d.external_id) IN (SELECT source, external_id FROM bad_invoice)
RETURNING d.copies AS rows
"""
_DROPS = (
    ("receipt", _DROP_SOURCE_SQL.format(kind="receipt")),
    ("receipt", _DROP_ORPHANS_SQL.format(kind="receipt")),
    ("entry", _DROP_ENTRIES_OF_SOURCE_SQL.format(kind="receipt")),
    ("credit_note", _DROP_SOURCE_SQL.format(kind="credit_note")),
    ("credit_note", _DROP_ORPHANS_SQL.format(kind="credit_note")),
    ("entry", _DROP_ENTRIES_OF_SOURCE_SQL.format(kind="credit_note")),
    ("entry", f"DELETE FROM post_entry p WHERE {_IS_BAD} RETURNING 1 AS rows"),
    ("dispute", f"DELETE FROM post_dispute p WHERE {_IS_BAD} RETURNING 1 AS rows"),
    ("due_date", f"DELETE FROM post_due_date p WHERE {_IS_BAD} RETURNING 1 AS rows"),
    ("invoice", _DROP_INVOICES_SQL),
)
