"""Receivables at month-ends: one pass over the entries gives every line of the trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.dates import month_end, months_back
from core.domain.rates import RATES_SQL, RateTable
from core.queries.sql import fetch_all
from invoices.queries.aging import AgingQuestion
from invoices.queries.open_items import MOVED_DUE_DATES_SQL, TAKEN_BACK_SQL

MONTHS = 24
ZERO = Decimal(0)

# An entry counts as receivable from its effective date on, as overdue from the later of that and the day after the
# due date, as more than 90 days overdue 90 days later. So a balance at a month-end is the sum of all entries whose
# day has come. One pass sums them by day, three ways at once; the days are then put into months and cumulated. What
# reverses an issue or a receipt counts with those.
_TREND_SQL = f"""
WITH moves AS (
    SELECT e.currency, e.amount, e.effective_date AS day,
        CASE WHEN e.kind = 'reversal' THEN taken_back.kind ELSE e.kind END AS kind,
        greatest(e.effective_date, coalesce(d.due_date, i.due_date) + 1) AS overdue_day,
        greatest(e.effective_date, coalesce(d.due_date, i.due_date) + 91) AS over_90_day
    FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
    LEFT JOIN ({MOVED_DUE_DATES_SQL}) d ON d.invoice_id = i.id
    LEFT JOIN ({TAKEN_BACK_SQL}) taken_back ON taken_back.id = e.id
    WHERE e.effective_date <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
), by_day AS (
    SELECT currency, kind, day, overdue_day, over_90_day, sum(amount) AS amount
    FROM moves GROUP BY GROUPING SETS ((currency, kind, day), (currency, overdue_day), (currency, over_90_day))
), by_month AS (
    SELECT line.name, greatest(date_trunc('month', line.day)::date, %(start)s) AS month, b.currency,
        sum(CASE WHEN line.name = 'receipts' THEN -b.amount ELSE b.amount END) AS amount
    FROM by_day b CROSS JOIN LATERAL (VALUES
        ('receivable', b.day), ('overdue', b.overdue_day), ('over_90', b.over_90_day),
        ('sales', CASE WHEN b.kind = 'issue' AND b.day >= %(start)s THEN b.day END),
        ('receipts', CASE WHEN b.kind = 'receipt' AND b.day >= %(start)s THEN b.day END)
    ) AS line(name, day)
    WHERE line.day <= %(as_of)s
    GROUP BY 1, 2, 3
)
SELECT b.name, b.month, sum(round(b.amount * rates.rate, %(base_digits)s))
FROM by_month b JOIN ({RATES_SQL}) rates ON rates.currency = b.currency GROUP BY 1, 2
"""
BALANCES = ("receivable", "overdue", "over_90")
FLOWS = ("sales", "receipts")


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A month: balances at its end (the last one at ``as_of``), and what was sold and received in it."""

    day: date
    receivable: Decimal
    overdue: Decimal
    over_90: Decimal
    sales: Decimal
    receipts: Decimal


def list_trend(question: AgingQuestion, rates: RateTable) -> list[TrendPoint]:
    """The last 24 months from old to new, in base currency at the closing rates of ``as_of``."""
    start = months_back(question.as_of, MONTHS - 1)
    moved = {(name, month): amount for name, month, amount in fetch_all(_TREND_SQL, _params(question, rates, start))}
    standing = dict.fromkeys(BALANCES, ZERO)
    points = []
    for back in reversed(range(MONTHS)):
        month = months_back(question.as_of, back)
        for name in BALANCES:
            standing[name] += moved.get((name, month), ZERO)
        flows = {name: moved.get((name, month), ZERO) for name in FLOWS}
        points.append(TrendPoint(day=min(month_end(month), question.as_of), **standing, **flows))
    return points


def _params(question: AgingQuestion, rates: RateTable, start: date) -> dict[str, Any]:
    return {**question.items().params(), **rates.as_arrays(), "start": start}
