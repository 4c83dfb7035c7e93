"""Aging per account (buyer and currency): the relation that reports, pages and snapshots sum up."""

from __future__ import annotations

from typing import Any

from core.domain.rates import RATES_SQL, RateTable
from invoices.domain.aging import DEFAULT_BUCKETS, Buckets
from invoices.domain.kinds import AgingBasis
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems
from invoices.queries.unapplied import UNAPPLIED_SQL

PLACES = range(6)


def _sums(column: str, prefix: str, place: str) -> str:
    return ", ".join(f"coalesce(sum({column}) FILTER (WHERE {place} = {k}), 0) AS {prefix}{k}" for k in PLACES)


def _place(age: str) -> str:
    return " + ".join(f"({age} > %(edge{k})s)::int" for k in range(1, 5))


_DUE_PLACE = f"CASE WHEN i.days_past_due <= 0 THEN 0 ELSE 1 + {_place('i.days_past_due')} END"
_INVOICE_PLACE = _place("i.days_outstanding")
_PLACE = f"CASE WHEN %(by_due)s THEN {_DUE_PLACE} ELSE {_INVOICE_PLACE} END"

# Open items in base currency with the bucket of either basis, and of the one asked for.
PLACED_SQL = f"""
SELECT i.*, {_DUE_PLACE} AS due_place, {_INVOICE_PLACE} AS invoice_place, {_PLACE} AS place FROM ({BASE_ITEMS_SQL}) i
"""

_COUNTS = ", ".join(f"count(*) FILTER (WHERE place = {k}) AS n{k}" for k in PLACES)
_TOTALS = """count(*) AS items, sum(open_amount) AS open_amount, sum(disputed) AS disputed,
    sum(base_open) AS base_open, sum(base_disputed) AS base_disputed, max(days_past_due) AS oldest_days_past_due"""
ITEM_TOTALS_SQL = f"{_TOTALS}, {_COUNTS}, {_sums('open_amount', 'b', 'place')}, {_sums('base_open', 'base_b', 'place')}"

_BOTH = ", ".join(
    _sums(column, prefix, place)
    for place, name in (("due_place", "due_"), ("invoice_place", "invoice_"))
    for column, prefix in (("open_amount", f"{name}b"), ("base_open", f"{name}base_b"))
)


def _names(*prefixes: str) -> list[str]:
    return [f"{prefix}{k}" for prefix in prefixes for k in PLACES]


def _account_sql(sums: str, names: list[str]) -> str:
    """One row per buyer and currency that has open items, unapplied cash or unapplied credits."""
    zeros = ", ".join(f"coalesce(o.{name}, 0) AS {name}" for name in names)
    return f"""
SELECT coalesce(o.buyer_id, u.buyer_id) AS buyer_id, coalesce(o.currency, u.currency) AS currency,
    coalesce(o.items, 0) AS items, coalesce(o.open_amount, 0) AS open_amount, coalesce(o.disputed, 0) AS disputed,
    coalesce(u.cash, 0) AS unapplied_cash, coalesce(u.credit, 0) AS unapplied_credit,
    CASE WHEN rates.rate IS NOT NULL THEN coalesce(o.base_open, 0) END AS base_open,
    CASE WHEN rates.rate IS NOT NULL THEN coalesce(o.base_disputed, 0) END AS base_disputed,
    round(coalesce(u.cash, 0) * rates.rate, %(base_digits)s) AS base_unapplied_cash,
    round(coalesce(u.credit, 0) * rates.rate, %(base_digits)s) AS base_unapplied_credit,
    o.oldest_days_past_due, {zeros}
FROM (SELECT buyer_id, currency, {sums} FROM ({PLACED_SQL}) placed GROUP BY buyer_id, currency) o
FULL JOIN ({UNAPPLIED_SQL}) u ON u.buyer_id = o.buyer_id AND u.currency = o.currency
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = coalesce(o.currency, u.currency)
"""


# With the buckets of the basis asked for. base_* is null where the rate table has no usable rate for the currency.
# Parameters: account_params().
ACCOUNT_AGING_SQL = _account_sql(ITEM_TOTALS_SQL, _names("n", "b", "base_b"))

# With the buckets of both: due_b0 ... and invoice_b0 ..., due_base_b0 ... and invoice_base_b0 ...
ACCOUNT_BOTH_SQL = _account_sql(f"{_TOTALS}, {_BOTH}", _names("due_b", "due_base_b", "invoice_b", "invoice_base_b"))

# One row per buyer, in base currency only: what the lines of an aging need, without passing by the currencies.
BUYER_AGING_SQL = f"""
SELECT coalesce(o.buyer_id, u.buyer_id) AS buyer_id, coalesce(o.items, 0) AS items,
    coalesce(o.unconverted_items, 0) AS unconverted_items, coalesce(o.base_open, 0) AS base_open,
    coalesce(o.base_disputed, 0) AS base_disputed, coalesce(u.cash, 0) AS base_unapplied_cash,
    coalesce(u.credit, 0) AS base_unapplied_credit, o.oldest_days_past_due,
    {", ".join(f"coalesce(o.{name}, 0) AS {name}" for name in _names("base_b"))}
FROM (
    SELECT buyer_id, count(*) AS items, count(*) FILTER (WHERE base_open IS NULL) AS unconverted_items,
        sum(base_open) AS base_open, sum(base_disputed) AS base_disputed, max(days_past_due) AS oldest_days_past_due,
        {_sums("base_open", "base_b", "place")}
    FROM ({PLACED_SQL}) placed GROUP BY buyer_id
) o
FULL JOIN (
    SELECT a.buyer_id, sum(round(a.cash * rates.rate, %(base_digits)s)) AS cash,
        sum(round(a.credit * rates.rate, %(base_digits)s)) AS credit
    FROM ({UNAPPLIED_SQL}) a LEFT JOIN ({RATES_SQL}) rates ON rates.currency = a.currency GROUP BY a.buyer_id
) u ON u.buyer_id = o.buyer_id
"""


def account_params(
    *, question: OpenItems, by: AgingBasis, rates: RateTable, buckets: Buckets = DEFAULT_BUCKETS
) -> dict[str, Any]:
    """The parameters of :data:`ACCOUNT_AGING_SQL`."""
    edges = {f"edge{k}": edge for k, edge in enumerate(buckets.edges, start=1)}
    return {**question.base_params(rates), **edges, "by_due": by is AgingBasis.DUE}
