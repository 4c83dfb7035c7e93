"""What order checks need on the big ledger, in set-based statements: groups up to 50 entities, limits on everybody.

Of each 250 buyers 100 are in groups: one of 50, one of 20, one of 10 and four of 5.
"""

from __future__ import annotations

_PLACES = """
CREATE TEMP TABLE placed ON COMMIT DROP AS
SELECT buyer_id, 'LG' || lpad(((no - 1) / 250)::text, 4, '0') || CASE
    WHEN (no - 1) % 250 < 50 THEN 'A' WHEN (no - 1) % 250 < 70 THEN 'B' WHEN (no - 1) % 250 < 80 THEN 'C'
    ELSE 'D' || ((no - 1) % 250 - 80) / 5 END AS code
FROM (SELECT id AS buyer_id, substr(code, 2)::bigint AS no FROM buyers_buyer WHERE name LIKE 'Load buyer %') b
WHERE (no - 1) % 250 < 100
"""
_GROUPS = """
INSERT INTO buyers_buyergroup (code, name, name_zh)
SELECT DISTINCT code, 'Load group ' || code, '' FROM placed ORDER BY code ON CONFLICT (code) DO NOTHING
"""
_MEMBERS = """
INSERT INTO buyers_groupmembership (buyer_id, group_id, valid_from, source)
SELECT p.buyer_id, g.id, date '2020-01-01', 'bench' FROM placed p JOIN buyers_buyergroup g ON g.code = p.code
WHERE NOT EXISTS (SELECT FROM buyers_groupmembership m WHERE m.buyer_id = p.buyer_id)
"""
_COPIES = """
UPDATE buyers_buyer b SET group_id = g.id FROM placed p JOIN buyers_buyergroup g ON g.code = p.code
WHERE p.buyer_id = b.id AND b.group_id IS DISTINCT FROM g.id
"""
_ACCOUNTS = """
INSERT INTO credit_creditaccount (buyer_id, group_id)
SELECT id, NULL::bigint FROM buyers_buyer UNION ALL SELECT NULL, id FROM buyers_buyergroup
ON CONFLICT DO NOTHING
"""
_LIMITS = """
INSERT INTO credit_creditlimit (account_id, kind, currency, amount, valid_from, reason)
SELECT a.id, 'own', 'USD', CASE WHEN a.group_id IS NULL THEN 50000000 ELSE 500000000 END, date '2020-01-01', 'bench'
FROM credit_creditaccount a WHERE NOT EXISTS (SELECT FROM credit_creditlimit l WHERE l.account_id = a.id)
"""
# Late payers of the drawn ledger are warned about here, so that every check of the measurement reserves.
_RULES = """
INSERT INTO credit_checkruleversion (rule, level, subject, version, effect, numbers, reason, is_removed, is_enabled)
VALUES ('oldest_overdue', 'table', '', 1, 'warn', '{}', 'bench', false, true)
ON CONFLICT DO NOTHING
"""
WORLD = (_PLACES, "ANALYZE placed", _GROUPS, _MEMBERS, _COPIES, _ACCOUNTS, _LIMITS, _RULES)

# What must be fresh on the day of the measurement.
_KYC = """
INSERT INTO buyers_kycrecord (buyer_id, status, expires_on, valid_from, source)
SELECT id, 'complete', %(today)s::date + 300, %(today)s, 'bench' FROM buyers_buyer b
WHERE NOT EXISTS (SELECT FROM buyers_kycrecord k WHERE k.buyer_id = b.id AND k.source = 'bench'
                  AND k.valid_from > %(today)s::date - 20)
"""
_SCREENINGS = """
INSERT INTO buyers_screening (buyer_id, result, valid_from, source)
SELECT id, 'clear', %(today)s, 'bench' FROM buyers_buyer b
WHERE NOT EXISTS (SELECT FROM buyers_screening s WHERE s.buyer_id = b.id AND s.source = 'bench'
                  AND s.valid_from > %(today)s::date - 20)
"""
# Grade A: its terms let the orders of the measurement go, as its limits do.
_STANDINGS = """
INSERT INTO credit_buyerstanding (buyer_id, kind, value, as_of)
SELECT b.id, v.kind, v.value, %(today)s FROM buyers_buyer b
CROSS JOIN (VALUES ('grade', 'A'), ('coverage_below_0_6', 'no')) AS v(kind, value)
WHERE NOT EXISTS (SELECT FROM credit_buyerstanding s WHERE s.buyer_id = b.id AND s.kind = v.kind
                  AND s.value = v.value AND s.as_of = %(today)s AND s.run_id IS NULL)
"""
FRESH = (_KYC, _SCREENINGS, _STANDINGS)

# Every measurement begins without the checks and orders of earlier ones.
_CHECKS = (
    "TRUNCATE credit_release, credit_holdevent, credit_hold, credit_reservation, credit_ordergate, credit_ordercheck, "
    "core_idempotencykey"
)
FORGET = (
    _CHECKS,
    "DELETE FROM invoices_order WHERE source = 'bench'",
    "TRUNCATE invoices_orderevent",
    "DELETE FROM core_apiclient WHERE name = 'bench'",
)

# Two buyers alike but for the number of invoices that they have settled.
_SETTLED_BUYER = """
INSERT INTO buyers_buyer (code, name, name_zh, country, currency, status, website)
VALUES (%(code)s, 'Settled ' || %(code)s, '', 'DE', 'EUR', 'active', '') ON CONFLICT (code) DO NOTHING
"""
_SETTLED_INVOICES = """
INSERT INTO invoices_invoice (buyer_id, source, external_id, number, currency, amount, invoice_date,
    original_due_date, due_date, terms, open_amount, disputed_amount, settled_on)
SELECT b.id, 'bench', b.code || '-' || n, b.code || '-' || n, 'EUR', 1000, d.day, d.day + 30, d.day + 30,
    'open_account', 0, 0, d.day + 33
FROM buyers_buyer b CROSS JOIN generate_series(1, %(settled)s) n
CROSS JOIN LATERAL (SELECT %(end)s::date - 60 - n %% 300 AS day) d WHERE b.code = %(code)s
ON CONFLICT (source, external_id) DO NOTHING
"""
_SETTLED_RECEIPTS = """
INSERT INTO invoices_receipt (buyer_id, source, external_id, currency, amount, received_on, note)
SELECT buyer_id, source, external_id, currency, amount, settled_on, '' FROM invoices_invoice
WHERE source = 'bench' AND external_id LIKE %(code)s || '-%%' ORDER BY id ON CONFLICT DO NOTHING
"""
_SETTLED_ENTRIES = """
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date, receipt_id, source_amount)
SELECT i.id, i.buyer_id, v.kind, i.currency, v.amount * i.amount, CASE WHEN v.amount > 0 THEN i.invoice_date
    ELSE i.settled_on END, CASE WHEN v.amount < 0 THEN r.id END, CASE WHEN v.amount < 0 THEN i.amount END
FROM invoices_invoice i JOIN invoices_receipt r ON r.source = i.source AND r.external_id = i.external_id
CROSS JOIN (VALUES ('issue', 1), ('receipt', -1)) AS v(kind, amount)
WHERE i.source = 'bench' AND i.external_id LIKE %(code)s || '-%%'
  AND NOT EXISTS (SELECT FROM invoices_entry e WHERE e.invoice_id = i.id) ORDER BY i.id, v.amount DESC
"""
SETTLED = (_SETTLED_BUYER, _SETTLED_INVOICES, _SETTLED_RECEIPTS, _SETTLED_ENTRIES)
