"""Aging: which bucket an open item is in on a date (domain.md section 2)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

from core.errors import DomainError
from core.words import sentence as _
from invoices.domain.kinds import AgingBasis

DEFAULT_EDGES = (30, 60, 90, 120)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Six buckets by their four upper edges in days, e.g. 30, 60, 90, 120.

    By due date: not due, 1-30, 31-60, 61-90, 91-120, 121+. By invoice date the first two are one: 0-30.
    Raises ``edges_invalid`` unless the edges are four rising positive numbers.
    """

    edges: tuple[int, int, int, int] = DEFAULT_EDGES

    def __post_init__(self) -> None:
        if list(self.edges) != sorted(set(self.edges)) or self.edges[0] < 1:
            raise DomainError(
                "edges_invalid",
                _(
                    "Bucket edges %(edges)s are not right; give four rising positive numbers such as 30, 60, 90, 120.",
                    edges=self.edges,
                ),
                {"field": "edges", "value": list(self.edges)},
            )

    def labels(self, basis: AgingBasis) -> tuple[str, ...]:
        """Stable labels; ``not due`` is translated where it is shown."""
        overdue = [f"{low + 1}-{high}" for low, high in zip((0, *self.edges), self.edges, strict=False)]
        last = f"{self.edges[-1] + 1}+"
        if basis is AgingBasis.INVOICE:
            return (f"0-{self.edges[0]}", *overdue[1:], last)
        return ("not due", *overdue, last)

    def index(self, *, days: int, basis: AgingBasis) -> int:
        """The bucket's place in :meth:`labels` for days past due (or days since invoice).

        Edges: 0 days past due is not due; 1 and 30 are in 1-30; 31 is in 31-60. By invoice date 0 and 30 are in 0-30.
        """
        if basis is AgingBasis.INVOICE:
            return bisect_left(self.edges, days)
        return 0 if days <= 0 else 1 + bisect_left(self.edges, days)


DEFAULT_BUCKETS = Buckets()


def days_past_due(*, due_date: date, as_of: date) -> int:
    """``as_of − due_date`` in days while open; negative or 0 = not due.

    Example: due 2026-03-11, as of 2026-04-10 gives 30.
    """
    return (as_of - due_date).days


def days_outstanding(*, invoice_date: date, as_of: date) -> int:
    """``as_of − invoice_date`` in days. Example: a 90-day invoice that is 80 days old is in 61-90 by invoice date."""
    return (as_of - invoice_date).days


def age_in_days(*, basis: AgingBasis, invoice_date: date, due_date: date, as_of: date) -> int:
    """What the bucket is chosen by: days past due, or days since the invoice."""
    if basis is AgingBasis.INVOICE:
        return days_outstanding(invoice_date=invoice_date, as_of=as_of)
    return days_past_due(due_date=due_date, as_of=as_of)
