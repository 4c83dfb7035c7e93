"""Aging as a pivot: lines by buyer, group, country, currency or owner."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from core.queries.sql import fetch_all
from invoices.queries.account_aging import ACCOUNT_AGING_SQL, BUYER_AGING_SQL, PLACES
from invoices.queries.aging import AgingQuestion

GROUPINGS = ("buyer", "group", "country", "currency", "owner")

_AMOUNTS = (*(f"b{k}" for k in PLACES), "disputed", "unapplied_cash", "unapplied_credit")

# key, code and label of a line, by what the lines stand for
_DIMENSIONS = {
    "buyer": ("b.id::text", "b.code", "b.name"),
    "group": ("g.id::text", "g.code", "g.name"),
    "country": ("b.country", "b.country", "b.country"),
    "currency": ("a.currency", "a.currency", "a.currency"),
    "owner": ("b.sales_owner_id::text", "w.username", "w.username"),
}


class AgingLine(NamedTuple):
    """One line of an aging pivot: what it stands for, and its amounts in ``currency``.

    ``unconverted_items`` counts the items that no usable rate exists for; they are not in the amounts.
    """

    key: str | None
    code: str | None
    label: str | None
    currency: str
    items: int
    open_amount: Decimal
    b0: Decimal
    b1: Decimal
    b2: Decimal
    b3: Decimal
    b4: Decimal
    b5: Decimal
    disputed: Decimal
    unapplied_cash: Decimal
    unapplied_credit: Decimal
    oldest_days_past_due: int | None
    unconverted_items: int


def list_aging(question: AgingQuestion, *, group_by: str = "buyer", in_base: bool = True) -> list[AgingLine]:
    """Lines of the aging by buyer, group, country, currency or owner, largest first.

    In base currency there is one line per key, else one per key and currency.
    """
    rates = question.rates()
    rows = fetch_all(_lines_sql(group_by, in_base=in_base), {**question.params(rates), "base": rates.base})
    return [AgingLine._make(row) for row in rows]


# Membership as of the date, as known at the moment.
_MEMBERS_SQL = """
SELECT DISTINCT ON (buyer_id) buyer_id, group_id FROM buyers_groupmembership
WHERE valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR recorded_at <= %(known_at)s)
ORDER BY buyer_id, valid_from DESC, recorded_at DESC, id DESC
"""


def _lines_sql(group_by: str, *, in_base: bool) -> str:
    if in_base and group_by != "currency":
        return _BUYER_LINES_SQL if group_by == "buyer" else _base_lines_sql(group_by)
    return _account_lines_sql(group_by, in_base=in_base)


# A buyer is one row of the relation already: nothing to add up.
_BUYER_LINES_SQL = f"""
SELECT b.id::text, b.code, b.name, %(base)s::text, a.items::int, a.base_open AS open_amount,
    {", ".join(f"a.base_{c}" for c in _AMOUNTS)}, a.oldest_days_past_due, a.unconverted_items::int
FROM ({BUYER_AGING_SQL}) a JOIN buyers_buyer b ON b.id = a.buyer_id ORDER BY open_amount DESC, 2
"""
_PARTIES_SQL = f"""
JOIN buyers_buyer b ON b.id = a.buyer_id
LEFT JOIN ({_MEMBERS_SQL}) v ON v.buyer_id = b.id LEFT JOIN buyers_buyergroup g ON g.id = v.group_id
LEFT JOIN core_user w ON w.id = b.sales_owner_id
"""


def _base_lines_sql(group_by: str) -> str:
    key, code, label = _DIMENSIONS[group_by]
    sums = ", ".join(f"sum(a.base_{c})" for c in _AMOUNTS)
    return f"""
SELECT {key}, {code}, {label}, %(base)s::text, sum(a.items)::int, sum(a.base_open) AS open_amount, {sums},
    max(a.oldest_days_past_due), sum(a.unconverted_items)::int
FROM ({BUYER_AGING_SQL}) a {_PARTIES_SQL}
GROUP BY 1, 2, 3 ORDER BY open_amount DESC, 2
"""


def _account_lines_sql(group_by: str, *, in_base: bool) -> str:
    key, code, label = _DIMENSIONS[group_by]
    prefix = "base_" if in_base else ""
    currency = "%(base)s::text" if in_base else "a.currency"
    sums = ", ".join(f"coalesce(sum(a.{prefix}{c}), 0)" for c in _AMOUNTS)
    opened = f"coalesce(sum(a.{'base_open' if in_base else 'open_amount'}), 0)"
    return f"""
SELECT {key}, {code}, {label}, {currency}, sum(a.items)::int, {opened} AS open_amount, {sums},
    max(a.oldest_days_past_due), coalesce(sum(a.items) FILTER (WHERE a.base_open IS NULL), 0)::int
FROM ({ACCOUNT_AGING_SQL}) a {_PARTIES_SQL}
GROUP BY 1, 2, 3, 4 ORDER BY open_amount DESC, 2, 4
"""
