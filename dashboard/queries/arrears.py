"""How the debt of some buyers grew: open and overdue at each month-end, at the rates of the as-of date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.dates import month_end, months_back
from core.domain.rates import RATES_SQL, RateTable
from core.money import round_money
from core.queries.sql import fetch_all
from invoices.queries.open_items import OpenItems

ZERO = Decimal(0)

# One pass over the entries: an entry counts as open from its effective date on, as overdue from the later of that
# and the day after the due date. Running sums over the months give the balances.
_SQL = f"""
SELECT coalesce(m.survivor_id, e.buyer_id), p.kind, greatest(date_trunc('month', p.since)::date, %(first)s) AS month,
       sum(e.amount * rates.rate)
FROM invoices_entry e
JOIN invoices_invoice i ON i.id = e.invoice_id
JOIN ({RATES_SQL}) rates ON rates.currency = i.currency
LEFT JOIN buyers_buyermerge m ON m.duplicate_id = e.buyer_id AND m.state = 'merged'
CROSS JOIN LATERAL (VALUES
    ('open', e.effective_date), ('overdue', greatest(e.effective_date, i.due_date + 1))) AS p(kind, since)
WHERE e.buyer_id = ANY(%(record_ids)s) AND p.since <= %(as_of)s
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class MonthlyDebt:
    """Open and overdue of one buyer at the end of a month (or on the as-of date)."""

    day: date
    open_amount: Decimal
    overdue: Decimal


def list_debt_history(
    *, buyer_ids: Sequence[int], as_of: date, rates: RateTable, months: int = 36
) -> dict[int, list[MonthlyDebt]]:
    """For each buyer the last ``months`` month-ends up to the as-of date, oldest first."""
    if not buyer_ids:
        return {}
    first = months_back(as_of, months - 1)
    params = OpenItems(as_of=as_of, buyer_ids=buyer_ids).params() | {
        **rates.as_arrays(),
        "first": first,
    }
    moves: dict[tuple[int, str], dict[date, Decimal]] = defaultdict(dict)
    for buyer_id, kind, month, amount in fetch_all(_SQL, params):
        moves[buyer_id, kind][month] = amount
    starts = [months_back(as_of, back) for back in range(months - 1, -1, -1)]
    return {
        buyer_id: [
            MonthlyDebt(row.day, round_money(row.open_amount, rates.base), round_money(row.overdue, rates.base))
            for row in _balances(moves[buyer_id, "open"], moves[buyer_id, "overdue"], starts, as_of)
        ]
        for buyer_id in buyer_ids
    }


def _balances(
    opened: dict[date, Decimal], late: dict[date, Decimal], starts: Sequence[date], as_of: date
) -> list[MonthlyDebt]:
    rows, open_amount, overdue = [], ZERO, ZERO
    for start in starts:
        open_amount += opened.get(start, ZERO)
        overdue += late.get(start, ZERO)
        rows.append(MonthlyDebt(min(month_end(start), as_of), open_amount, overdue))
    return rows
