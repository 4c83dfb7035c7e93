"""Allocations in suspense, as a person looks at them: with the document's money, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.errors import NotFound
from core.queries.sql import fetch_one
from core.words import sentence as _
from invoices.intake.reasons import words
from invoices.intake.record_reasons import ALLOCATION_REFUSALS


@dataclass(frozen=True, slots=True)
class SuspenseRow:
    """One allocation; ``document_id`` and the buyer are empty while its receipt or credit note is unknown itself.

    ``currency`` is the invoice's where it is known, else the document's; ``age_days`` to now, or to its end.
    """

    id: int
    source: str
    kind: str
    document: str
    invoice: str
    amount: Decimal
    source_amount: Decimal | None
    state: str
    problem: str
    recorded_at: datetime
    settled_at: datetime | None
    age_days: int
    document_id: int | None
    currency: str
    buyer_id: int | None
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    invoice_id: int | None


# One row for each allocation; put into a FROM. Column order as SuspenseRow.
SUSPENSE_SQL = """
SELECT s.id, s.source, s.kind, s.document, s.invoice, s.amount, s.source_amount, s.state, s.problem, s.recorded_at,
    s.settled_at, extract(day FROM coalesce(s.settled_at, now()) - s.recorded_at)::int AS age_days,
    coalesce(r.id, n.id) AS document_id, coalesce(i.currency, r.currency, n.currency, '') AS currency,
    b.id AS buyer_id, coalesce(b.code, '') AS buyer_code, coalesce(b.name, '') AS buyer_name,
    coalesce(b.name_zh, '') AS buyer_name_zh, i.id AS invoice_id
FROM invoices_suspendedallocation s
LEFT JOIN invoices_receipt r ON s.kind = 'receipt' AND r.source = s.source AND r.external_id = s.document
LEFT JOIN invoices_creditnote n ON s.kind = 'credit_note' AND n.source = s.source AND n.external_id = s.document
LEFT JOIN invoices_invoice i ON i.source = s.source AND i.external_id = s.invoice
LEFT JOIN buyers_buyer b ON b.id = coalesce(r.buyer_id, n.buyer_id)
"""


def get_suspended(pk: int) -> SuspenseRow:
    """One allocation, whatever became of it; raises ``suspended_not_found``."""
    row = fetch_one(f"{SUSPENSE_SQL} WHERE s.id = %(pk)s", {"pk": pk})
    if row is None:
        raise NotFound(
            "suspended_not_found",
            _("There is no allocation in suspense with this number."),
            {"field": "id", "value": pk},
        )
    return SuspenseRow(*row)


def refusal_words(problem: str) -> str:
    """Why the ledger did not take an allocation although the invoice is there, in the active language."""
    return str(ALLOCATION_REFUSALS.get(problem, "")) or (words(problem, {}) if problem else "")
