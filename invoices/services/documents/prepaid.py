"""What was paid before the invoice was issued: taken from the receipt that the ledger has, else posted as one.

The invoice is issued for the whole: that is what was sold, and what credit notes and taxes refer to. What is open is
the payable amount, because the money that came before is set against it like any other money.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from buyers.queries.merges import list_records
from core.queries.sql import fetch_one
from invoices.intake.document_listing import amount_in
from invoices.models import Invoice, Receipt
from invoices.services.bulks.document_rows import DocumentRow, WantedAllocation
from invoices.services.documents.claims import Asked, Posted
from invoices.services.posting.allocations import Allocation, allocate_receipt
from invoices.services.posting.putting_documents import put_document

# Money of the buyer that came by the day of issue: a deposit for the invoice's own order with enough left, else a
# receipt with just this much left.
_DEPOSIT_SQL = """
SELECT d.id, d.external_id, d.received_on FROM (
    SELECT r.id, r.external_id, r.received_on, coalesce(r.order_id = %(order)s, false) AS is_deposit,
        r.amount - coalesce((SELECT sum(e.source_amount) FROM invoices_entry e WHERE e.receipt_id = r.id), 0) AS rest
    FROM invoices_receipt r
    WHERE r.buyer_id = ANY(%(buyers)s) AND r.currency = %(currency)s AND r.received_on <= %(issued_on)s
        AND r.reverses_id IS NULL AND r.amount >= %(amount)s
        AND NOT EXISTS (SELECT FROM invoices_receipt b WHERE b.reverses_id = r.id)
) d
WHERE d.rest = %(amount)s OR (d.is_deposit AND d.rest > %(amount)s)
ORDER BY d.is_deposit DESC, d.received_on DESC, d.id LIMIT 1
"""


class _Deposit(NamedTuple):
    """A receipt that the prepaid amount is."""

    id: int
    external_id: str
    received_on: date


def post_prepaid(asked: Asked, posted: Posted, invoice: Invoice, amount: Decimal) -> None:
    """Set what was prepaid against the invoice just posted; what is more than it asks for stays unapplied cash."""
    part = min(amount, invoice.open_amount)
    deposit = _deposit(invoice, amount, asked.claim.issued_on)
    if deposit is None:
        _post(asked, posted, invoice, amount, part)
    elif part > 0:
        day = max(deposit.received_on, invoice.invoice_date)
        wanted = Allocation(source_id=deposit.id, invoice_id=invoice.pk, amount=part, effective_date=day)
        allocate_receipt(wanted, actor=asked.actor)
        posted.warn(
            "prepaid_found",
            value=amount_in(part, invoice.currency),
            currency=invoice.currency,
            receipt=deposit.external_id,
        )


def _deposit(invoice: Invoice, amount: Decimal, issued_on: date) -> _Deposit | None:
    params = {
        "buyers": list_records([invoice.buyer_id]),
        "currency": invoice.currency,
        "issued_on": issued_on,
        "amount": amount,
        "order": invoice.order_id,
    }
    row = fetch_one(_DEPOSIT_SQL, params)
    return None if row is None else _Deposit._make(row)


def _post(asked: Asked, posted: Posted, invoice: Invoice, amount: Decimal, part: Decimal) -> None:
    number = f"{asked.external_id()}#prepaid"
    row = DocumentRow(
        position=1,
        external_id=number,
        buyer=asked.buyer.external_id,
        buyer_name=asked.buyer.name,
        buyer_id=asked.buyer_id,
        currency=invoice.currency,
        amount=amount,
        day=asked.claim.issued_on,
        note=f"prepaid, as invoice {asked.claim.number} says",
        allocations=(WantedAllocation(invoice.external_id, part),) if part > 0 else None,
    )
    put_document("receipt", asked.caller, row)
    posted.receipt = Receipt.objects.get(source=asked.source, external_id=number)
    posted.warn("prepaid_posted", value=amount_in(amount, invoice.currency), currency=invoice.currency, receipt=number)
