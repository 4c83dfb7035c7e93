"""One timeline of a buyer: money, disputes, events, alerts, facts, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.queries.sql import fetch_all

# Each source gives its newest rows only; the whole is cut again after sorting.
_SQL = """
SELECT day, kind, code, amount, currency, note, invoice_id FROM (
  (SELECT received_on AS day, 'receipt' AS kind, '' AS code, amount, currency, external_id AS note,
          NULL::bigint AS invoice_id
   FROM invoices_receipt WHERE buyer_id = ANY(%(buyers)s) AND received_on <= %(as_of)s
   ORDER BY received_on DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT issued_on, 'credit_note', '', amount, currency, external_id, NULL
   FROM invoices_creditnote WHERE buyer_id = ANY(%(buyers)s) AND issued_on <= %(as_of)s
   ORDER BY issued_on DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT e.effective_date, 'entry', e.kind, e.amount, i.currency, i.number, i.id
   FROM invoices_entry e JOIN invoices_invoice i ON i.id = e.invoice_id
   WHERE e.buyer_id = ANY(%(buyers)s) AND e.effective_date <= %(as_of)s AND e.kind IN ('write_off', 'reversal')
   ORDER BY e.effective_date DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT d.valid_from, 'dispute', d.reason, d.amount, i.currency, i.number, i.id
   FROM invoices_disputeversion d JOIN invoices_invoice i ON i.id = d.invoice_id
   WHERE d.buyer_id = ANY(%(buyers)s) AND d.valid_from <= %(as_of)s
   ORDER BY d.valid_from DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT c.valid_from, 'due_date', '', NULL, '', i.number || ' → ' || c.due_date, i.id
   FROM invoices_duedatechange c JOIN invoices_invoice i ON i.id = c.invoice_id
   WHERE c.buyer_id = ANY(%(buyers)s) AND c.valid_from <= %(as_of)s
   ORDER BY c.valid_from DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT valid_from, CASE WHEN ends_id IS NULL THEN 'event' ELSE 'event_end' END, kind, NULL, '', note, NULL
   FROM buyers_riskevent WHERE buyer_id = ANY(%(buyers)s) AND valid_from <= %(as_of)s
   ORDER BY valid_from DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT valid_from, 'rating', '', NULL, '', agency || ' ' || grade, NULL
   FROM buyers_agencyrating WHERE buyer_id = ANY(%(buyers)s) AND valid_from <= %(as_of)s
   ORDER BY valid_from DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT opened_on, 'alert', rule, amount_base, '', '', NULL
   FROM alerts_alert WHERE buyer_id = ANY(%(buyers)s) AND opened_on <= %(as_of)s
   ORDER BY opened_on DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT closed_on, 'alert_closed', rule, NULL, '', close_note, NULL
   FROM alerts_alert WHERE buyer_id = ANY(%(buyers)s) AND closed_on <= %(as_of)s
   ORDER BY closed_on DESC LIMIT %(limit)s)
) AS everything
ORDER BY day DESC, kind
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Something that happened on a day; ``kind`` says what the other members mean."""

    day: date
    kind: str
    code: str
    amount: Decimal | None
    currency: str
    note: str
    invoice_id: int | None


def list_timeline(*, buyer_ids: Sequence[int], as_of: date, limit: int = 120) -> list[TimelineRow]:
    """The newest ``limit`` happenings up to the date."""
    rows = fetch_all(_SQL, {"buyers": list(buyer_ids), "as_of": as_of, "limit": limit})
    return [TimelineRow(*row) for row in rows]
