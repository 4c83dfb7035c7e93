"""The aging of a snapshot as a pivot: by buyer, group, country, currency or owner, counted and cut by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.access.scope import Scope
from core.queries.sql import fetch_all
from dashboard.queries.paged import SqlRows
from invoices.domain.kinds import AgingBasis

GROUPINGS = ("buyer", "group", "country", "currency", "owner")
ZERO = Decimal(0)

# key, name, second name, the SQL of the joins that the dimension needs, and what tells lines apart
_DIMENSIONS = {
    "buyer": ("b.code", "b.name", "b.name_zh", "", "a.buyer_id"),
    "group": (
        "coalesce(g.code, '')",
        "coalesce(g.name, '')",
        "coalesce(g.name_zh, '')",
        """
LEFT JOIN (SELECT DISTINCT ON (v.buyer_id) v.buyer_id, v.group_id FROM buyers_groupmembership v
           WHERE v.valid_from <= %(as_of)s ORDER BY v.buyer_id, v.valid_from DESC, v.recorded_at DESC) member
  ON member.buyer_id = b.id
LEFT JOIN buyers_buyergroup g ON g.id = member.group_id""",
        "coalesce(g.id, 0)",
    ),
    "country": ("b.country", "b.country", "''", "", "b.country"),
    "currency": ("a.currency", "a.currency", "''", "", "a.currency"),
    "owner": (
        "coalesce(w.username, '')",
        "coalesce(w.username, '')",
        "''",
        "LEFT JOIN core_user w ON w.id = b.sales_owner_id",
        "coalesce(w.id, 0)",
    ),
}
_PLACES = range(6)
_BASE = (
    *(f"coalesce(sum(a.base_b{k}), 0)" for k in _PLACES),
    "coalesce(sum(a.base_open), 0)",
    "coalesce(sum(a.base_disputed), 0)",
    "coalesce(sum(a.base_unapplied_cash + a.base_unapplied_credit), 0)",
)
_DOCUMENT = (
    *(f"sum(a.b{k})" for k in _PLACES),
    "sum(a.open_amount)",
    "sum(a.disputed)",
    "sum(a.unapplied_cash + a.unapplied_credit)",
)
_NAMES = (*(f"b{k}" for k in _PLACES), "open_amount", "disputed", "unapplied")


@dataclass(frozen=True, slots=True)
class PivotQuestion:
    """Which pivot: of a set, by a basis and a dimension, in base currency or in each document currency."""

    set_id: int
    as_of: date
    basis: AgingBasis
    group_by: str
    in_base: bool
    scope: Scope


@dataclass(frozen=True, slots=True)
class PivotLine:
    """One line: what it stands for, its currency if not base, and its amounts by bucket."""

    line: int | str
    key: str
    name: str
    name_zh: str
    currency: str
    buyers: int
    items: int
    b0: Decimal
    b1: Decimal
    b2: Decimal
    b3: Decimal
    b4: Decimal
    b5: Decimal
    open_amount: Decimal
    disputed: Decimal
    unapplied: Decimal
    oldest: int | None
    unconverted: int

    @property
    def net(self) -> Decimal:
        """Gross open less what is not yet applied: what the ledger balance must be."""
        return self.open_amount - self.unapplied


_ORDERS = {name: name for name in ("name", "currency", "buyers", "items", *_NAMES, "oldest")} | {
    "net": "open_amount - unapplied"
}


def list_pivot(asked: PivotQuestion) -> SqlRows:
    """Lines of the pivot, the largest first unless asked otherwise."""
    return SqlRows(
        relation=_sql(asked),
        params=_params(asked),
        make=PivotLine,
        orders=_ORDERS,
        tie="line, currency",
        wanted=("-open_amount",),
        narrowed_by="line",
    )


def sum_pivot(asked: PivotQuestion) -> list[PivotLine]:
    """The total over all lines: one in base currency, else one for each currency."""
    keys = "''::text, ''::text, ''::text, ''::text"
    grouping = "GROUP BY a.currency ORDER BY a.currency" if not asked.in_base else ""
    sql = f"SELECT {keys}, {_measures(asked)} {_source(asked)} {grouping}"
    return [PivotLine(*row) for row in fetch_all(sql, _params(asked)) if row[6] is not None]


def _sql(asked: PivotQuestion) -> str:
    key, name, name_zh, _joins, line = _DIMENSIONS[asked.group_by]
    grouping = "1" if asked.in_base else "1, a.currency"
    names = f"min({key}) AS key, min({name}) AS name, min({name_zh}) AS name_zh"
    return f"SELECT {line} AS line, {names}, {_measures(asked)} {_source(asked)} GROUP BY {grouping}"


def _measures(asked: PivotQuestion) -> str:
    amounts = _BASE if asked.in_base else _DOCUMENT
    named = ", ".join(f"{sql} AS {name}" for sql, name in zip(amounts, _NAMES, strict=True))
    currency = "''::text" if asked.in_base else "a.currency"
    return f"""{currency} AS currency, count(DISTINCT a.buyer_id) FILTER (WHERE a.items > 0) AS buyers,
    sum(a.items)::int AS items, {named}, max(a.oldest_days_past_due) AS oldest,
    coalesce(sum(a.items) FILTER (WHERE a.base_open IS NULL), 0)::int AS unconverted"""


def _source(asked: PivotQuestion) -> str:
    _key, _name, _name_zh, joins, line = _DIMENSIONS[asked.group_by]
    # a left join: where nothing of the buyer is asked for, the planner leaves it out
    return f"""FROM invoices_agingsnapshot a LEFT JOIN buyers_buyer b ON b.id = a.buyer_id {joins}
WHERE a.set_id = %(set)s AND a.basis = %(basis)s AND (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s)
  AND (%(only)s IS NULL OR {line} = ANY(%(only)s))"""


def _params(asked: PivotQuestion) -> dict[str, Any]:
    return {
        "set": asked.set_id,
        "basis": asked.basis.value,
        "as_of": asked.as_of,
        "owner": asked.scope.sales_owner_id,
        "only": None,
    }
