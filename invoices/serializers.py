"""Invoices and their entries as the REST API shows them."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import AmountField
from invoices.domain.aging import days_past_due
from invoices.domain.kinds import EntryKind, Terms
from invoices.models import DisputeVersion, DueDateChange, Entry, Invoice


class InvoiceSerializer(serializers.Serializer[Any]):
    """A receivable as of the day asked for."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField(help_text="The source's own id; unique in its source.")
    number = serializers.CharField()
    buyer = serializers.SerializerMethodField(help_text="Code of the buyer that it is read under.")
    currency = serializers.CharField()
    amount = AmountField(help_text="As first issued.")
    invoice_date = serializers.DateField()
    due_date = serializers.DateField(source="due_then")
    original_due_date = serializers.DateField()
    terms = serializers.ChoiceField([terms.value for terms in Terms])
    open_amount = AmountField(source="open_then")
    disputed_amount = AmountField(source="disputed_then", help_text="Part of the open amount that is contested.")
    settled_on = serializers.DateField(
        source="settled_then", allow_null=True, help_text="Day of the receipt that left nothing open."
    )
    days_past_due = serializers.SerializerMethodField(help_text="Negative: not due yet. Null: nothing is open.")

    def get_buyer(self, invoice: Invoice) -> str:
        """The survivor's code while the record is merged."""
        return str(self.context["codes"][invoice.buyer_id])

    def get_days_past_due(self, invoice: Any) -> int | None:
        """Of the day asked for."""
        as_of: date = self.context["as_of"]
        return days_past_due(due_date=invoice.due_then, as_of=as_of) if invoice.open_then else None


class EntrySerializer(serializers.Serializer[Entry]):
    """One dated line of an invoice's history; never changed, never deleted."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField([kind.value for kind in EntryKind])
    amount = AmountField(
        currency_from="invoice.currency", help_text="Signed: what reduces the open amount is negative."
    )
    effective_date = serializers.DateField(help_text="When it counts in the books.")
    recorded_at = serializers.DateTimeField(help_text="When we learned of it.")
    receipt = serializers.CharField(source="receipt.external_id", default=None, allow_null=True)
    credit_note = serializers.CharField(source="credit_note.external_id", default=None, allow_null=True)
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True, help_text="Id of the entry taken back.")


class DueDateSerializer(serializers.Serializer[DueDateChange]):
    """From a day on the invoice was due on another date."""

    due_date = serializers.DateField()
    valid_from = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    reason = serializers.CharField()


class DisputeSerializer(serializers.Serializer[DisputeVersion]):
    """From a day on this amount was contested under the key; 0 closed it."""

    key = serializers.CharField(source="dispute_key")
    amount = AmountField(currency_from="invoice.currency")
    reason = serializers.CharField()
    valid_from = serializers.DateField()
    recorded_at = serializers.DateTimeField()


class InvoiceDetailSerializer(InvoiceSerializer):
    """An invoice with its history up to the day asked for."""

    entries = serializers.SerializerMethodField()
    due_dates = serializers.SerializerMethodField()
    disputes = serializers.SerializerMethodField()

    @extend_schema_field(EntrySerializer(many=True))
    def get_entries(self, invoice: Invoice) -> Any:
        """By effective date."""
        return EntrySerializer(self.context["history"].entries, many=True).data

    @extend_schema_field(DueDateSerializer(many=True))
    def get_due_dates(self, invoice: Invoice) -> Any:
        """Changes, oldest first."""
        return DueDateSerializer(self.context["history"].due_dates, many=True).data

    @extend_schema_field(DisputeSerializer(many=True))
    def get_disputes(self, invoice: Invoice) -> Any:
        """Versions, oldest first."""
        return DisputeSerializer(self.context["history"].disputes, many=True).data
