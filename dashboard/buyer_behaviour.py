"""How a buyer pays, as a chart and in words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import formats
from dashboard.charts import Chart, Series
from dashboard.queries.behaviour import Payment

ROLLING = 7
RECENT_DAYS = 90
_SMALLEST, _LARGEST = 5.0, 18.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Days late of each invoice: median, recent median, share on time, and the chart of them all."""

    chart: Chart
    paid: int
    open_late: int
    median_days: Decimal | None
    recent_days: Decimal | None
    on_time: Decimal | None

    @property
    def has_worsened(self) -> bool:
        """True if what fell due in the last 90 days is later than the buyer's habit by more than 10 days."""
        return None not in (self.median_days, self.recent_days) and self.recent_days - self.median_days > 10  # type: ignore[operator]


def behaviour_of(*, payments: Sequence[Payment], as_of: date) -> Behaviour | None:
    """None if nothing was paid or overdue yet."""
    if not payments:
        return None
    settled = [payment.days_late for payment in payments if not payment.is_open]
    recent = [payment.days_late for payment in payments if 0 <= (as_of - payment.due_date).days <= RECENT_DAYS]
    habit = _median(settled)
    return Behaviour(
        chart=_chart(payments, habit),
        paid=len(settled),
        open_late=len(payments) - len(settled),
        median_days=habit,
        recent_days=_median(recent),
        on_time=Decimal(sum(days <= 0 for days in settled)) / len(settled) if settled else None,
    )


def _median(days: Sequence[int]) -> Decimal | None:
    return Decimal(str(median(days))) if days else None


def _chart(payments: Sequence[Payment], habit: Decimal | None) -> Chart:
    ladder = sorted(payment.amount for payment in payments)
    paid = [_point(payment, ladder) for payment in payments if not payment.is_open]
    late = [_point(payment, ladder) for payment in payments if payment.is_open]
    return Chart(
        kind="lateness",
        summary=_("Days late of each invoice by due date; the dashed line is the median of settled invoices."),
        unit=_("days"),
        series=[Series(_("settled"), paid, "accent"), Series(_("open, days late so far"), late, "worst")],
        extra={
            "median": None if habit is None else float(habit),
            "median_words": _("median %(days)s") % {"days": formats.figure(habit, digits=0)},
            "trend_name": _("median of the last %(count)s") % {"count": ROLLING},
            "trend": _rolling([payment for payment in payments if not payment.is_open]),
        },
    )


def _point(payment: Payment, ladder: Sequence[Decimal]) -> dict[str, object]:
    """Position, size by rank of the amount, and what the tooltip says."""
    rank = bisect_right(ladder, payment.amount) / len(ladder)
    amount = f"{formats.money(payment.amount, payment.currency)} {payment.currency}"
    return {
        "date": payment.due_date.isoformat(),
        "days": payment.days_late,
        "size": round(_SMALLEST + (_LARGEST - _SMALLEST) * rank**3, 1),
        "url": reverse("dashboard:invoice", args=[payment.invoice_id]),
        "words": [
            _("Invoice %(number)s: %(amount)s") % {"number": payment.number, "amount": amount},
            _("due %(date)s, %(days)s days late") % {"date": payment.due_date, "days": payment.days_late},
            _("settled %(date)s") % {"date": payment.settled_on} if payment.settled_on else _("still open"),
        ],
    }


def _rolling(payments: Sequence[Payment]) -> list[tuple[str, float]]:
    """Median of each settled invoice and the six before it, by due date: shows a habit that drifts."""
    points = []
    for end in range(ROLLING, len(payments) + 1):
        window = payments[end - ROLLING : end]
        points.append((window[-1].due_date.isoformat(), float(median(payment.days_late for payment in window))))
    return points
