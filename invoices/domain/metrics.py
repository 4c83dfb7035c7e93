"""Receivables metrics (domain.md section 3): ``Decimal`` in, unrounded ``Decimal`` out; None means n/a.

AR = closing receivables, CS = credit sales of the period, D = its days. Round only what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


def round_metric(value: Decimal | None, digits: int = 2) -> Decimal | None:
    """Round half up for display; None stays None. Example: 60.6666 gives 60.67."""
    return None if value is None else value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def dso_simple(*, receivables: Decimal, credit_sales: Decimal, days: int) -> Decimal | None:
    """Days sales outstanding = AR / CS × D, in days; n/a without sales.

    Example: 900k / 1,350k × 91 = 60.67.
    """
    return None if credit_sales <= 0 else receivables / credit_sales * days


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Credit sales of one month and its days."""

    sales: Decimal
    days: int


def dso_count_back(*, receivables: Decimal, months: Sequence[MonthSales]) -> Decimal | None:
    """Months' sales are taken off AR from the latest back: a whole month gives its days, the last a fraction.

    ``months`` run from old to new. n/a without sales, or if AR exceeds the sales of all months given.
    Example: 900k against 400k (30 d), 450k (31 d), 500k (30 d): 30 + 400/450 × 31 = 57.56.
    """
    if sum((m.sales for m in months), ZERO) <= 0:
        return None
    left, total = receivables, ZERO
    for month in reversed(months):
        if left <= 0:
            return total
        if month.sales > left:
            return total + left / month.sales * month.days
        left, total = left - month.sales, total + month.days
    return total if left <= 0 else None


def dso_best_possible(*, not_due: Decimal, credit_sales: Decimal, days: int) -> Decimal | None:
    """Not-due AR / CS × D, in days. Example: 620 / 1,350 × 91 = 41.79."""
    return dso_simple(receivables=not_due, credit_sales=credit_sales, days=days)


def average_days_delinquent(*, dso: Decimal | None, best_possible: Decimal | None) -> Decimal | None:
    """DSO − best possible DSO, rounded at the end only. Example: 60.667 − 41.793 = 18.87."""
    return None if dso is None or best_possible is None else dso - best_possible


def collection_effectiveness(
    *, opening: Decimal, credit_sales: Decimal, months: int, closing: Decimal, closing_not_due: Decimal
) -> Decimal | None:
    """CEI = (opening + CS/N − closing) / (opening + CS/N − closing not due) × 100; N = months in CS.

    n/a where nothing could have been collected. Example: (850+500−900)/(850+500−620) × 100 = 61.64.
    """
    if months < 1:
        return None
    base = opening + credit_sales / months
    collectable = base - closing_not_due
    return None if collectable <= 0 else (base - closing) / collectable * 100


@dataclass(frozen=True, slots=True)
class PaidItem:
    """An amount paid and its days beyond terms (paid − due; negative = early)."""

    amount: Decimal
    days_beyond_terms: int


def weighted_days_beyond_terms(*, items: Iterable[PaidItem]) -> Decimal | None:
    """Σ a·(paid − due) / Σ a, in days. Example: (20k, −3) (50k, 12) (30k, 41) gives 17.7."""
    kept = list(items)
    total = sum((i.amount for i in kept), ZERO)
    return None if total <= 0 else sum((i.amount * i.days_beyond_terms for i in kept), ZERO) / total


def concentration_hhi(*, amounts: Iterable[Decimal]) -> Decimal | None:
    """Herfindahl-Hirschman index Σ share², 0-10,000 (shares in percent), over positive amounts.

    Example: shares 40/25/15/10/10 give 2,650.
    """
    positive = [a for a in amounts if a > 0]
    total = sum(positive, ZERO)
    return None if total == 0 else sum(((a / total * 100) ** 2 for a in positive), ZERO)


def effective_number(*, hhi: Decimal | None) -> Decimal | None:
    """How many equal buyers would give the same index: 10,000 / HHI. Example: 2,650 gives 3.77."""
    return None if not hhi else Decimal(10_000) / hhi


def cash_conversion_cycle(*, dio: Decimal, dso: Decimal | None, dpo: Decimal) -> Decimal | None:
    """DIO + DSO − DPO, in days. Example: 55 + 60.67 − 42 = 73.67."""
    return None if dso is None else dio + dso - dpo
