"""Bulk posting, second floor: what contradicts the ledger or itself is set aside, with all that hangs on it."""

from __future__ import annotations

from typing import Any

ALLOCATIONS = "('receipt', 'credit_note')"
# What an allocation uses of its receipt or credit note, and the day from which it counts: when both sides exist.
USED = f"CASE WHEN p.kind IN {ALLOCATIONS} THEN coalesce(p.source_amount, -p.amount) END"
EFFECTIVE = (
    f"CASE WHEN p.kind IN {ALLOCATIONS} THEN greatest(p.effective_date, p.invoice_date, p.source_date) "
    "ELSE p.effective_date END"
)
_DIGITS = "unnest(%(currencies)s::text[], %(digits)s::int[]) AS"


def refuse_documents(cursor: Any, digits: dict[str, object]) -> None:
    """Set aside documents with impossible values, and those that the ledger knows with another content."""
    for kind, fields in _KNOWN_FIELDS.items():
        cursor.execute(_BAD_DOCUMENT_SQL.format(kind=kind, **_BOUNDS[kind]), digits)
        cursor.execute(_CONTRADICTS_SQL.format(kind=kind, fields=fields, **_TABLES[kind]))


_TABLES = {
    "invoice": {"table": "invoices_invoice"},
    "receipt": {"table": "invoices_receipt"},
    "credit_note": {"table": "invoices_creditnote"},
}

# A credit invoice is negative; the receipt of a settled date is named after its invoice, so its id may be longer.
_BOUNDS = {
    "invoice": {"lowest": "NULL", "longest": 120},
    "receipt": {"lowest": "0", "longest": 140},
    "credit_note": {"lowest": "0", "longest": 120},
}

_BAD_DOCUMENT_SQL = f"""
INSERT INTO refused
SELECT '{{kind}}', d.source, d.external_id, bad.field, NULL, bad.value, bad.code
FROM (
    SELECT d.*, c.code, c.digits FROM doc_{{kind}} d LEFT JOIN {_DIGITS} c(code, digits) ON c.code = d.currency
    WHERE d.is_new AND (length(d.external_id) BETWEEN 1 AND {{longest}} AND d.amount <> 0 AND abs(d.amount) < 1e16
        AND d.amount > coalesce({{lowest}}, d.amount - 1) AND d.amount = round(d.amount, c.digits)) IS NOT TRUE
) d
CROSS JOIN LATERAL (VALUES
    ('external_id', d.external_id, 'external_id_invalid', length(d.external_id) NOT BETWEEN 1 AND {{longest}}),
    ('currency', d.currency, 'currency_unknown', d.code IS NULL),
    ('amount', d.amount::text, 'amount_invalid',
        d.amount = 0 OR d.amount <= {{lowest}} OR abs(d.amount) >= 1e16 OR d.amount <> round(d.amount, d.digits))
) AS bad(field, value, code, is_bad)
WHERE bad.is_bad
"""

# A corrected amount stands in the entries: the issue that was not reversed. A due date may be the first or the
# present one, or come with a row that changes it.
_ISSUED = """(SELECT sum(e.amount) FROM invoices_entry e LEFT JOIN invoices_entry o ON o.id = e.reverses_id
    WHERE e.invoice_id = l.id AND (e.kind = 'issue' OR o.kind = 'issue'))"""
_CHANGES = """EXISTS (SELECT FROM in_due_date c WHERE c.source = d.source
    AND c.invoice_external_id = d.external_id AND c.due_date = d.due_date)"""
_PARTY = "('buyer_id', l.buyer_id::text, d.buyer_id::text), ('currency', l.currency, d.currency)"
_AMOUNT = "('amount', l.amount::text, CASE WHEN l.amount = d.amount THEN l.amount::text ELSE d.amount::text END)"
_KNOWN_FIELDS = {
    "invoice": f"""{_PARTY}, ('number', l.number, d.number), ('terms', l.terms, d.terms),
        ('invoice_date', l.invoice_date::text, d.invoice_date::text),
        ('amount', l.amount::text,
            CASE WHEN l.amount = d.amount OR d.amount = {_ISSUED} THEN l.amount::text ELSE d.amount::text END),
        ('due_date', l.due_date::text, CASE WHEN d.due_date IN (l.due_date, l.original_due_date) OR {_CHANGES}
            THEN l.due_date::text ELSE d.due_date::text END)""",
    "receipt": f"{_PARTY}, {_AMOUNT}, ('received_on', l.received_on::text, d.received_on::text)",
    "credit_note": f"{_PARTY}, {_AMOUNT}, ('issued_on', l.issued_on::text, d.issued_on::text)",
}
_CONTRADICTS_SQL = """
INSERT INTO refused
SELECT '{kind}', d.source, d.external_id, f.field, f.known, f.given, 'contradicts_ledger'
FROM doc_{kind} d JOIN {table} l ON l.id = d.id AND NOT d.is_new
CROSS JOIN LATERAL (VALUES {fields}) AS f(field, known, given)
WHERE f.known IS DISTINCT FROM f.given
"""


def refuse_entries(cursor: Any, digits: dict[str, object], *, issue: bool) -> None:
    """Set aside entries that name what nobody knows, or that no ledger can hold."""
    cursor.execute(_BAD_ENTRY_SQL, {**digits, "issue": issue})


_BAD_ENTRY_SQL = f"""
INSERT INTO refused
SELECT 'entry', p.source, p.invoice_external_id, split_part(bad, '/', 2), NULL,
    CASE split_part(bad, '/', 2) WHEN 'invoice' THEN p.invoice_external_id
        WHEN 'receipt' THEN p.receipt_external_id WHEN 'credit_note' THEN p.credit_note_external_id
        WHEN 'kind' THEN p.kind WHEN 'effective_date' THEN p.effective_date::text
        WHEN 'source_amount' THEN p.source_amount::text ELSE p.amount::text END,
    split_part(bad, '/', 1)
FROM post_entry p LEFT JOIN {_DIGITS} c(code, digits) ON c.code = p.currency
LEFT JOIN {_DIGITS} sc(code, digits) ON sc.code = p.source_currency
LEFT JOIN buyers_buyer payer ON payer.id = p.source_buyer_id AND p.source_buyer_id <> p.buyer_id
LEFT JOIN buyers_buyer debtor ON debtor.id = p.buyer_id AND payer.id IS NOT NULL
CROSS JOIN LATERAL (SELECT CASE
    WHEN p.invoice_id IS NULL THEN 'unknown/invoice'
    WHEN p.kind = 'reversal' OR (p.kind = 'issue' AND %(issue)s) THEN 'kind_invalid/kind'
    WHEN p.receipt_id IS NULL AND (p.receipt_external_id IS NOT NULL OR p.kind = 'receipt') THEN 'unknown/receipt'
    WHEN p.credit_note_id IS NULL AND (p.credit_note_external_id IS NOT NULL OR p.kind = 'credit_note')
        THEN 'unknown/credit_note'
    WHEN p.amount = 0 OR abs(p.amount) >= 1e16 OR p.amount <> round(p.amount, c.digits) THEN 'amount_invalid/amount'
    WHEN p.kind IN {ALLOCATIONS} AND p.amount > 0 THEN 'amount_invalid/amount'
    WHEN p.kind IN {ALLOCATIONS} AND p.source_currency = p.currency AND p.source_amount <> -p.amount
        THEN 'amount_invalid/source_amount'
    WHEN p.kind IN {ALLOCATIONS} AND p.source_currency <> p.currency AND p.source_amount IS NULL
        THEN 'source_amount_needed/source_amount'
    WHEN p.source_amount <= 0 OR p.source_amount <> round(p.source_amount, sc.digits)
        THEN 'amount_invalid/source_amount'
    WHEN p.kind NOT IN {ALLOCATIONS} AND p.effective_date < p.invoice_date THEN 'date_too_early/effective_date'
    WHEN payer.id IS NOT NULL AND (payer.group_id IS NULL OR payer.group_id IS DISTINCT FROM debtor.group_id)
        THEN 'other_party/receipt'
    END) AS found(bad)
WHERE bad IS NOT NULL
"""


def set_known_entries_aside(cursor: Any) -> None:
    """Take out the entries that the ledger holds already; an allocation of another amount is refused."""
    cursor.execute("SELECT EXISTS (SELECT FROM post_entry WHERE NOT on_new)")
    if not cursor.fetchone()[0]:
        return
    cursor.execute(_KNOWN_ALLOCATIONS_SQL)
    cursor.execute(_CONTRADICTING_SQL)
    cursor.execute(_DROP_KNOWN_ALLOCATIONS_SQL)
    cursor.execute(_DROP_KNOWN_OTHERS_SQL)
    cursor.execute("DROP TABLE known_allocation")


_ALLOCATION_KEY = "{0}.invoice_id, {0}.kind, coalesce({0}.receipt_id, 0), coalesce({0}.credit_note_id, 0)"
_KNOWN_ALLOCATIONS_SQL = f"""
CREATE TEMP TABLE known_allocation ON COMMIT DROP AS
WITH given AS (
    SELECT {_ALLOCATION_KEY.format("p")}, sum(p.amount), min(p.source), min(p.invoice_external_id)
    FROM post_entry p WHERE NOT p.on_new AND NOT coalesce(p.from_new, false) AND p.kind IN {ALLOCATIONS}
    GROUP BY 1, 2, 3, 4
), g(invoice_id, kind, receipt_id, credit_note_id, amount, source, external_id) AS (SELECT * FROM given)
, held(invoice_id, kind, receipt_id, credit_note_id, amount) AS (
    SELECT {_ALLOCATION_KEY.format("e")}, sum(e.amount) FROM invoices_entry e
    WHERE e.invoice_id IN (SELECT invoice_id FROM g) AND e.kind IN {ALLOCATIONS} GROUP BY 1, 2, 3, 4
)
SELECT g.invoice_id, g.kind, g.receipt_id, g.credit_note_id, g.source, g.external_id, g.amount AS given_amount,
    held.amount AS ledger_amount
FROM g JOIN held USING (invoice_id, kind, receipt_id, credit_note_id)
"""
_CONTRADICTING_SQL = """
INSERT INTO refused
SELECT 'entry', source, external_id, kind, ledger_amount::text, given_amount::text, 'contradicts_ledger'
FROM known_allocation WHERE ledger_amount <> given_amount
"""
_DROP_KNOWN_ALLOCATIONS_SQL = f"""
DELETE FROM post_entry p USING known_allocation k
WHERE (k.invoice_id, k.kind, k.receipt_id, k.credit_note_id) = ({_ALLOCATION_KEY.format("p")})
  AND k.ledger_amount = k.given_amount
"""
_DROP_KNOWN_OTHERS_SQL = f"""
DELETE FROM post_entry p USING (
    SELECT q.seq, q.invoice_id, q.kind, q.effective_date, q.amount,
        row_number() OVER (PARTITION BY q.invoice_id, q.kind, q.effective_date, q.amount ORDER BY q.seq) AS copy_no
    FROM post_entry q WHERE NOT q.on_new AND q.kind NOT IN {ALLOCATIONS}
) given JOIN (
    SELECT e.invoice_id, e.kind, e.effective_date, e.amount, count(*) AS n FROM invoices_entry e
    WHERE e.invoice_id IN (SELECT invoice_id FROM post_entry WHERE NOT on_new) GROUP BY 1, 2, 3, 4
) held USING (invoice_id, kind, effective_date, amount)
WHERE p.seq = given.seq AND given.copy_no <= held.n
"""


def set_known_versions_aside(cursor: Any) -> None:
    """Take out the disputes and due dates that are on record already."""
    for statement in _DROP_KNOWN_VERSIONS_SQL:
        cursor.execute(statement)


_DROP_KNOWN_VERSIONS_SQL = (
    """
DELETE FROM post_dispute p USING invoices_disputeversion v
WHERE v.invoice_id = p.invoice_id AND v.dispute_key = p.dispute_key AND v.valid_from = p.valid_from
  AND v.amount = p.amount AND v.reason = p.reason
""",
    """
DELETE FROM post_due_date p USING invoices_duedatechange v
WHERE v.invoice_id = p.invoice_id AND v.valid_from = p.valid_from AND v.due_date = p.due_date
""",
    """
DELETE FROM post_due_date p USING (
    SELECT id, due_date FROM doc_invoice WHERE is_new
    UNION ALL SELECT i.id, i.due_date FROM invoices_invoice i WHERE i.id IN (SELECT invoice_id FROM post_due_date)
) i
WHERE i.id = p.invoice_id AND i.due_date = p.due_date
""",
)
