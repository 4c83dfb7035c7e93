"""Goods that left without approval, as the holds on their orders tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from alerts.domain.findings import Finding
from alerts.domain.orders import UnapprovedShipment, find_shipped_unapproved
from alerts.domain.settings import RuleSetting
from buyers.queries.merges import MERGE_MAP_SQL
from core.domain.rates import RATES_SQL, RateTable
from core.house import end_of_day
from core.queries.sql import fetch_all

# Credit puts such goods before a person as an event of the order's hold, which names the shipments; the cause ends
# with the hold (released, rejected, the order ended), or when the shipment turns out never to have left.
_SHIPMENTS_SQL = f"""
SELECT o.id, o.external_id, coalesce(m.survivor_id, o.buyer_id), s.external_id, s.left_on, o.currency,
    coalesce(s.amount, o.amount), round(coalesce(s.amount, o.amount) * rates.rate, %(base_digits)s)
FROM credit_holdevent e
JOIN credit_hold h ON h.id = e.hold_id AND (h.closed_at IS NULL OR h.closed_at > %(until)s)
JOIN invoices_order o ON o.id = h.order_id
CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(e.data -> 'shipments') AS external_id) named
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (v.source) v.external_id, v.amount, v.is_cancelled OR v.is_refused AS is_void,
        coalesce(v.shipped_on, v.handed_over_on, v.bill_of_lading_on, v.delivered_on) AS left_on
    FROM invoices_shipment v
    WHERE v.order_id = o.id AND v.external_id = named.external_id AND v.recorded_at <= %(known_at)s
    ORDER BY v.source, v.recorded_at DESC, v.id DESC
) s
LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = o.buyer_id
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = o.currency
WHERE e.action = 'shipped_unapproved' AND e.occurred_at <= %(known_at)s AND NOT s.is_void AND s.left_on <= %(as_of)s
ORDER BY o.id, s.left_on, s.external_id
"""


def unapproved_findings(
    setting: RuleSetting, *, as_of: date, known_at: datetime, rates: RateTable
) -> Iterator[Finding]:
    """One finding for each order whose goods left unapproved by the date, while its hold waits for a person."""
    params: dict[str, Any] = {
        "as_of": as_of,
        "known_at": known_at,
        "until": min(known_at, end_of_day(as_of)),
        **rates.as_arrays(),
    }
    shipments = [UnapprovedShipment(*row) for row in fetch_all(_SHIPMENTS_SQL, params)]
    for _, group in groupby(shipments, key=attrgetter("order_id")):
        yield find_shipped_unapproved(shipments=list(group), setting=setting)
