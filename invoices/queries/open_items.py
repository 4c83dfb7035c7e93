"""Open items as of a date, as known at a moment: the one relation that aging, scores, alerts and pages stand on.

Both constants are relations to be put into ``WITH items AS (...)`` or ``FROM (...) items``; their parameters come
from :class:`OpenItems`. Open amounts are unwound from today's: what counts later, or was learned later, is taken
off again, so that the cost grows with what happened since and not with all history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from buyers.queries.merges import MERGE_MAP_SQL, list_records
from core.access.scope import SYSTEM, Scope
from core.domain.rates import RATES_SQL, RateTable
from core.money import Money
from invoices.domain.ledger import DEFAULT_MATERIALITY, Materiality

# The floor of materiality is set in this currency (domain.md section 2: 100 USD).
FLOOR_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Which open items: of a date, as known at a moment (None: now), of some buyers, in one currency, in scope.

    ``shard`` (k, n) is every buyer whose id leaves k when divided by n.
    """

    as_of: date
    known_at: datetime | None = None
    buyer_ids: Sequence[int] | None = None
    currency: str | None = None
    scope: Scope = SYSTEM
    shard: tuple[int, int] | None = None

    def params(self, records: Sequence[int] | None = None) -> dict[str, Any]:
        """The parameters of :data:`OPEN_ITEMS_SQL`; ``records`` of the buyers where they are known already."""
        ids = None if self.buyer_ids is None else list(self.buyer_ids)
        if ids is not None and records is None:
            records = list_records(ids, known_at=self.known_at)
        return {
            "as_of": self.as_of,
            "known_at": self.known_at,
            "buyer_ids": ids,
            "record_ids": None if records is None else list(records),
            "item_currency": self.currency,
            "sales_owner_id": self.scope.sales_owner_id,
            "shard": self.shard[0] if self.shard else None,
            "shards": self.shard[1] if self.shard else None,
        }

    def base_params(
        self,
        rates: RateTable,
        materiality: Materiality = DEFAULT_MATERIALITY,
        records: Sequence[int] | None = None,
    ) -> dict[str, Any]:
        """The parameters of :data:`BASE_ITEMS_SQL`."""
        return {
            **self.params(records),
            **rates.as_arrays(),
            "material_share": materiality.share,
            "material_floor": _floor_in_base(rates, materiality),
            "material_cap_share": materiality.cap_share,
        }


def _floor_in_base(rates: RateTable, materiality: Materiality) -> Decimal:
    dollars = Money(materiality.floor_base, FLOOR_CURRENCY)
    return rates.convert(dollars).amount if FLOOR_CURRENCY in rates.rates else materiality.floor_base


def seen(account: str) -> str:
    """The condition that an account is asked for and may be seen."""
    return f"""
(%(buyer_ids)s::bigint[] IS NULL OR {account} = ANY(%(buyer_ids)s))
  AND (%(shards)s::int IS NULL OR {account} %% %(shards)s = %(shard)s)
  AND (%(sales_owner_id)s::bigint IS NULL OR {account} IN (
      SELECT b.id FROM buyers_buyer b WHERE b.sales_owner_id = %(sales_owner_id)s))
"""


# What counts after as_of per invoice, and what counts by then but was learned after known_at. The first part is read
# from the index entry_after_date alone; what adds up to nothing (issued and settled since) is of no interest.
_WANTED_ENTRIES_SQL = "(%(record_ids)s::bigint[] IS NULL OR e.buyer_id = ANY(%(record_ids)s))"
_LATER_SQL = f"""
SELECT moves.invoice_id, sum(moves.amount) AS amount FROM (
    SELECT e.invoice_id, e.amount FROM invoices_entry e
    WHERE e.effective_date > %(as_of)s AND {_WANTED_ENTRIES_SQL}
    UNION ALL
    SELECT e.invoice_id, e.amount FROM invoices_entry e
    WHERE %(known_at)s::timestamptz IS NOT NULL AND e.recorded_at > %(known_at)s AND e.effective_date <= %(as_of)s
      AND {_WANTED_ENTRIES_SQL}
) moves GROUP BY moves.invoice_id HAVING sum(moves.amount) <> 0
"""

# Due dates that were changed, as of the date.
DUE_DATES_SQL = """
SELECT DISTINCT ON (c.invoice_id) c.invoice_id, c.due_date FROM invoices_duedatechange c
WHERE c.valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR c.recorded_at <= %(known_at)s)
ORDER BY c.invoice_id, c.valid_from DESC, c.recorded_at DESC, c.id DESC
"""

_IN_FORCE = "v.valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR v.recorded_at <= %(known_at)s)"
_LATEST_FIRST = "v.valid_from DESC, v.recorded_at DESC, v.id DESC"


def _moved(table: str) -> str:
    """Versions of the invoices that have one which is not in force on the date: their copies do not hold."""
    return f"""
FROM {table} v WHERE v.invoice_id IN (
    SELECT v.invoice_id FROM {table} v
    WHERE NOT ({_IN_FORCE}) AND (%(record_ids)s::bigint[] IS NULL OR v.buyer_id = ANY(%(record_ids)s)))
"""


# Reversals, each with the kind of the entry that it takes back: few, and found by index.
TAKEN_BACK_SQL = """
SELECT x.id, x.reverses_id, o.kind, x.effective_date, x.recorded_at
FROM invoices_entry x JOIN invoices_entry o ON o.id = x.reverses_id WHERE x.reverses_id IS NOT NULL
"""

# The due dates of invoices whose copy does not hold on the date.
MOVED_DUE_DATES_SQL = f"""
SELECT c.invoice_id, coalesce(c.due_date, i.original_due_date) AS due_date FROM (
    SELECT v.invoice_id, (array_agg(v.due_date ORDER BY {_LATEST_FIRST}) FILTER (WHERE {_IN_FORCE}))[1] AS due_date
    {_moved("invoices_duedatechange")} GROUP BY v.invoice_id
) c JOIN invoices_invoice i ON i.id = c.invoice_id
"""
_MOVED_DISPUTES_SQL = f"""
SELECT k.invoice_id, sum(k.amount) AS amount FROM (
    SELECT v.invoice_id,
        coalesce((array_agg(v.amount ORDER BY {_LATEST_FIRST}) FILTER (WHERE {_IN_FORCE}))[1], 0) AS amount
    {_moved("invoices_disputeversion")} GROUP BY v.invoice_id, v.dispute_key
) k GROUP BY k.invoice_id
"""
_DISPUTED_SINCE_SQL = f"""
SELECT k.invoice_id, min(k.since) AS since FROM (
    SELECT v.invoice_id, min(v.valid_from) AS since, (array_agg(v.amount ORDER BY {_LATEST_FIRST}))[1] AS amount
    FROM invoices_disputeversion v
    WHERE {_IN_FORCE} AND (%(record_ids)s::bigint[] IS NULL OR v.buyer_id = ANY(%(record_ids)s))
    GROUP BY v.invoice_id, v.dispute_key
) k WHERE k.amount > 0 GROUP BY k.invoice_id
"""

# Two halves: open today (from the partial index alone) and closed since (found through what happened later).
_WANTED_SQL = """
  AND (%(record_ids)s::bigint[] IS NULL OR i.buyer_id = ANY(%(record_ids)s))
  AND (%(item_currency)s::text IS NULL OR i.currency = %(item_currency)s)
"""
_COLUMNS_SQL = (
    "i.id, i.buyer_id, i.number, i.currency, i.amount, i.terms, i.invoice_date, i.due_date, i.disputed_amount"
)
_STOCK_SQL = f"""
SELECT {_COLUMNS_SQL}, i.open_amount - coalesce(later.amount, 0) AS open_amount
FROM invoices_invoice i LEFT JOIN later ON later.invoice_id = i.id
WHERE i.open_amount <> 0 AND i.open_amount <> coalesce(later.amount, 0) {_WANTED_SQL}
UNION ALL
SELECT {_COLUMNS_SQL}, -later.amount AS open_amount
FROM later JOIN invoices_invoice i ON i.id = later.invoice_id
WHERE i.open_amount = 0 {_WANTED_SQL}
"""

OPEN_ITEMS_SQL = f"""
WITH later AS ({_LATER_SQL})
SELECT s.id AS invoice_id, coalesce(m.survivor_id, s.buyer_id) AS buyer_id, s.number, s.currency, s.amount, s.terms,
    s.invoice_date, coalesce(d.due_date, s.due_date) AS due_date, s.open_amount,
    least(greatest(s.open_amount, 0), coalesce(q.amount, s.disputed_amount)) AS disputed, since.since AS disputed_since,
    %(as_of)s::date - coalesce(d.due_date, s.due_date) AS days_past_due,
    %(as_of)s::date - s.invoice_date AS days_outstanding
FROM ({_STOCK_SQL}) s
LEFT JOIN ({MOVED_DUE_DATES_SQL}) d ON d.invoice_id = s.id
LEFT JOIN ({_MOVED_DISPUTES_SQL}) q ON q.invoice_id = s.id
LEFT JOIN ({_DISPUTED_SINCE_SQL}) since ON since.invoice_id = s.id
LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = s.buyer_id
WHERE {seen("coalesce(m.survivor_id, s.buyer_id)")}
"""

# In base currency, each item rounded once; null where the table has no usable rate. A part is material overdue if
# it is undisputed, past due and above max(share, min(floor, cap share)) of the invoice (domain.md section 2).
BASE_ITEMS_SQL = f"""
SELECT b.*, b.days_past_due > 0 AND b.base_open - b.base_disputed > greatest(
        %(material_share)s * abs(b.base_amount),
        least(%(material_floor)s, %(material_cap_share)s * abs(b.base_amount))) AS is_material_overdue
FROM (
    SELECT o.*, round(o.open_amount * rates.rate, %(base_digits)s) AS base_open,
        round(o.disputed * rates.rate, %(base_digits)s) AS base_disputed,
        round(o.amount * rates.rate, %(base_digits)s) AS base_amount
    FROM ({OPEN_ITEMS_SQL}) o LEFT JOIN ({RATES_SQL}) rates ON rates.currency = o.currency
) b
"""


# The branches for everybody fold away, so that one plan by index holds for every question about stated buyers.
_EVERYBODY = (
    "%(record_ids)s::bigint[] IS NULL OR ",
    "%(buyer_ids)s::bigint[] IS NULL OR ",
)
_UNASKED = ("%(item_currency)s::text IS NULL", "%(shards)s::int IS NULL", "%(sales_owner_id)s::bigint IS NULL")


def of_stated_buyers(sql: str) -> str:
    """A statement over items, for ``buyer_ids`` and ``record_ids`` alone: in any currency, shard and scope."""
    for branch in _EVERYBODY:
        sql = sql.replace(branch, "false OR ")
    for branch in _UNASKED:
        sql = sql.replace(branch, "true")
    return sql
