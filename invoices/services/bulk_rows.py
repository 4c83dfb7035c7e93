"""What goes into a bulk posting and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class InvoiceRow(NamedTuple):
    """An invoice as its source tells it; ``external_id`` is unique per source and text."""

    buyer_id: int
    source: str
    external_id: str
    number: str
    currency: str
    amount: Decimal
    invoice_date: date
    due_date: date
    terms: str = "open_account"
    order_id: int | None = None


class ReceiptRow(NamedTuple):
    """Money that arrived, in its own currency; unapplied until entries allocate it."""

    buyer_id: int
    source: str
    external_id: str
    currency: str
    amount: Decimal
    received_on: date
    note: str = ""


class CreditNoteRow(NamedTuple):
    """A credit that we granted; unapplied until entries allocate it."""

    buyer_id: int
    source: str
    external_id: str
    currency: str
    amount: Decimal
    issued_on: date
    note: str = ""


class EntryRow(NamedTuple):
    """One line of an invoice's history. ``amount`` is signed: −100 for a receipt of 100.

    ``source_amount`` is what an allocation uses of the receipt or credit note, in its currency; None where the
    currencies are the same. An allocation counts from the day when both sides exist. ``document_source`` is where the
    receipt or credit note comes from, None where that is the invoice's own source.
    """

    source: str
    invoice_external_id: str
    kind: str
    amount: Decimal
    effective_date: date
    receipt_external_id: str | None = None
    credit_note_external_id: str | None = None
    source_amount: Decimal | None = None
    document_source: str | None = None


class DisputeRow(NamedTuple):
    """From ``valid_from`` on, ``amount`` of the invoice is contested under the key; 0 closes it."""

    source: str
    invoice_external_id: str
    dispute_key: str
    amount: Decimal
    reason: str
    valid_from: date


class DueDateRow(NamedTuple):
    """From ``valid_from`` on the invoice is due on another day."""

    source: str
    invoice_external_id: str
    due_date: date
    valid_from: date
    reason: str = ""


class Contradiction(NamedTuple):
    """A row that was not applied: ``code`` says why; for entries, disputes and due dates ``external_id`` is the
    invoice's."""

    kind: str
    source: str
    external_id: str
    field: str
    ledger_value: str | None
    given_value: str | None
    code: str


class KindCount(NamedTuple):
    """What became of the rows of one kind: ``given = created + unchanged + refused``."""

    given: int = 0
    created: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The answer of a bulk posting. ``updated`` names known invoices that received something new."""

    invoices: KindCount
    receipts: KindCount
    credit_notes: KindCount
    entries: KindCount
    disputes: KindCount
    due_dates: KindCount
    contradictions: list[Contradiction]
    updated: list[tuple[str, str]]
    ledger_version: int

    @property
    def created(self) -> int:
        """Rows of all kinds that were new."""
        counts = (self.invoices, self.receipts, self.credit_notes, self.entries, self.disputes, self.due_dates)
        return sum(count.created for count in counts)
