"""The rows behind every figure: open items by buyer, group, country, currency, owner and bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.models import Buyer
from core.access.scope import Scope
from core.queries.rates import rate_table
from core.queries.sql import fetch_one
from dashboard.queries.paged import SqlRows
from invoices.domain.aging import DEFAULT_BUCKETS
from invoices.domain.kinds import AgingBasis
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems

NONE = "none"  # stands for "without group", "without owner", "country unknown" in addresses


@dataclass(frozen=True, slots=True)
class OpenItemFilter:
    """Which open items; empty members do not restrict. ``bucket`` is an index, ``overdue`` a least days past due."""

    as_of: date
    base_currency: str
    scope: Scope
    basis: AgingBasis = AgingBasis.DUE
    buyer_code: str = ""
    group_code: str = ""
    country: str = ""
    owner: str = ""
    currency: str = ""
    bucket: int | None = None
    overdue: int | None = None
    is_disputed: bool = False
    is_unconverted: bool = False


@dataclass(frozen=True, slots=True)
class OpenItemRow:
    """An open item with its buyer, in document and base currency."""

    invoice_id: int
    number: str
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    currency: str
    invoice_date: date
    due_date: date
    days_past_due: int
    amount: Decimal
    open_amount: Decimal
    disputed: Decimal
    base_open: Decimal | None
    is_material_overdue: bool | None


@dataclass(frozen=True, slots=True)
class OpenItemTotals:
    """Sum of the rows, in base currency; ``unconverted`` counts items without a usable rate."""

    items: int
    base_open: Decimal
    base_disputed: Decimal
    unconverted: int


_FILTER_SQL = """
WHERE (%(least_days)s::int IS NULL OR {age} >= %(least_days)s)
  AND (%(most_days)s::int IS NULL OR {age} <= %(most_days)s)
  AND (NOT %(is_disputed)s OR items.disputed > 0)
  AND (NOT %(is_unconverted)s OR items.base_open IS NULL)
"""

_ROWS_SQL = """
SELECT items.invoice_id, items.number, b.code, b.name, b.name_zh, items.currency, items.invoice_date, items.due_date,
       items.days_past_due, items.amount, items.open_amount, items.disputed, items.base_open, items.is_material_overdue
FROM ({items}) items JOIN buyers_buyer b ON b.id = items.buyer_id
{where}
"""

_TOTALS_SQL = """
SELECT count(*), coalesce(sum(items.base_open), 0), coalesce(sum(items.base_disputed), 0),
       count(*) FILTER (WHERE items.base_open IS NULL)
FROM ({items}) items {where}
"""

_ORDERS = {
    "number": "number",
    "buyer": "name",
    "currency": "currency",
    "invoice_date": "invoice_date",
    "due_date": "due_date",
    "days_past_due": "days_past_due",
    "amount": "amount",
    "open_amount": "open_amount",
    "disputed": "disputed",
    "base_open": "base_open",
}
_AGES = {AgingBasis.DUE: "items.days_past_due", AgingBasis.INVOICE: "items.days_outstanding"}


def list_open_items(wanted: OpenItemFilter) -> SqlRows:
    """The open items, most overdue first unless asked otherwise."""
    return SqlRows(
        relation=_sql(_ROWS_SQL, wanted),
        params=_params(wanted),
        make=OpenItemRow,
        orders=_ORDERS,
        tie="invoice_id",
        wanted=("-days_past_due",),
    )


def sum_open_items(wanted: OpenItemFilter) -> OpenItemTotals:
    """Count and sums of the same rows."""
    return OpenItemTotals(*fetch_one(_sql(_TOTALS_SQL, wanted), _params(wanted)))


def _sql(text: str, wanted: OpenItemFilter) -> str:
    return text.format(items=BASE_ITEMS_SQL, where=_FILTER_SQL.format(age=_AGES[wanted.basis]))


def _params(wanted: OpenItemFilter) -> dict[str, Any]:
    least, most = _age_limits(wanted)
    items = OpenItems(
        as_of=wanted.as_of,
        buyer_ids=_buyer_ids(wanted),
        currency=wanted.currency or None,
        scope=wanted.scope,
    )
    rates = rate_table(base=wanted.base_currency, as_of=wanted.as_of)
    return {
        **items.base_params(rates),
        "least_days": least,
        "most_days": most,
        "is_disputed": wanted.is_disputed,
        "is_unconverted": wanted.is_unconverted,
    }


def _age_limits(wanted: OpenItemFilter) -> tuple[int | None, int | None]:
    """Days from and to of the bucket; by due date the first bucket is everything not past due."""
    if wanted.bucket is None:
        return wanted.overdue, None
    edges: list[int | None] = [*DEFAULT_BUCKETS.edges, None]
    if wanted.basis is AgingBasis.DUE:
        edges = [0, *edges]
    before = edges[wanted.bucket - 1] if wanted.bucket else None
    return None if before is None else before + 1, edges[wanted.bucket]


def _buyer_ids(wanted: OpenItemFilter) -> list[int] | None:
    """Buyers that the filter names; None if it names none."""
    names = {
        "code": wanted.buyer_code,
        "group__code": wanted.group_code,
        "country": wanted.country,
        "sales_owner__username": wanted.owner,
    }
    given = {name: value for name, value in names.items() if value}
    if not given:
        return None
    rows = Buyer.objects.all()
    for name, value in given.items():
        rows = rows.filter(**_condition(name, value))
    return list(rows.values_list("pk", flat=True))


def _condition(name: str, value: str) -> dict[str, Any]:
    if value != NONE:
        return {name: value}
    field = name.split("__", maxsplit=1)[0]
    return {"country": ""} if field == "country" else {f"{field}__isnull": True}
