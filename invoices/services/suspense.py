"""Allocations on their way: asked for by the source, made as soon as document and invoice are both in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from core.queries.sql import fetch_all
from invoices.domain.bulks import SuspenseState
from invoices.models import SuspendedAllocation
from invoices.services.bulk import EntryRow, post_bulk

# Rows that the ledger refused together are tried one by one, oldest first; beyond this many they wait.
_ONE_BY_ONE = 200


class _Ready(NamedTuple):
    """A waiting allocation whose invoice and document are known."""

    id: int
    kind: str
    document: str
    invoice: str
    amount: Decimal
    source_amount: Decimal | None
    day: date

    def entry(self, source: str) -> EntryRow:
        """As the ledger posts it."""
        receipt, note = (self.document, None) if self.kind == "receipt" else (None, self.document)
        return EntryRow(source, self.invoice, self.kind, -self.amount, self.day, receipt, note, self.source_amount)


_READY_SQL = """
SELECT s.id, s.kind, s.document, s.invoice, s.amount, s.source_amount, coalesce(r.received_on, n.issued_on)
FROM invoices_suspendedallocation s
JOIN invoices_invoice i ON i.source = s.source AND i.external_id = s.invoice
LEFT JOIN invoices_receipt r ON s.kind = 'receipt' AND r.source = s.source AND r.external_id = s.document
LEFT JOIN invoices_creditnote n ON s.kind = 'credit_note' AND n.source = s.source AND n.external_id = s.document
WHERE s.source = %(source)s AND s.state = 'waiting' AND coalesce(r.id, n.id) IS NOT NULL
    AND (%(invoice)s::text IS NULL OR s.invoice = %(invoice)s)
ORDER BY s.id
"""


def settle_suspense(source: str, *, invoice: str | None = None) -> int:
    """Make every allocation of the source that can be made now; returns how many. In the caller's transaction.

    What the ledger refuses (more than is open, another party, a currency without its amount) stays, with the code.
    """
    ready = [_Ready._make(row) for row in fetch_all(_READY_SQL, {"source": source, "invoice": invoice})]
    if not ready:
        return 0
    refused = _post(source, ready)
    again = [row for row in ready if row.invoice in refused]
    if len(ready) > 1:
        for row in again[:_ONE_BY_ONE]:
            found = _post(source, [row])
            refused |= found
            if not found:
                again.remove(row)
    _note_refused(again, refused)
    return len(ready) - len(again)


def _post(source: str, rows: Sequence[_Ready]) -> dict[str, str]:
    """Post the allocations; the codes of those that the ledger refused, by invoice."""
    result = post_bulk(entries=[row.entry(source) for row in rows])
    refused = {item.external_id: item.code for item in result.contradictions}
    done = [row.id for row in rows if row.invoice not in refused]
    changes = {"state": SuspenseState.ALLOCATED, "problem": "", "settled_at": timezone.now()}
    SuspendedAllocation.objects.filter(pk__in=done).update(**changes)
    return refused


def _note_refused(rows: Sequence[_Ready], refused: dict[str, str]) -> None:
    for code in sorted(set(refused.values())):
        ids = [row.id for row in rows if refused[row.invoice] == code]
        SuspendedAllocation.objects.filter(pk__in=ids).exclude(problem=code).update(problem=code[:40])
