"""The one statement that says what could be lost with some buyers: every part of their exposure, row by row.

One statement, because two could count an order both as ordered and as invoiced. Everything is found from the records
asked for through indexes; nothing grows with what was settled. Parameters: :class:`credit.queries.exposure.Question`.
"""

from __future__ import annotations

from core.domain.rates import RATES_SQL, rate_sql
from core.queries.prepared import Prepared


def _known(row: str, column: str = "recorded_at") -> str:
    return f"(%(known_at)s::timestamptz IS NULL OR {row}.{column} <= %(known_at)s)"


def _latest(row: str, table: str) -> str:
    """The version of a record that counts: the latest one known at the moment."""
    return f"""{_known(row)} AND NOT EXISTS (
        SELECT FROM {table} n WHERE n.source = {row}.source AND n.external_id = {row}.external_id
          AND (n.recorded_at, n.id) > ({row}.recorded_at, {row}.id) AND {_known("n")})"""


def _at_each(statement: str) -> str:
    """The statement asked of a row ``at`` instead of by parameters for its day."""
    for parameter, column in (("as_of", "day"), ("moment", "moment"), ("horizon_end", "horizon_end")):
        statement = statement.replace(f"%({parameter})s", f"at.{column}")
    return statement


# What counts after the date per invoice: open amounts are unwound from today's (see invoices.queries.open_items).
_LATER_SQL = f"""
SELECT moves.invoice_id, sum(moves.amount) AS amount FROM (
    SELECT e.invoice_id, e.amount FROM record r JOIN invoices_entry e ON e.buyer_id = r.record_id
    WHERE e.effective_date > %(as_of)s
    UNION ALL
    SELECT e.invoice_id, e.amount FROM record r JOIN invoices_entry e ON e.buyer_id = r.record_id
    WHERE %(known_at)s::timestamptz IS NOT NULL AND NOT {_known("e")} AND e.effective_date <= %(as_of)s
) moves GROUP BY moves.invoice_id HAVING sum(moves.amount) <> 0
"""
_ITEMS_SQL = """
SELECT i.id, r.buyer_id, i.currency, i.open_amount - coalesce(l.amount, 0) AS amount
FROM record r JOIN invoices_invoice i ON i.buyer_id = r.record_id LEFT JOIN later l ON l.invoice_id = i.id
WHERE i.open_amount <> 0 AND i.open_amount <> coalesce(l.amount, 0)
UNION ALL
SELECT i.id, r.buyer_id, i.currency, -l.amount
FROM later l JOIN invoices_invoice i ON i.id = l.invoice_id JOIN record r ON r.record_id = i.buyer_id
WHERE i.open_amount = 0
"""

# Orders that are not at their end, as they stood at the moment: today's rows, but for orders that were on record then
# and changed since. An order that was put on record later is read as it is now.
_MOVED_ORDERS_SQL = """
SELECT DISTINCT e.pgh_obj_id AS id FROM record r JOIN invoices_orderevent e ON e.buyer_id = r.record_id
WHERE e.pgh_created_at > %(moment)s AND EXISTS (
    SELECT FROM invoices_orderevent p WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_created_at <= %(moment)s)
"""
_ENDED = "('closed', 'cancelled')"
_ORDERS_SQL = f"""
SELECT o.id, r.buyer_id, o.currency, o.amount, o.planned_ship_date
FROM record r JOIN invoices_order o ON o.buyer_id = r.record_id LEFT JOIN moved_order m ON m.id = o.id
WHERE o.status NOT IN {_ENDED} AND m.id IS NULL AND {_known("o")}
UNION ALL
SELECT o.id, r.buyer_id, o.currency, o.amount, o.planned_ship_date
FROM moved_order m CROSS JOIN LATERAL (
    SELECT e.id, e.buyer_id, e.currency, e.amount, e.planned_ship_date, e.status, e.recorded_at
    FROM invoices_orderevent e WHERE e.pgh_obj_id = m.id AND e.pgh_created_at <= %(moment)s
    ORDER BY e.pgh_id DESC LIMIT 1
) o JOIN record r ON r.record_id = o.buyer_id
WHERE o.status NOT IN {_ENDED} AND {_known("o")}
"""
# What the order holds of a limit at the moment: at most one reservation.
_HELD_SQL = f"""
SELECT v.currency, v.amount FROM credit_reservation v
WHERE v.order_id = o.id AND v.reserved_on <= %(as_of)s AND {_known("v", "created_at")}
  AND (v.state = 'active' OR v.ended_on > %(as_of)s OR v.ended_on IS NULL AND v.ended_at > %(moment)s
       OR %(known_at)s::timestamptz IS NOT NULL AND v.ended_at > %(known_at)s)
ORDER BY v.id DESC LIMIT 1
"""
# A shipment without an amount is the whole order.
_DELIVERED_SQL = f"""
SELECT greatest(coalesce(sum(s.amount), 0), CASE WHEN bool_or(s.amount IS NULL) THEN o.amount ELSE 0 END) AS amount
FROM invoices_shipment s
WHERE s.order_id = o.id AND NOT s.is_cancelled AND NOT s.is_refused
  AND least(s.shipped_on, s.handed_over_on, s.bill_of_lading_on, s.delivered_on) <= %(as_of)s
  AND {_latest("s", "invoices_shipment")}
"""
# Issues less issues taken back, in the order's currency; what cannot be converted counts as not yet invoiced.
_BILLED_SQL = f"""
SELECT coalesce(sum(CASE WHEN i.currency = o.currency THEN e.amount
                         ELSE e.amount * {rate_sql("i.currency")} / {rate_sql("o.currency")} END), 0) AS amount
FROM invoices_invoice i JOIN invoices_entry e ON e.invoice_id = i.id
LEFT JOIN invoices_entry t ON t.id = e.reverses_id
WHERE i.order_id = o.id AND 'issue' IN (e.kind, t.kind) AND e.effective_date <= %(as_of)s AND {_known("e")}
"""
# Each quantity in one stage: ordered (remaining), delivered not invoiced, invoiced (a receivable). Order by order, each
# through its index: joins of whole relations would compare every order with every other.
_STAGES_SQL = f"""
SELECT s.order_id, s.buyer_id, s.currency, s.held_currency, s.is_later, s.is_asked, s.ratio, s.gone,
    greatest(s.held - coalesce(CASE WHEN s.held_currency = s.currency THEN s.gone
                                        ELSE s.gone * s.ratio / {rate_sql("s.held_currency")} END, 0), 0) AS remaining,
    greatest(s.delivered - s.billed, 0) AS delivered_not_invoiced
FROM (
    SELECT o.id AS order_id, o.buyer_id, o.currency, h.currency AS held_currency, coalesce(h.amount, 0) AS held,
        coalesce(o.planned_ship_date > %(horizon_end)s, false) AS is_later,
        coalesce(o.id = %(asked_order_id)s, false) AS is_asked, {rate_sql("o.currency")} AS ratio,
        d.amount AS delivered, b.amount AS billed, greatest(d.amount, b.amount) AS gone
    FROM live_order o
    LEFT JOIN LATERAL ({_HELD_SQL}) h ON true
    CROSS JOIN LATERAL ({_DELIVERED_SQL}) d CROSS JOIN LATERAL ({_BILLED_SQL}) b
) s
"""

# Paper on an invoice counts once that invoice has left the receivables; both kinds together not more than once.
_IS_CLOSED = "i.open_amount = coalesce(l.amount, 0)"
_BILLS_SQL = f"""
SELECT b.id, r.buyer_id, b.invoice_id, b.currency, b.amount
FROM record r JOIN cover_bill b ON b.buyer_id = r.record_id JOIN invoices_invoice i ON i.id = b.invoice_id
LEFT JOIN later l ON l.invoice_id = i.id
WHERE {_IS_CLOSED} AND b.accepted_on <= %(as_of)s AND b.matures_on >= %(as_of)s
  AND (b.ended_on IS NULL OR b.ended_on > %(as_of)s) AND {_latest("b", "cover_bill")}
"""
_RECOURSE_SQL = f"""
SELECT s.id, r.buyer_id, s.currency, s.amount - coalesce(b.amount, 0) AS amount
FROM record r JOIN cover_soldreceivable s ON s.buyer_id = r.record_id JOIN invoices_invoice i ON i.id = s.invoice_id
LEFT JOIN later l ON l.invoice_id = i.id
LEFT JOIN (SELECT invoice_id, currency, sum(amount) AS amount FROM bill GROUP BY 1, 2) b
    ON b.invoice_id = s.invoice_id AND b.currency = s.currency
WHERE {_IS_CLOSED} AND s.with_recourse AND s.sold_on <= %(as_of)s
  AND (s.ended_on IS NULL OR s.ended_on > %(as_of)s) AND {_latest("s", "cover_soldreceivable")}
"""

# What receipts and credit notes had left, as in invoices.queries.unapplied; found record by record, so that one plan
# holds for every question. Today's balances, less what counts later or was learned later.
_LATER_OR_LEARNED = (
    "x.{day} > %(as_of)s",
    f"x.{{day}} <= %(as_of)s AND %(known_at)s::timestamptz IS NOT NULL AND NOT {_known('x')}",
)
_OF_SOURCES = (
    ("invoices_receipt", "x.buyer_id", "received_on", "x.currency", "-x.amount", "0", "true"),
    ("invoices_creditnote", "x.buyer_id", "issued_on", "x.currency", "0", "-x.amount", "true"),
    *(
        (
            "invoices_entry",
            account,
            "effective_date",
            "coalesce(nullif(x.source_currency, ''), x.currency)",
            "CASE WHEN x.receipt_id IS NOT NULL THEN x.source_amount ELSE 0 END",
            "CASE WHEN x.receipt_id IS NULL THEN x.source_amount ELSE 0 END",
            f"x.source_amount IS NOT NULL AND {condition}",
        )
        for account, condition in (("x.buyer_id", "x.source_buyer_id IS NULL"), ("x.source_buyer_id", "true"))
    ),
)
_UNWOUND_SQL = " UNION ALL ".join(
    f"""
    SELECT r.buyer_id, {currency}, {cash}, {credit} FROM record r JOIN {table} x ON {account} = r.record_id
    WHERE {condition} AND {when.format(day=day)}"""
    for table, account, day, currency, cash, credit, condition in _OF_SOURCES
    for when in _LATER_OR_LEARNED
)
_UNAPPLIED_SQL = f"""
SELECT moves.buyer_id, moves.currency, sum(moves.cash) AS cash, sum(moves.credit) AS credit FROM (
    SELECT r.buyer_id, c.currency, c.unapplied_cash AS cash, c.unapplied_credit AS credit
    FROM record r JOIN invoices_controlbalance c ON c.buyer_id = r.record_id
    WHERE c.unapplied_cash <> 0 OR c.unapplied_credit <> 0
    UNION ALL {_UNWOUND_SQL}
) moves GROUP BY 1, 2 HAVING sum(moves.cash) <> 0 OR sum(moves.credit) <> 0
"""

# What is left of receipts that name a live order of the same account, and all that they brought.
_DEPOSITS_SQL = f"""
SELECT d.id, o.buyer_id, o.id AS order_id, o.currency AS order_currency, d.currency,
    d.amount + coalesce(taken_back.amount, 0) AS received,
    d.amount + coalesce(taken_back.amount, 0) - coalesce(used.amount, 0) AS amount
FROM live_order o JOIN invoices_receipt d ON d.order_id = o.id
JOIN record r ON r.record_id = d.buyer_id AND r.buyer_id = o.buyer_id
LEFT JOIN LATERAL (
    SELECT sum(x.amount) AS amount FROM invoices_receipt x
    WHERE x.reverses_id = d.id AND x.received_on <= %(as_of)s AND {_known("x")}
) taken_back ON true
LEFT JOIN LATERAL (
    SELECT sum(e.source_amount) AS amount FROM invoices_entry e
    WHERE e.receipt_id = d.id AND e.effective_date <= %(as_of)s AND {_known("e")}
) used ON true
WHERE d.reverses_id IS NULL AND d.received_on <= %(as_of)s AND {_known("d")}
"""

# A security bound to an order pays at most what that order still is: first what was delivered or is open, then the
# rest. Securities of one order count one after the other.
_SECURITIES_SQL = f"""
SELECT s.id, r.buyer_id, s.order_id, s.currency, s.amount, rs.rate,
    coalesce(sum(s.amount * rs.rate) OVER (PARTITION BY s.order_id ORDER BY s.id
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
FROM record r JOIN cover_security s ON s.buyer_id = r.record_id LEFT JOIN rates rs ON rs.currency = s.currency
WHERE s.amount > 0 AND s.valid_from <= %(as_of)s AND (s.valid_to IS NULL OR s.valid_to >= %(as_of)s)
  AND {_latest("s", "cover_security")}
"""
_OPEN_OF_ORDERS_SQL = """
SELECT i.order_id, greatest(sum((i.open_amount - coalesce(l.amount, 0)) * ri.rate), 0) AS amount
FROM (SELECT DISTINCT order_id FROM security WHERE order_id IS NOT NULL) s
JOIN invoices_invoice i ON i.order_id = s.order_id LEFT JOIN later l ON l.invoice_id = i.id
LEFT JOIN rates ri ON ri.currency = i.currency
GROUP BY i.order_id
"""
_SECURED_SQL = """
SELECT x.id, x.buyer_id, x.order_id, x.currency, x.is_later, x.is_asked,
    round(greatest(least(x.until, x.now_cap) - x.before, 0) / x.rate, 4) AS now_amount,
    round(greatest(least(x.until, x.now_cap + x.rest_cap) - greatest(x.before, x.now_cap), 0) / x.rate, 4)
        AS rest_amount
FROM (
    SELECT s.id, s.buyer_id, s.order_id, s.currency, s.rate, s.before, s.before + s.amount * s.rate AS until,
        coalesce(g.is_later, false) AS is_later, coalesce(g.is_asked, false) AS is_asked,
        coalesce(g.delivered_not_invoiced * g.ratio, 0) + coalesce(i.amount, 0) AS now_cap,
        coalesce(CASE WHEN g.is_asked THEN greatest(%(asked_base)s - g.gone * g.ratio, 0)
                      ELSE g.remaining * rh.rate END, 0) AS rest_cap
    FROM security s LEFT JOIN stage g ON g.order_id = s.order_id LEFT JOIN open_of_order i ON i.order_id = s.order_id
    LEFT JOIN rates rh ON rh.currency = g.held_currency
    WHERE s.order_id IS NOT NULL
) x
"""

RELATIONS_SQL = f"""
record AS MATERIALIZED (
    SELECT * FROM unnest(%(record_ids)s::bigint[], %(account_ids)s::bigint[]) AS record(record_id, buyer_id)
), rates AS MATERIALIZED ({RATES_SQL}),
later AS ({_LATER_SQL}), item AS ({_ITEMS_SQL}),
moved_order AS ({_MOVED_ORDERS_SQL}), live_order AS ({_ORDERS_SQL}), stage AS ({_STAGES_SQL}),
bill AS ({_BILLS_SQL}), recourse AS ({_RECOURSE_SQL}), deposit AS ({_DEPOSITS_SQL}),
unapplied AS ({_UNAPPLIED_SQL}),
security AS ({_SECURITIES_SQL}), open_of_order AS ({_OPEN_OF_ORDERS_SQL}), secured AS ({_SECURED_SQL})
"""

_ASKED_OR = "CASE WHEN {row}.is_asked THEN 'asked_{part}' WHEN {row}.is_later THEN '{part}_later' ELSE '{part}' END"

# One row per document: part, buyer, currency, amount, the document and the order it belongs to. What the order that
# is asked about has not yet delivered comes as parts ``asked_*``: it stands in the question, not in the exposure.
LINES_SQL = f"""
SELECT 'receivables' AS part, i.buyer_id, i.currency, i.amount, 'invoice' AS document, i.id AS document_id,
    NULL::bigint AS order_id FROM item i
UNION ALL
SELECT 'delivered_not_invoiced', s.buyer_id, s.currency, s.delivered_not_invoiced, 'order', s.order_id, s.order_id
FROM stage s WHERE s.delivered_not_invoiced > 0
UNION ALL
SELECT CASE WHEN s.is_later THEN 'orders_later' ELSE 'orders' END, s.buyer_id, s.held_currency, s.remaining, 'order',
    s.order_id, s.order_id FROM stage s WHERE s.remaining > 0 AND NOT s.is_asked
UNION ALL
SELECT 'asked_delivered', s.buyer_id, s.currency, s.gone, 'order', s.order_id, s.order_id
FROM stage s WHERE s.is_asked AND s.gone > 0
UNION ALL
SELECT 'bills', b.buyer_id, b.currency, b.amount, 'bill', b.id, NULL FROM bill b WHERE b.amount > 0
UNION ALL
SELECT 'recourse', s.buyer_id, s.currency, s.amount, 'sold', s.id, NULL FROM recourse s WHERE s.amount > 0
UNION ALL
SELECT 'unapplied_cash', u.buyer_id, u.currency, u.cash - coalesce(d.amount, 0), 'balance', u.buyer_id, NULL
FROM unapplied u LEFT JOIN (SELECT buyer_id, currency, sum(amount) AS amount FROM deposit GROUP BY 1, 2) d
    ON d.buyer_id = u.buyer_id AND d.currency = u.currency
WHERE u.cash <> coalesce(d.amount, 0)
UNION ALL
SELECT 'unapplied_credit', u.buyer_id, u.currency, u.credit, 'balance', u.buyer_id, NULL
FROM unapplied u WHERE u.credit <> 0
UNION ALL
SELECT {_ASKED_OR.format(row="s", part="deposits")}, d.buyer_id, d.currency, d.amount, 'receipt', d.id, d.order_id
FROM deposit d JOIN stage s ON s.order_id = d.order_id WHERE d.amount <> 0
UNION ALL
SELECT 'asked_received', d.buyer_id, d.currency, d.received, 'receipt', d.id, d.order_id
FROM deposit d JOIN stage s ON s.order_id = d.order_id WHERE s.is_asked AND d.received <> 0
UNION ALL
SELECT 'secured', s.buyer_id, s.currency, s.amount, 'security', s.id, NULL FROM security s WHERE s.order_id IS NULL
UNION ALL
SELECT 'secured', s.buyer_id, s.currency, s.now_amount, 'security', s.id, s.order_id
FROM secured s WHERE s.now_amount > 0
UNION ALL
SELECT {_ASKED_OR.format(row="s", part="secured")}, s.buyer_id, s.currency, s.rest_amount, 'security', s.id, s.order_id
FROM secured s WHERE s.rest_amount > 0
"""

# Each row rounded once to base minor units, null where a currency has no usable rate; totals are sums of those.
COMPONENTS_SQL = f"""
WITH {RELATIONS_SQL}
SELECT l.buyer_id, l.part, l.currency, sum(l.amount) AS amount,
    sum(round(l.amount * {rate_sql("l.currency")}, %(base_digits)s)) AS amount_base, count(*)::int AS rows
FROM ({LINES_SQL}) l
GROUP BY l.buyer_id, l.part, l.currency
ORDER BY l.buyer_id, l.part, l.currency
"""

# The same at the end of several days: the statement above, once for each of them.
DAILY_SQL = f"""
SELECT at.day, c.*
FROM unnest(%(days)s::date[], %(moments)s::timestamptz[], %(horizon_ends)s::date[]) AS at(day, moment, horizon_end)
CROSS JOIN LATERAL ({_at_each(COMPONENTS_SQL)}) c
"""

TYPES = {
    "record_ids": "bigint[]",
    "account_ids": "bigint[]",
    "as_of": "date",
    "known_at": "timestamptz",
    "moment": "timestamptz",
    "horizon_end": "date",
    "asked_order_id": "bigint",
    "asked_base": "numeric",
    "rate_currencies": "text[]",
    "rate_values": "numeric[]",
    "base_digits": "int",
}
COMPONENTS = Prepared("exposure_components", COMPONENTS_SQL, TYPES)
