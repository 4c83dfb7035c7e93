"""What the Home page needs of a snapshot set, summed from its rows; computed once when the set is completed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.queries.sql import fetch_all, fetch_dicts
from invoices.domain.aging import DEFAULT_BUCKETS
from invoices.domain.kinds import AgingBasis
from invoices.models import SnapshotSet
from invoices.queries.account_aging import ACCOUNT_AGING_SQL, PLACES
from invoices.queries.aging import AgingQuestion
from invoices.queries.metrics import Closing
from invoices.queries.open_items import OpenItems

TOP = 10
ZERO = Decimal(0)

_OVERDUE = " + ".join(f"coalesce(a.base_b{k}, 0)" for k in PLACES[1:])
_OVER_90 = "coalesce(a.base_b4, 0) + coalesce(a.base_b5, 0)"
_ROWS = """FROM invoices_agingsnapshot a JOIN buyers_buyer b ON b.id = a.buyer_id
WHERE a.set_id = %(set)s AND a.basis = 'due'"""

_TOTALS_SQL = f"""
SELECT {", ".join(f"coalesce(sum(base_b{k}), 0)" for k in PLACES)}, coalesce(sum(base_open), 0),
    coalesce(sum(base_disputed), 0), coalesce(sum(base_unapplied_cash), 0), coalesce(sum(base_unapplied_credit), 0),
    coalesce(sum(items), 0)::int, (count(DISTINCT buyer_id) FILTER (WHERE items > 0))::int, max(oldest_days_past_due)
FROM invoices_agingsnapshot WHERE set_id = %(set)s AND basis = %(basis)s
"""
_TOTAL_NAMES = ("amount", "disputed", "unapplied_cash", "unapplied_credit", "items", "buyers", "oldest_days_past_due")


def aging_totals(snapshot: SnapshotSet, basis: AgingBasis) -> dict[str, Any]:
    """The portfolio's aging in base currency: buckets with amounts, gross open, disputed, unapplied, items, buyers."""
    row = fetch_all(_TOTALS_SQL, {"set": snapshot.pk, "basis": basis.value})[0]
    labels = DEFAULT_BUCKETS.labels(basis)
    buckets = [{"label": label, "amount": amount} for label, amount in zip(labels, row, strict=False)]
    return {"buckets": buckets, **dict(zip(_TOTAL_NAMES, row[6:], strict=True))}


_BY_BUYER_SQL = f"""
SELECT sum(a.base_open) AS amount {_ROWS} GROUP BY a.buyer_id HAVING sum(a.base_open) > 0 ORDER BY amount DESC
"""
_UNCONVERTED_SQL = """
SELECT currency, sum(open_amount) FROM invoices_agingsnapshot
WHERE set_id = %(set)s AND basis = 'due' AND base_open IS NULL AND items > 0 GROUP BY currency
"""


def closing(snapshot: SnapshotSet, totals: dict[str, Any]) -> Closing:
    """What the metrics need, out of the set's rows."""
    by_buyer = tuple(row[0] for row in fetch_all(_BY_BUYER_SQL, {"set": snapshot.pk}))
    unconverted = dict(fetch_all(_UNCONVERTED_SQL, {"set": snapshot.pk}))
    return Closing(totals["amount"], totals["buckets"][0]["amount"], by_buyer, unconverted)


_COUNTRIES_SQL = f"""
SELECT b.country, sum(coalesce(a.base_open, 0)) AS open, sum({_OVERDUE}) AS overdue, sum({_OVER_90}) AS over_90,
    count(DISTINCT a.buyer_id)::int AS buyers
{_ROWS} AND a.items > 0 GROUP BY b.country ORDER BY open DESC, b.country
"""


def by_country(snapshot: SnapshotSet) -> list[dict[str, Any]]:
    """Exposure and lateness by country/region; an empty code is an unknown country."""
    return fetch_dicts(_COUNTRIES_SQL, {"set": snapshot.pk})


def _ranking_sql(order: str) -> str:
    return f"""
SELECT b.id, b.code, b.name, b.name_zh, b.country, sum(coalesce(a.base_open, 0)) AS open, sum({_OVERDUE}) AS overdue,
    sum({_OVER_90}) AS over_90, max(a.oldest_days_past_due) AS oldest_days_past_due
{_ROWS} GROUP BY b.id HAVING sum(coalesce(a.base_open, 0)) > 0 ORDER BY {order} DESC, b.code LIMIT %(limit)s
"""


def largest_buyers(snapshot: SnapshotSet) -> list[dict[str, Any]]:
    """The ten buyers that owe most."""
    return fetch_dicts(_ranking_sql("open"), {"set": snapshot.pk, "limit": TOP})


def most_overdue_buyers(snapshot: SnapshotSet) -> list[dict[str, Any]]:
    """The ten buyers with most overdue, and what was overdue a year before."""
    found = fetch_dicts(_ranking_sql("overdue"), {"set": snapshot.pk, "limit": TOP})
    rows = [row for row in found if row["overdue"] > 0]
    before = _overdue_a_year_before(snapshot, [row["id"] for row in rows])
    return [{**row, "overdue_year_before": before.get(row["id"], ZERO)} for row in rows]


_GROUPS_SQL = f"""
SELECT g.id, g.code, g.name, g.name_zh, sum(coalesce(a.base_open, 0)) AS open, sum({_OVERDUE}) AS overdue,
    sum({_OVER_90}) AS over_90, array_agg(DISTINCT b.id) AS members, count(DISTINCT b.id)::int AS buyers,
    max(a.oldest_days_past_due) AS oldest_days_past_due
{_ROWS.replace("WHERE", "JOIN buyers_buyergroup g ON g.id = b.group_id WHERE")}
GROUP BY g.id HAVING sum({_OVERDUE}) > 0 ORDER BY overdue DESC, g.code LIMIT %(limit)s
"""


def most_overdue_groups(snapshot: SnapshotSet) -> list[dict[str, Any]]:
    """The ten groups of related parties with most overdue, and what was overdue a year before."""
    rows = fetch_dicts(_GROUPS_SQL, {"set": snapshot.pk, "limit": TOP})
    before = _overdue_a_year_before(snapshot, [pk for row in rows for pk in row["members"]])
    return [
        {**row, "overdue_year_before": sum((before.get(pk, ZERO) for pk in row.pop("members")), ZERO)} for row in rows
    ]


def _overdue_a_year_before(snapshot: SnapshotSet, buyer_ids: list[int]) -> dict[int, Decimal]:
    if not buyer_ids:
        return {}
    question = AgingQuestion(as_of=snapshot.as_of - timedelta(365), base=snapshot.base_currency)
    params = question.params(question.rates()) | OpenItems(question.as_of, buyer_ids=buyer_ids).params()
    return dict(fetch_all(f"SELECT buyer_id, sum({_OVERDUE}) FROM ({ACCOUNT_AGING_SQL}) a GROUP BY buyer_id", params))
