"""How a buyer pays: days late of each invoice, as of a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.queries.sql import fetch_all

# An invoice that was settled by the date stands at its settlement, any other at its lateness on the date.
_SQL = """
SELECT i.id, i.number, i.currency, i.amount, i.invoice_date, i.due_date,
       CASE WHEN i.settled_on <= %(as_of)s THEN i.settled_on END AS settled_on,
       CASE WHEN i.settled_on <= %(as_of)s THEN i.settled_on ELSE %(as_of)s::date END - i.due_date AS days_late
FROM invoices_invoice i
WHERE i.buyer_id = ANY(%(buyers)s) AND i.invoice_date > %(since)s AND i.invoice_date <= %(as_of)s
  AND i.amount > 0
  AND (i.settled_on IS NOT NULL OR (i.open_amount <> 0 AND i.due_date <= %(as_of)s))
ORDER BY i.due_date, i.id
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """One invoice and how late it was settled; open ones stand at today's lateness."""

    invoice_id: int
    number: str
    currency: str
    amount: Decimal
    invoice_date: date
    due_date: date
    settled_on: date | None
    days_late: int

    @property
    def is_open(self) -> bool:
        """True if it was not settled on the as-of date."""
        return self.settled_on is None


def list_payments(*, buyer_ids: Sequence[int], as_of: date, since: date) -> list[Payment]:
    """Invoices issued after ``since`` that were settled by ``as_of``, and those overdue on it, by due date."""
    rows = fetch_all(_SQL, {"buyers": list(buyer_ids), "as_of": as_of, "since": since})
    payments = [Payment(*row) for row in rows]
    return [payment for payment in payments if payment.settled_on or payment.days_late > 0]
