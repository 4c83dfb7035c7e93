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
from invoices.queries.open_items import DUE_DATES_SQL

MONTHS = 24
ZERO = Decimal(0)

# An entry counts as receivable from its effective date on, as overdue from the later of that and the day after the
# due date, as more than 90 days overdue 90 days later. So a balance at a month-end is the sum of all entries whose
# day has come: sum by month, then cumulate.
_TREND_SQL = f"""
WITH moves AS (
    SELECT i.currency, e.amount, e.effective_date AS day, coalesce(r.kind, e.kind) AS kind,
        greatest(e.effective_date, coalesce(d.due_date, i.original_due_date) + 1) AS overdue_day,
        greatest(e.effective_date, coalesce(d.due_date, i.original_due_date) + 91) AS over_90_day
    FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
    LEFT JOIN invoices_entry r ON r.id = e.reverses_id
    LEFT JOIN ({DUE_DATES_SQL}) d ON d.invoice_id = i.id
    WHERE e.effective_date <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
), by_month AS (
    SELECT line.name, greatest(date_trunc('month', line.day)::date, %(start)s) AS month, m.currency, sum(line.amount)
        AS amount
    FROM moves m CROSS JOIN LATERAL (VALUES
        ('receivable', m.day, m.amount), ('overdue', m.overdue_day, m.amount), ('over_90', m.over_90_day, m.amount),
        ('sales', CASE WHEN m.kind = 'issue' AND m.day >= %(start)s THEN m.day END, m.amount),
        ('receipts', CASE WHEN m.kind = 'receipt' AND m.day >= %(start)s THEN m.day END, -m.amount)
    ) AS line(name, day, amount)
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
