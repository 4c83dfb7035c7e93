"""Aging per account (buyer and currency): the relation that reports, pages and snapshots sum up."""

from __future__ import annotations

from typing import Any

from core.domain.rates import RATES_SQL, RateTable
from invoices.domain.aging import DEFAULT_BUCKETS, Buckets
from invoices.domain.kinds import AgingBasis
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems
from invoices.queries.unapplied import UNAPPLIED_SQL

PLACES = range(6)


def _sums(column: str, prefix: str) -> str:
    return ", ".join(f"coalesce(sum({column}) FILTER (WHERE place = {k}), 0) AS {prefix}{k}" for k in PLACES)


_COUNTS = ", ".join(f"count(*) FILTER (WHERE place = {k}) AS n{k}" for k in PLACES)

_PLACED_SQL = f"""
SELECT i.*, CASE WHEN %(by_due)s AND i.days_past_due <= 0 THEN 0 ELSE %(by_due)s::int
    + (a.age > %(edge1)s)::int + (a.age > %(edge2)s)::int + (a.age > %(edge3)s)::int + (a.age > %(edge4)s)::int
    END AS place
FROM ({BASE_ITEMS_SQL}) i
CROSS JOIN LATERAL (SELECT CASE WHEN %(by_due)s THEN i.days_past_due ELSE i.days_outstanding END AS age) a
"""

_OPEN_SQL = f"""
SELECT buyer_id, currency, count(*) AS items, sum(open_amount) AS open_amount, sum(disputed) AS disputed,
    sum(base_open) AS base_open, sum(base_disputed) AS base_disputed, max(days_past_due) AS oldest_days_past_due,
    {_COUNTS}, {_sums("open_amount", "b")}, {_sums("base_open", "base_b")}
FROM ({_PLACED_SQL}) placed GROUP BY buyer_id, currency
"""

_ZEROS = ", ".join(f"coalesce(o.{p}{k}, 0) AS {p}{k}" for p in ("n", "b", "base_b") for k in PLACES)

# One row per buyer and currency that has open items, unapplied cash or unapplied credits. base_* is null where the
# rate table has no usable rate for the currency. Parameters: account_params().
ACCOUNT_AGING_SQL = f"""
SELECT coalesce(o.buyer_id, u.buyer_id) AS buyer_id, coalesce(o.currency, u.currency) AS currency,
    coalesce(o.items, 0) AS items, coalesce(o.open_amount, 0) AS open_amount, coalesce(o.disputed, 0) AS disputed,
    coalesce(u.cash, 0) AS unapplied_cash, coalesce(u.credit, 0) AS unapplied_credit,
    CASE WHEN rates.rate IS NOT NULL THEN coalesce(o.base_open, 0) END AS base_open,
    CASE WHEN rates.rate IS NOT NULL THEN coalesce(o.base_disputed, 0) END AS base_disputed,
    round(coalesce(u.cash, 0) * rates.rate, %(base_digits)s) AS base_unapplied_cash,
    round(coalesce(u.credit, 0) * rates.rate, %(base_digits)s) AS base_unapplied_credit,
    o.oldest_days_past_due, {_ZEROS}
FROM ({_OPEN_SQL}) o
FULL JOIN ({UNAPPLIED_SQL}) u ON u.buyer_id = o.buyer_id AND u.currency = o.currency
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = coalesce(o.currency, u.currency)
"""


def account_params(
    *, question: OpenItems, by: AgingBasis, rates: RateTable, buckets: Buckets = DEFAULT_BUCKETS
) -> dict[str, Any]:
    """The parameters of :data:`ACCOUNT_AGING_SQL`."""
    edges = {f"edge{k}": edge for k, edge in enumerate(buckets.edges, start=1)}
    return {**question.base_params(rates), **edges, "by_due": by is AgingBasis.DUE}
