"""What an exposure consists of, document by document, and whether its receivables agree with the ledger's balances."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.access.scope import SYSTEM, Scope
from core.domain.rates import RateTable
from core.queries.sql import fetch_all
from credit.domain.exposure import ZERO, Part
from credit.queries.exposure import HORIZON_DAYS, Question, get_exposures
from credit.queries.exposure_sql import LINES_SQL, RELATIONS_SQL
from credit.queries.parties import get_records
from invoices.queries.control import get_ledger_balances
from invoices.queries.open_items import OpenItems


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One document in a part: ``reference`` is its number, ``day`` its date (an order's ship date, a bill's maturity).

    ``document`` is invoice, order, bill, sold, receipt, credit_note or security. ``amount_base`` None: no usable rate.
    """

    part: Part
    buyer_id: int
    buyer_code: str
    document: str
    document_id: int
    reference: str
    day: date | None
    currency: str
    amount: Decimal
    amount_base: Decimal | None
    order_id: int | None
    order_reference: str | None


def _known(row: str) -> str:
    return f"(%(known_at)s::timestamptz IS NULL OR {row}.recorded_at <= %(known_at)s)"


def _used(column: str, source: str) -> str:
    return f"""
    coalesce((SELECT sum(e.source_amount) FROM invoices_entry e
              WHERE e.{column} = {source}.id AND e.effective_date <= %(as_of)s AND {_known("e")}), 0)"""


# The balances of unapplied cash and credits, as the receipts and credit notes that they are made of.
_UNAPPLIED_LINES_SQL = f"""
SELECT 'unapplied_cash' AS part, r.buyer_id, x.currency, x.amount - {_used("receipt_id", "x")} + coalesce((
        SELECT sum(b.amount) FROM invoices_receipt b
        WHERE b.reverses_id = x.id AND b.received_on <= %(as_of)s AND {_known("b")}), 0) AS amount,
    'receipt' AS document, x.id AS document_id, x.order_id
FROM record r JOIN invoices_receipt x ON x.buyer_id = r.record_id
WHERE x.reverses_id IS NULL AND x.received_on <= %(as_of)s AND {_known("x")}
  AND NOT EXISTS (SELECT FROM deposit d WHERE d.id = x.id)
UNION ALL
SELECT 'unapplied_credit', r.buyer_id, x.currency, x.amount - {_used("credit_note_id", "x")}, 'credit_note', x.id, NULL
FROM record r JOIN invoices_creditnote x ON x.buyer_id = r.record_id
WHERE x.issued_on <= %(as_of)s AND {_known("x")}
"""
_ROWS_SQL = f"""
WITH {RELATIONS_SQL}
SELECT l.part, l.buyer_id, b.code, l.document, l.document_id,
    coalesce(i.number, bill.external_id, sold.external_id, x.external_id, n.external_id, s.external_id, o.external_id),
    coalesce(i.invoice_date, bill.matures_on, sold.sold_on, x.received_on, n.issued_on, s.valid_from,
             o.planned_ship_date),
    l.currency, l.amount, round(l.amount * rates.rate, %(base_digits)s), o.id, o.external_id
FROM (
    SELECT * FROM ({LINES_SQL}) lines WHERE lines.document <> 'balance'
    UNION ALL
    SELECT * FROM ({_UNAPPLIED_LINES_SQL}) unapplied_lines WHERE unapplied_lines.amount <> 0
) l
JOIN buyers_buyer b ON b.id = l.buyer_id LEFT JOIN rates ON rates.currency = l.currency
LEFT JOIN invoices_invoice i ON l.document = 'invoice' AND i.id = l.document_id
LEFT JOIN cover_bill bill ON l.document = 'bill' AND bill.id = l.document_id
LEFT JOIN cover_soldreceivable sold ON l.document = 'sold' AND sold.id = l.document_id
LEFT JOIN invoices_receipt x ON l.document = 'receipt' AND x.id = l.document_id
LEFT JOIN invoices_creditnote n ON l.document = 'credit_note' AND n.id = l.document_id
LEFT JOIN cover_security s ON l.document = 'security' AND s.id = l.document_id
LEFT JOIN invoices_order o ON o.id = coalesce(l.order_id, i.order_id)
WHERE l.part = ANY(%(parts)s) AND (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s)
ORDER BY l.part, abs(coalesce(l.amount * rates.rate, l.amount)) DESC, l.document, l.document_id
"""


def list_component_rows(
    buyer_ids: Sequence[int],
    parts: Part | Collection[Part],
    *,
    as_of: date,
    rates: RateTable,
    known_at: datetime | None = None,
    horizon_days: int = HORIZON_DAYS,
    scope: Scope = SYSTEM,
) -> list[ComponentRow]:
    """The documents of one part, or of some, largest first; rows of buyers outside the scope are left out.

    They add up to the component of :func:`credit.queries.exposure.get_exposures` in every currency.
    """
    wanted = [parts] if isinstance(parts, Part) else list(parts)
    records = get_records(buyer_ids, known_at=known_at)[1]
    question = Question(records=records, as_of=as_of, rates=rates, known_at=known_at, horizon_days=horizon_days)
    params = question.params() | {"parts": [part.value for part in wanted], "owner": scope.sales_owner_id}
    return [ComponentRow(Part(row[0]), *row[1:]) for row in fetch_all(_ROWS_SQL, params)]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """In one currency: receivables less cash, deposits and credits as exposure reads them, and the ledger's balance."""

    currency: str
    exposure: Decimal
    ledger: Decimal

    @property
    def difference(self) -> Decimal:
        """What exposure has more than the ledger; anything but 0 is an alert."""
        return self.exposure - self.ledger


_SIGNS = {
    Part.RECEIVABLES: 1,
    Part.UNAPPLIED_CASH: -1,
    Part.DEPOSITS: -1,
    Part.DEPOSITS_LATER: -1,
    Part.UNAPPLIED_CREDIT: -1,
}


def reconcile(
    buyer_ids: Sequence[int], *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> list[Reconciled]:
    """By currency, the exposure's ledger parts beside the control balances that the postings keep.

    The exposure is summed from open items and receipts, the balance from control balances and entries: two ways
    through the books that must meet. Use the ids of survivors.
    """
    exposures = get_exposures(buyer_ids, as_of=as_of, rates=rates, known_at=known_at)
    sums: dict[str, Decimal] = {}
    for component in (c for exposure in exposures.values() for c in exposure.components if c.part in _SIGNS):
        sums[component.currency] = sums.get(component.currency, ZERO) + _SIGNS[component.part] * component.amount
    ledger = get_ledger_balances(OpenItems(as_of, known_at=known_at, buyer_ids=buyer_ids))
    currencies = sorted({*sums, *(currency for currency, balance in ledger.items() if balance)})
    return [Reconciled(c, sums.get(c, ZERO), ledger.get(c, ZERO)) for c in currencies]
