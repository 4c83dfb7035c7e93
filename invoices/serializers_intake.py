"""What single puts answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField
from invoices.domain.bulks import SuspenseState
from invoices.models import SuspendedAllocation
from invoices.queries.suspense import refusal_words

OUTCOMES = ("created", "updated", "unchanged")


class BulkRowSerializer(serializers.Serializer[Any]):
    """What each record of a bulk may have."""

    source = serializers.CharField(required=False, help_text="The caller's own; another one is refused.")  # type: ignore[assignment]


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of a record that was put."""

    outcome = serializers.ChoiceField(OUTCOMES)


class SourceInvoiceSerializer(serializers.Serializer[Any]):
    """An invoice under its source's number, as it stands today."""

    id = serializers.IntegerField(source="invoice.pk")
    source = serializers.CharField(source="invoice.source")  # type: ignore[assignment]
    external_id = serializers.CharField(source="invoice.external_id")
    number = serializers.CharField(source="invoice.number")
    buyer = serializers.CharField(source="invoice.buyer.code", help_text="Our code.")
    currency = serializers.CharField(source="invoice.currency")
    amount = AmountField(currency_from="invoice.currency", help_text="As corrected.")
    open_amount = AmountField(source="invoice.open_amount", currency_from="invoice.currency")
    disputed_amount = AmountField(source="invoice.disputed_amount", currency_from="invoice.currency")
    invoice_date = serializers.DateField(source="invoice.invoice_date")
    due_date = serializers.DateField()
    terms = serializers.CharField(source="invoice.terms")
    order = serializers.CharField(source="invoice.order.external_id", default=None, allow_null=True)
    settled_on = serializers.DateField(source="invoice.settled_on", allow_null=True)


class PutInvoiceSerializer(SourceInvoiceSerializer):
    """What became of it."""

    outcome = serializers.SerializerMethodField()

    def get_outcome(self, _row: Any) -> str:
        """created, updated or unchanged."""
        return str(self.context["outcome"])


class SuspenseSerializer(serializers.Serializer[Any]):
    """An allocation that a source asked for."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(("receipt", "credit_note"))
    document = serializers.CharField(help_text="The source's own number of the receipt or credit note.")
    invoice = serializers.CharField(help_text="The source's own number of the invoice.")
    amount = serializers.SerializerMethodField(help_text="In the invoice's currency.")
    state = serializers.ChoiceField(
        [state.value for state in SuspenseState], help_text="moved, withdrawn: by a person."
    )
    problem = serializers.CharField(help_text="Empty: the invoice is not there yet. Else why it did not take it.")
    detail = serializers.SerializerMethodField()
    since = serializers.DateTimeField(source="recorded_at")

    def get_amount(self, row: SuspendedAllocation) -> str:
        """As it was given."""
        return f"{row.amount.normalize():f}"

    def get_detail(self, row: SuspendedAllocation) -> str:
        """The problem in words."""
        return refusal_words(row.problem)


class DocumentSerializer(serializers.Serializer[Any]):
    """A receipt or credit note as it stands."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    buyer = serializers.CharField(help_text="Our code.")
    currency = serializers.CharField()
    amount = AmountField()
    unapplied = AmountField(help_text="What no invoice has taken yet.")
    allocations = SuspenseSerializer(many=True)
    outcome = serializers.SerializerMethodField()

    def get_outcome(self, _row: Any) -> str:
        """created, updated or unchanged."""
        return str(self.context["outcome"])


class PutReceiptSerializer(DocumentSerializer):
    """A receipt."""

    received_on = serializers.DateField(source="day")


class PutCreditNoteSerializer(DocumentSerializer):
    """A credit note."""

    issued_on = serializers.DateField(source="day")


class AllocationRecordSerializer(serializers.Serializer[Any]):
    """Part of a record for one invoice."""

    invoice = serializers.CharField()
    amount = serializers.CharField()
    source_amount = serializers.CharField(required=False)


class DocumentRecordSerializer(BulkRowSerializer):
    """What records of receipts and credit notes share."""

    external_id = serializers.CharField(max_length=120)
    buyer = serializers.CharField(max_length=60)
    buyer_name = serializers.CharField(required=False, max_length=255)
    currency = serializers.CharField()
    amount = serializers.CharField()
    note = serializers.CharField(required=False, max_length=200)
    allocations = AllocationRecordSerializer(many=True, required=False)


class ReceiptRecordSerializer(DocumentRecordSerializer):
    """One receipt of a bulk."""

    received_on = serializers.DateField()


class CreditNoteRecordSerializer(DocumentRecordSerializer):
    """One credit note of a bulk."""

    issued_on = serializers.DateField()


class PutBuyerSerializer(OutcomeSerializer):
    """The buyer that a source's number means."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    code = serializers.CharField(help_text="Our code.")
    name = serializers.CharField(help_text="On record; other spellings are kept beside it.")
    name_zh = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField()
    trading_since = serializers.DateField(allow_null=True)
    website = serializers.CharField()


class BuyerRecordSerializer(BulkRowSerializer):
    """One buyer of a bulk."""

    external_id = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=255)
    name_zh = serializers.CharField(required=False, max_length=255)
    country = serializers.CharField(required=False)
    currency = serializers.CharField(required=False)
    code = serializers.CharField(required=False, max_length=60)
    trading_since = serializers.DateField(required=False)
    website = serializers.CharField(required=False, max_length=255)


class PutDisputeSerializer(OutcomeSerializer):
    """A dispute as it was told last."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    invoice = serializers.CharField()
    currency = serializers.CharField()
    amount = AmountField()
    reason = serializers.CharField()
    valid_from = serializers.DateField()


class DisputeRecordSerializer(BulkRowSerializer):
    """One dispute of a bulk."""

    external_id = serializers.CharField(max_length=60)
    invoice = serializers.CharField(max_length=120)
    amount = serializers.CharField()
    reason = serializers.CharField(max_length=40)
    valid_from = serializers.DateField()
