"""Receivables metrics of a date out of the ledger, each with its inputs (domain.md section 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from buyers.queries.merges import MERGE_MAP_SQL
from core.dates import month_start, months_back
from core.domain.rates import RATES_SQL, RateTable
from core.queries.sql import fetch_all, fetch_one
from invoices.domain import metrics as rules
from invoices.domain.kinds import Terms
from invoices.queries.aging import AgingQuestion, get_aging
from invoices.queries.aging_lines import list_aging
from invoices.queries.open_items import BASE_ITEMS_SQL, MOVED_DUE_DATES_SQL, TAKEN_BACK_SQL

PERIOD_MONTHS = 3
COUNT_BACK_MONTHS = 24
BEYOND_TERMS_DAYS = 365
ZERO = Decimal(0)

_SCOPED_SQL = f"""
  AND (%(record_ids)s::bigint[] IS NULL OR e.buyer_id = ANY(%(record_ids)s))
  AND (%(sales_owner_id)s::bigint IS NULL OR e.buyer_id IN (
      SELECT b.id FROM buyers_buyer b LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = b.id
      LEFT JOIN buyers_buyer s ON s.id = m.survivor_id
      WHERE coalesce(s.sales_owner_id, b.sales_owner_id) = %(sales_owner_id)s))
"""

_KNOWN_SQL = """e.effective_date BETWEEN %(start)s AND %(as_of)s
  AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
  AND (%(item_currency)s::text IS NULL OR e.currency = %(item_currency)s)"""

# Credit sales by day: issues and their reversals, each rounded once into base currency at the closing rate. Prepaid
# invoices are few: they are left out by their ids.
_SALES_SQL = f"""
SELECT date_trunc('month', s.day)::date AS month, sum(s.amount) FROM (
    SELECT e.effective_date AS day, sum(round(e.amount * rates.rate, %(base_digits)s)) AS amount
    FROM invoices_entry e
    LEFT JOIN ({TAKEN_BACK_SQL}) taken_back ON taken_back.id = e.id
    LEFT JOIN (SELECT id FROM invoices_invoice WHERE terms = %(prepaid)s) prepaid ON prepaid.id = e.invoice_id
    JOIN ({RATES_SQL}) rates ON rates.currency = e.currency
    WHERE (e.kind = 'issue' OR taken_back.kind = 'issue') AND prepaid.id IS NULL AND {_KNOWN_SQL}
      {_SCOPED_SQL}
    GROUP BY 1
) s GROUP BY 1 ORDER BY 1
"""

# Standing allocations of the last year: amount, and days from due to the value date of the money.
_BEYOND_TERMS_SQL = f"""
SELECT coalesce(sum(p.amount * p.days), 0), coalesce(sum(p.amount), 0), count(*) FROM (
    SELECT round(-e.amount * rates.rate, %(base_digits)s) AS amount,
        receipt.received_on - coalesce(d.due_date, i.due_date) AS days
    FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
    JOIN invoices_receipt receipt ON receipt.id = e.receipt_id
    LEFT JOIN ({MOVED_DUE_DATES_SQL}) d ON d.invoice_id = i.id
    LEFT JOIN ({TAKEN_BACK_SQL}) taken_back ON taken_back.reverses_id = e.id
        AND taken_back.effective_date <= %(as_of)s
        AND (%(known_at)s::timestamptz IS NULL OR taken_back.recorded_at <= %(known_at)s)
    JOIN ({RATES_SQL}) rates ON rates.currency = e.currency
    WHERE e.kind = 'receipt' AND i.terms <> %(prepaid)s AND taken_back.id IS NULL AND {_KNOWN_SQL}
      {_SCOPED_SQL}
) p
"""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its formula and what went into it; ``value`` None is n/a."""

    name: str
    value: Decimal | None
    unit: str
    formula: str
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MetricsReport:
    """The metrics of a date, in base currency."""

    as_of: date
    currency: str
    metrics: tuple[Metric, ...]
    unconverted: dict[str, Decimal]

    def get(self, name: str) -> Metric:
        """The metric called ``name``."""
        return next(metric for metric in self.metrics if metric.name == name)


@dataclass(frozen=True, slots=True)
class _Inputs:
    closing: Decimal
    not_due: Decimal
    opening: Decimal
    sales: dict[date, Decimal]
    as_of: date

    def sales_since(self, start: date) -> Decimal:
        return sum((amount for month, amount in self.sales.items() if month >= start), ZERO)

    def months(self) -> list[rules.MonthSales]:
        """From old to new; the current month counts up to ``as_of``."""
        starts = [months_back(self.as_of, back) for back in reversed(range(COUNT_BACK_MONTHS))]
        ends = [*(start - timedelta(1) for start in starts[1:]), self.as_of]
        pairs = zip(starts, ends, strict=True)
        return [rules.MonthSales(self.sales.get(start, ZERO), (end - start).days + 1) for start, end in pairs]


@dataclass(frozen=True, slots=True)
class Closing:
    """What is open on the date, in base currency: in all, not due, and by buyer from large to small."""

    receivables: Decimal
    not_due: Decimal
    by_buyer: tuple[Decimal, ...]
    unconverted: dict[str, Decimal]


def get_metrics(question: AgingQuestion, *, closing: Closing | None = None) -> MetricsReport:
    """DSO family, CEI, weighted days beyond terms and concentration as of a date.

    The period is the month of ``as_of`` up to that day and the two months before; CEI looks at the current month.
    All amounts are in base currency at the closing rates of ``as_of``. ``closing`` spares reading the open items
    where the caller has them already.
    """
    rates = question.rates()
    closing = closing or _closing(question, rates)
    inputs = _inputs(question, rates, closing)
    found = (*_dso_family(inputs), _cei(inputs), _beyond_terms(question, rates), *_concentration(closing))
    return MetricsReport(question.as_of, rates.base, found, closing.unconverted)


def _closing(question: AgingQuestion, rates: RateTable) -> Closing:
    lines = list_aging(question)
    has_gaps = any(line.unconverted_items for line in lines)
    return Closing(
        receivables=sum((line.open_amount for line in lines), ZERO),
        not_due=sum((line.b0 for line in lines), ZERO),
        by_buyer=tuple(line.open_amount for line in lines if line.open_amount > 0),
        unconverted=get_aging(replace(question, always_base=True), rates=rates).unconverted if has_gaps else {},
    )


def _inputs(question: AgingQuestion, rates: RateTable, closing: Closing) -> _Inputs:
    sales = _sales(question, rates)
    return _Inputs(closing.receivables, closing.not_due, _opening(question, rates), sales, question.as_of)


def _opening(question: AgingQuestion, rates: RateTable) -> Decimal:
    """What was open when the month began, at the same rates as the rest."""
    before = replace(question, as_of=month_start(question.as_of) - timedelta(1))
    found: Decimal = fetch_one(_OPENING_SQL, before.params(rates))[0]
    return found


_OPENING_SQL = f"SELECT coalesce(sum(base_open), 0) FROM ({BASE_ITEMS_SQL}) i"


def _params(question: AgingQuestion, rates: RateTable, start: date) -> dict[str, Any]:
    return {**question.params(rates), "start": start, "prepaid": Terms.CASH_IN_ADVANCE}


def _sales(question: AgingQuestion, rates: RateTable) -> dict[date, Decimal]:
    start = months_back(question.as_of, COUNT_BACK_MONTHS - 1)
    return dict(fetch_all(_SALES_SQL, _params(question, rates, start)))


def _dso_family(inputs: _Inputs) -> tuple[Metric, ...]:
    start = months_back(inputs.as_of, PERIOD_MONTHS - 1)
    days, sales = (inputs.as_of - start).days + 1, inputs.sales_since(start)
    simple = rules.dso_simple(receivables=inputs.closing, credit_sales=sales, days=days)
    best = rules.dso_best_possible(not_due=inputs.not_due, credit_sales=sales, days=days)
    late = rules.average_days_delinquent(dso=simple, best_possible=best)
    months = inputs.months()
    back = rules.dso_count_back(receivables=inputs.closing, months=months)
    shared = {"credit_sales": sales, "days": days, "period_start": start}
    shown = [{"sales": m.sales, "days": m.days} for m in months if m.sales]
    return (
        Metric("dso", simple, "days", "AR / CS × D", {"receivables": inputs.closing, **shared}),
        Metric("dso_count_back", back, "days", "months' sales off AR, latest first", {"months": shown}),
        Metric("dso_best_possible", best, "days", "not-due AR / CS × D", {"not_due": inputs.not_due, **shared}),
        Metric("average_days_delinquent", late, "days", "DSO − best possible DSO", {"dso": simple, "best": best}),
    )


def _cei(inputs: _Inputs) -> Metric:
    sales = inputs.sales_since(month_start(inputs.as_of))
    value = rules.collection_effectiveness(
        opening=inputs.opening,
        credit_sales=sales,
        months=1,
        closing=inputs.closing,
        closing_not_due=inputs.not_due,
    )
    return Metric(
        "cei",
        value,
        "percent",
        "(opening + CS/N − closing) / (opening + CS/N − closing not due) × 100",
        {
            "opening": inputs.opening,
            "credit_sales": sales,
            "months": 1,
            "closing": inputs.closing,
            "not_due": inputs.not_due,
        },
    )


def _beyond_terms(question: AgingQuestion, rates: RateTable) -> Metric:
    start = question.as_of - timedelta(BEYOND_TERMS_DAYS)
    weighted, amount, items = fetch_one(_BEYOND_TERMS_SQL, _params(question, rates, start))
    value = weighted / amount if amount > 0 else None
    inputs = {"weighted_amount_days": weighted, "amount": amount, "items": items, "period_start": start}
    return Metric("weighted_days_beyond_terms", value, "days", "Σ a·(paid − due) / Σ a", inputs)


def _concentration(closing: Closing) -> tuple[Metric, ...]:
    amounts = closing.by_buyer
    hhi = rules.concentration_hhi(amounts=amounts)
    total = sum(amounts, ZERO)
    top = sum(amounts[:5], ZERO)
    share = top / total * 100 if total else None
    return (
        Metric("hhi", hhi, "0-10,000", "Σ share²", {"buyers": len(amounts), "amount": total}),
        Metric("effective_number", rules.effective_number(hhi=hhi), "buyers", "10,000 / HHI", {"hhi": hhi}),
        Metric("top_5_share", share, "percent", "five largest buyers / AR × 100", {"top_5": top, "amount": total}),
    )
