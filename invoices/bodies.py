"""What source systems report: money that arrived, goods that left."""

from __future__ import annotations

from rest_framework import serializers

from core.api.bodies import Body, PlainDecimalField
from core.api.params import DayField


class ReceiptBody(Body):
    """Money that arrived; it stands unapplied until it is allocated."""

    external_id = serializers.CharField(max_length=140, help_text="The source's own number.")
    buyer = serializers.CharField(max_length=60, help_text="Code of the buyer.")
    currency = serializers.CharField(max_length=3)
    amount = PlainDecimalField(code="amount_invalid")
    received_on = DayField(help_text="Value date.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    order_source = serializers.CharField(
        required=False,
        max_length=60,
        help_text="Source of that order. Default: the caller's.",
    )
    order = serializers.CharField(
        required=False, max_length=120, help_text="Number of the order that this is a deposit for."
    )


class ShipmentBody(Body):
    """A shipment as its source tells it now; a later report replaces it."""

    promised_on = serializers.DateField()
    amount = PlainDecimalField(
        code="amount_invalid", required=False, allow_null=True, help_text="Of the order's value; null: the whole order."
    )
    incoterm = serializers.CharField(required=False, allow_blank=True, max_length=3)
    shipped_on = DayField(required=False, allow_null=True)
    handed_over_on = DayField(required=False, allow_null=True)
    bill_of_lading_on = DayField(required=False, allow_null=True)
    customs_cleared_on = DayField(required=False, allow_null=True)
    delivered_on = DayField(required=False, allow_null=True)
    delay_by_seller = serializers.BooleanField(required=False)
    is_refused = serializers.BooleanField(required=False)
    is_cancelled = serializers.BooleanField(required=False, help_text="Reported by mistake: it never left.")
    has_discrepancies = serializers.BooleanField(required=False)
