"""Everything that happened to one invoice up to a date, as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from invoices.models import DisputeVersion, DueDateChange, Entry, Invoice

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class InvoiceHistory:
    """Entries, changes of the due date and versions of disputes, oldest first."""

    entries: list[Entry]
    due_dates: list[DueDateChange]
    disputes: list[DisputeVersion]


def get_history(invoice: Invoice, *, as_of: date, known_at: datetime | None = None) -> InvoiceHistory:
    """The history of an invoice; the caller has checked that it may be seen."""
    entries = Entry.objects.filter(invoice=invoice, effective_date__lte=as_of)
    changes = DueDateChange.objects.filter(invoice=invoice, valid_from__lte=as_of)
    disputes = DisputeVersion.objects.filter(invoice=invoice, valid_from__lte=as_of)
    related = entries.select_related("invoice", "receipt", "credit_note")
    return InvoiceHistory(
        entries=list(_known(related, known_at).order_by("effective_date", "pk")),
        due_dates=list(_known(changes, known_at).order_by("valid_from", "recorded_at", "pk")),
        disputes=list(_known(disputes.select_related("invoice"), known_at).order_by("valid_from", "recorded_at", "pk")),
    )


def _known(rows: QuerySet[Row], known_at: datetime | None) -> QuerySet[Row]:
    return rows if known_at is None else rows.filter(recorded_at__lte=known_at)
