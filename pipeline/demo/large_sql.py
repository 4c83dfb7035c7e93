"""The statements of the big ledger. ``pg_temp.u(n, seed, k)`` draws a number in [0, 1) for row n and topic k."""

from __future__ import annotations

_DRAW = """
CREATE FUNCTION pg_temp.u(n bigint, seed bigint, k bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(n, seed * 64 + k) & 2147483647) / 2147483648.0::float8 $$
"""
_BUYERS = """
INSERT INTO buyers_buyer (code, name, name_zh, country, currency, status, founded_on, website)
SELECT 'L' || lpad(n::text, 6, '0'), 'Load buyer ' || n, '', (%(countries)s::text[])[place],
    (%(homes)s::text[])[place], 'active', %(end)s::date - (1500 + pg_temp.u(n, %(seed)s, 1) * 9000)::int, ''
FROM (SELECT n, 1 + n %% %(places)s AS place FROM generate_series(1, %(buyers)s) n) numbered ORDER BY n
"""
_NUMBERED = """
CREATE TEMP TABLE numbered ON COMMIT DROP AS
SELECT id AS buyer_id, substr(code, 2)::bigint AS no FROM buyers_buyer
WHERE code LIKE 'L%%' AND name LIKE 'Load buyer %%'
"""
_DRAWN = """
CREATE TEMP TABLE drawn ON COMMIT DROP AS
SELECT n, buyer_id, invoice_date, invoice_date + terms AS due_date, amount, paid_on,
    (%(invoiced)s::text[])[1 + no %% %(places)s] AS currency
FROM (
    SELECT n, 1 + (n - 1) %% %(buyers)s AS no, d.invoice_date, d.terms,
        round(exp(6.5 + 2.2 * pg_temp.u(n, %(seed)s, 2) + 1.5 * pg_temp.u(n, %(seed)s, 3))::numeric) AS amount,
        CASE WHEN pg_temp.u(n, %(seed)s, 4) >= 0.085
            THEN greatest(d.invoice_date + d.terms + d.late, d.invoice_date + 1) END AS paid_on
    FROM generate_series(1, %(buyers)s * %(per_buyer)s) n
    CROSS JOIN LATERAL (
        SELECT %(end)s::date - (pg_temp.u(n, %(seed)s, 5) * 1094)::int AS invoice_date,
            (ARRAY[30, 30, 45, 60, 60, 90])[1 + (pg_temp.u(n, %(seed)s, 6) * 5.999)::int %% 6] AS terms,
            (-6 + 12 * pg_temp.u(n, %(seed)s, 7) + 50 * power(pg_temp.u(n, %(seed)s, 8), 4))::int AS late
    ) d
) drawing JOIN numbered USING (no)
"""
_STILL_OPEN = "UPDATE drawn SET paid_on = NULL WHERE paid_on > %(end)s"

# Run before the tables below: they need buyers with ids.
PREPARE = (_DRAW, _BUYERS, _NUMBERED, _DRAWN, _STILL_OPEN, "ANALYZE drawn", "ANALYZE numbered")

_CODES = """
INSERT INTO buyers_buyercode (buyer_id, source, external_id)
SELECT id, %(source)s, code FROM buyers_buyer JOIN numbered ON buyer_id = id
"""
_INVOICES = """
INSERT INTO invoices_invoice (buyer_id, source, external_id, number, currency, amount, invoice_date,
    original_due_date, due_date, terms, open_amount, disputed_amount, settled_on)
SELECT buyer_id, %(source)s, 'L' || n, 'LI' || n, currency, amount, invoice_date, due_date, due_date, 'open_account',
    CASE WHEN paid_on IS NULL THEN amount ELSE 0 END, 0, paid_on
FROM drawn ORDER BY n
"""
_RECEIPTS = """
INSERT INTO invoices_receipt (buyer_id, source, external_id, currency, amount, received_on, note)
SELECT buyer_id, %(source)s, 'LR' || n, currency, amount, paid_on, '' FROM drawn WHERE paid_on IS NOT NULL ORDER BY n
"""
_ISSUES = """
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date)
SELECT id, buyer_id, 'issue', currency, amount, invoice_date FROM invoices_invoice WHERE source = %(source)s ORDER BY id
"""
_ALLOCATIONS = """
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date, receipt_id, source_amount)
SELECT i.id, i.buyer_id, 'receipt', i.currency, -r.amount, r.received_on, r.id, r.amount
FROM invoices_receipt r
JOIN invoices_invoice i ON i.source = r.source AND i.external_id = 'L' || substr(r.external_id, 3)
WHERE r.source = %(source)s ORDER BY r.id
"""
_BALANCES = """
INSERT INTO invoices_controlbalance (buyer_id, currency, receivable, unapplied_cash, unapplied_credit)
SELECT buyer_id, currency, sum(open_amount), 0, 0 FROM invoices_invoice WHERE source = %(source)s
GROUP BY buyer_id, currency
"""
_KYC = """
INSERT INTO buyers_kycrecord (buyer_id, status, expires_on, valid_from, source)
SELECT buyer_id, 'complete', %(end)s::date + 300, %(end)s::date - 400, %(source)s
FROM numbered WHERE pg_temp.u(no, %(seed)s, 20) < 0.95
"""
_SCREENINGS = """
INSERT INTO buyers_screening (buyer_id, result, valid_from, source)
SELECT buyer_id, 'clear', %(end)s::date - (25 * pg_temp.u(no, %(seed)s, 21))::int, %(source)s
FROM numbered WHERE pg_temp.u(no, %(seed)s, 22) < 0.97
"""
_RATINGS = """
INSERT INTO buyers_agencyrating (buyer_id, agency, grade, points, valid_from, source)
SELECT buyer_id, 'load', 'x', (20 + 75 * pg_temp.u(no, %(seed)s, 23))::int,
    %(end)s::date - (170 * pg_temp.u(no, %(seed)s, 24))::int, %(source)s
FROM numbered WHERE pg_temp.u(no, %(seed)s, 25) < 0.6
"""
_SHIPMENTS = """
INSERT INTO invoices_shipment (buyer_id, source, external_id, incoterm, shipped_on, promised_on, handed_over_on,
    delivered_on, delay_by_seller, is_refused, has_discrepancies)
SELECT buyer_id, %(source)s, 'LS' || n, 'FOB', invoice_date, invoice_date + 30,
    invoice_date + (3 * pg_temp.u(n, %(seed)s, 30))::int, invoice_date + 26 + (8 * pg_temp.u(n, %(seed)s, 31))::int,
    false, pg_temp.u(n, %(seed)s, 32) < 0.01, pg_temp.u(n, %(seed)s, 33) < 0.03
FROM drawn WHERE n %% 4 = 0
"""

TABLES = (
    ("codes", _CODES),
    ("invoices", _INVOICES),
    ("receipts", _RECEIPTS),
    ("issues", _ISSUES),
    ("allocations", _ALLOCATIONS),
    ("balances", _BALANCES),
    ("kyc_records", _KYC),
    ("screenings", _SCREENINGS),
    ("ratings", _RATINGS),
    ("shipments", _SHIPMENTS),
)
