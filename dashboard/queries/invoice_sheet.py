"""One invoice with everything that happened to it: the source of every figure above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate

from invoices.models import DisputeVersion, DueDateChange, Entry, Invoice


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A ledger entry with the balance after it."""

    effective_date: date
    recorded_at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    document: str
    is_reversed: bool
    is_after: bool


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """The invoice, its entries up to and after the as-of date, its disputes and due dates."""

    invoice: Invoice
    entries: list[EntryRow]
    disputes: list[DisputeVersion]
    due_dates: list[DueDateChange]
    due_date: date
    open_amount: Decimal
    disputed: Decimal

    @property
    def paid_share(self) -> Decimal:
        """Share of the issued amount that is no longer open."""
        issued: Decimal = self.invoice.amount
        return 1 - self.open_amount / issued


def get_invoice_sheet(*, invoice: Invoice, as_of: date) -> InvoiceSheet:
    """All entries in effective order; open amount, due date and dispute as of the date."""
    entries = _entries(invoice, as_of)
    disputes = list(DisputeVersion.objects.filter(invoice=invoice).order_by("valid_from", "recorded_at"))
    due_dates = list(DueDateChange.objects.filter(invoice=invoice).order_by("valid_from", "recorded_at"))
    held = [change.due_date for change in due_dates if change.valid_from <= as_of]
    return InvoiceSheet(
        invoice=invoice,
        entries=entries,
        disputes=disputes,
        due_dates=due_dates,
        due_date=held[-1] if held else invoice.original_due_date,
        open_amount=sum((row.amount for row in entries if not row.is_after), Decimal(0)),
        disputed=_disputed(disputes, as_of),
    )


def _entries(invoice: Invoice, as_of: date) -> list[EntryRow]:
    rows = list(
        Entry.objects.filter(invoice=invoice)
        .select_related("receipt", "credit_note", "reversed_by")
        .order_by("effective_date", "id")
    )
    balances = accumulate(row.amount for row in rows)
    return [
        EntryRow(
            effective_date=row.effective_date,
            recorded_at=row.recorded_at,
            kind=row.kind,
            amount=row.amount,
            balance=balance,
            document=_document(row),
            is_reversed=hasattr(row, "reversed_by"),
            is_after=row.effective_date > as_of,
        )
        for row, balance in zip(rows, balances, strict=True)
    ]


def _document(entry: Entry) -> str:
    source = entry.receipt or entry.credit_note
    return source.external_id if source else ""


def _disputed(versions: list[DisputeVersion], as_of: date) -> Decimal:
    """The latest version of each dispute counts; amount 0 has closed it."""
    latest = {row.dispute_key: row.amount for row in versions if row.valid_from <= as_of}
    return sum(latest.values(), Decimal(0))
