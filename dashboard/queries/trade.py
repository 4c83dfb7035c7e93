"""Orders, shipments and disputes of a buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.queries.sql import fetch_all
from invoices.models import Order

_SHIPMENTS = """
SELECT DISTINCT ON (s.source, s.external_id)
       s.external_id, o.external_id, s.incoterm, s.shipped_on, s.promised_on,
       CASE WHEN s.incoterm IN ('FOB', 'EXW') THEN s.handed_over_on ELSE s.delivered_on END AS arrived_on,
       s.delay_by_seller, s.is_refused, s.has_discrepancies
FROM invoices_shipment s LEFT JOIN invoices_order o ON o.id = s.order_id
WHERE s.buyer_id = ANY(%(buyers)s) AND COALESCE(s.shipped_on, s.promised_on) <= %(as_of)s
ORDER BY s.source, s.external_id, s.recorded_at DESC
"""

# The latest version of each dispute; amount 0 has closed it, the amount before tells how much it was about.
_DISPUTES = """
SELECT DISTINCT ON (d.invoice_id, d.dispute_key)
       i.id, i.number, i.currency, d.reason, d.amount, d.valid_from,
       (SELECT min(f.valid_from) FROM invoices_disputeversion f
        WHERE f.invoice_id = d.invoice_id AND f.dispute_key = d.dispute_key),
       (SELECT max(f.amount) FROM invoices_disputeversion f
        WHERE f.invoice_id = d.invoice_id AND f.dispute_key = d.dispute_key AND f.valid_from <= %(as_of)s)
FROM invoices_disputeversion d JOIN invoices_invoice i ON i.id = d.invoice_id
WHERE d.buyer_id = ANY(%(buyers)s) AND d.valid_from <= %(as_of)s
ORDER BY d.invoice_id, d.dispute_key, d.valid_from DESC, d.recorded_at DESC
"""


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """The latest known version of a shipment."""

    number: str
    order_number: str | None
    incoterm: str
    shipped_on: date | None
    promised_on: date
    arrived_on: date | None
    delay_by_seller: bool
    is_refused: bool
    has_discrepancies: bool

    @property
    def days_late(self) -> int | None:
        """Days after the promised day; None while under way."""
        return (self.arrived_on - self.promised_on).days if self.arrived_on else None


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute as it stands on the date."""

    invoice_id: int
    number: str
    currency: str
    reason: str
    amount: Decimal
    changed_on: date
    opened_on: date
    contested: Decimal

    @property
    def is_open(self) -> bool:
        """True while a part is contested."""
        return self.amount != 0


def list_orders(*, buyer_ids: Sequence[int], as_of: date, limit: int = 200) -> list[Order]:
    """Orders up to the date, newest first."""
    return list(Order.objects.filter(buyer_id__in=buyer_ids, order_date__lte=as_of).order_by("-order_date")[:limit])


def list_shipments(*, buyer_ids: Sequence[int], as_of: date) -> list[ShipmentRow]:
    """Shipments up to the date in their latest version, newest first."""
    rows = [ShipmentRow(*row) for row in fetch_all(_SHIPMENTS, {"buyers": list(buyer_ids), "as_of": as_of})]
    return sorted(rows, key=lambda row: row.promised_on, reverse=True)


def list_disputes(*, buyer_ids: Sequence[int], as_of: date) -> list[DisputeRow]:
    """Disputes as they stand on the date, open ones first."""
    rows = [DisputeRow(*row) for row in fetch_all(_DISPUTES, {"buyers": list(buyer_ids), "as_of": as_of})]
    return sorted(rows, key=lambda row: (not row.is_open, -row.opened_on.toordinal()))
