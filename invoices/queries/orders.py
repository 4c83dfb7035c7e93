"""How far orders have gone: what was delivered and invoiced of them, and what was paid in advance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from core.errors import NotFound
from core.money import Money
from core.queries.sql import fetch_all
from core.words import sentence as _
from invoices.models import Order

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """What left and what was billed of one order, in its currency.

    ``deposits``: by currency, what was received for the order and is not applied to an invoice.
    """

    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    deposits: tuple[Money, ...] = field(default=())

    @property
    def gone(self) -> Decimal:
        """The part that is no longer an open order: delivered, or invoiced ahead of delivery."""
        return max(self.delivered, self.invoiced)


# Of each shipment the latest version counts; it left once any milestone has a date. Invoices count as issued, and not
# at all once the issue was taken back.
_PROGRESS_SQL = """
SELECT o.id,
    coalesce((
        SELECT sum(coalesce(s.amount, o.amount)) FROM (
            SELECT DISTINCT ON (v.source, v.external_id) v.* FROM invoices_shipment v WHERE v.order_id = o.id
            ORDER BY v.source, v.external_id, v.recorded_at DESC, v.id DESC
        ) s
        WHERE NOT s.is_cancelled AND NOT s.is_refused
          AND coalesce(s.shipped_on, s.handed_over_on, s.bill_of_lading_on, s.delivered_on) IS NOT NULL
    ), 0) AS delivered,
    coalesce((
        SELECT sum(e.amount) FROM invoices_invoice i JOIN invoices_entry e ON e.invoice_id = i.id
        LEFT JOIN invoices_entry t ON t.id = e.reverses_id
        WHERE i.order_id = o.id AND 'issue' IN (e.kind, t.kind)
    ), 0) AS invoiced
FROM invoices_order o WHERE o.id = ANY(%(orders)s)
"""

_DEPOSITS_SQL = """
SELECT d.order_id, d.currency, sum(d.unapplied) FROM (
    SELECT r.order_id, r.currency, r.amount + coalesce(b.amount, 0)
        - coalesce((SELECT sum(e.source_amount) FROM invoices_entry e WHERE e.receipt_id = r.id), 0) AS unapplied
    FROM invoices_receipt r LEFT JOIN invoices_receipt b ON b.reverses_id = r.id
    WHERE r.order_id = ANY(%(orders)s) AND r.reverses_id IS NULL
) d WHERE d.unapplied > 0 GROUP BY d.order_id, d.currency ORDER BY d.order_id, d.currency
"""


def get_progress(order_ids: Iterable[int]) -> dict[int, OrderProgress]:
    """Progress of each order that exists, in two statements."""
    params = {"orders": sorted(set(order_ids))}
    deposits: dict[int, list[Money]] = {}
    for order_id, currency, amount in fetch_all(_DEPOSITS_SQL, params):
        deposits.setdefault(order_id, []).append(Money(amount, currency))
    return {
        order_id: OrderProgress(delivered, invoiced, tuple(deposits.get(order_id, ())))
        for order_id, delivered, invoiced in fetch_all(_PROGRESS_SQL, params)
    }


# Invoiced, nothing open, all in the order's own currency; how far it has gone is asked of few.
_PAID_SQL = """
SELECT o.id, o.version, o.amount FROM invoices_order o
WHERE o.id > %(after)s AND o.status IN ('open', 'in_production', 'shipped', 'invoiced')
  AND EXISTS (SELECT FROM invoices_invoice i WHERE i.order_id = o.id)
  AND NOT EXISTS (
      SELECT FROM invoices_invoice i WHERE i.order_id = o.id AND (i.open_amount <> 0 OR i.currency <> o.currency))
ORDER BY o.id LIMIT %(most)s
"""


class Settled(NamedTuple):
    """Orders that are over as (id, version), and the last order that was looked at (None: there are no more)."""

    orders: list[tuple[int, int]]
    last: int | None


def list_settled(*, after: int = 0, most: int = 1000) -> Settled:
    """Of the next orders under way with nothing open on their invoices, those delivered and invoiced as a whole."""
    rows = fetch_all(_PAID_SQL, {"after": after, "most": most})
    progress = get_progress(row[0] for row in rows)
    done = [
        (pk, version) for pk, version, amount in rows if min(progress[pk].delivered, progress[pk].invoiced) >= amount
    ]
    return Settled(done, rows[-1][0] if rows else None)


def get_order(order_id: int) -> Order:
    """The order; raises ``order_not_found``."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound(
            "order_not_found",
            _("There is no order %(order_id)s.", order_id=order_id),
            {"field": "order", "value": str(order_id)},
        )
    return order
