"""Support view of the ledger and of what came in; read-only, as the ledger itself is for everybody."""

from django.contrib import admin

from core.access.support import ReadOnlyAdmin
from invoices.models import (
    ControlBalance,
    CreditNote,
    DisputeVersion,
    Entry,
    ImportBatch,
    Invoice,
    QuarantinedRow,
    Receipt,
)


class LedgerAdmin(ReadOnlyAdmin):
    """Rows of a table that may be large: found by number, newest first."""

    list_select_related = ["buyer"]
    ordering = ("-id",)


@admin.register(Invoice)
class InvoiceAdmin(LedgerAdmin):
    """Receivables."""

    list_display = ("number", "buyer", "invoice_date", "due_date", "currency", "amount", "open_amount")
    search_fields = ("=number", "=external_id", "=buyer__code")
    raw_id_fields = ("buyer", "order", "batch")


@admin.register(Entry)
class EntryAdmin(LedgerAdmin):
    """The lines of an invoice's history."""

    list_display = ("id", "invoice", "buyer", "kind", "amount", "effective_date", "recorded_at")
    list_select_related = ["buyer", "invoice"]
    search_fields = ("=invoice__number", "=buyer__code")


@admin.register(Receipt)
class ReceiptAdmin(LedgerAdmin):
    """Money that arrived."""

    list_display = ("external_id", "buyer", "received_on", "currency", "amount")
    search_fields = ("=external_id", "=buyer__code")


@admin.register(CreditNote)
class CreditNoteAdmin(LedgerAdmin):
    """Credits granted."""

    list_display = ("external_id", "buyer", "issued_on", "currency", "amount")
    search_fields = ("=external_id", "=buyer__code")


@admin.register(DisputeVersion)
class DisputeVersionAdmin(LedgerAdmin):
    """What was contested from when on."""

    list_display = ("invoice", "dispute_key", "amount", "reason", "valid_from", "recorded_at")
    list_select_related = ["invoice"]
    search_fields = ("=invoice__number",)


@admin.register(ControlBalance)
class ControlBalanceAdmin(LedgerAdmin):
    """Balance per buyer and currency, kept with each posting."""

    list_display = ("buyer", "currency", "receivable", "unapplied_cash", "unapplied_credit")
    search_fields = ("=buyer__code",)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Files that came in."""

    list_display = ("id", "file_name", "profile", "state", "rows", "created", "quarantined", "actor", "created_at")
    list_filter = ("state", "profile")
    list_select_related = ("actor",)
    ordering = ("-id",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ReadOnlyAdmin):
    """Rows that were not applied."""

    list_display = ("batch", "line", "field", "value", "reason", "state")
    list_filter = ("state", "reason")
    list_select_related = ("batch",)
    ordering = ("-id",)
