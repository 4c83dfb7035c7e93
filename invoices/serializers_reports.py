"""What was recorded of a report, as the REST API answers it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField


class ReceiptSerializer(serializers.Serializer[Any]):
    """Money on record."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    buyer = serializers.CharField(source="buyer.code")
    currency = serializers.CharField()
    amount = AmountField()
    received_on = serializers.DateField()
    order = serializers.CharField(source="order.external_id", default=None, allow_null=True)


class ShipmentSerializer(serializers.Serializer[Any]):
    """The latest version of a shipment on record."""

    id = serializers.IntegerField(help_text="Of this version.")
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    order = serializers.CharField(source="order.external_id")
    currency = serializers.CharField(source="order.currency")
    amount = AmountField(currency_from="order.currency", allow_null=True, help_text="Null: the whole order.")
    promised_on = serializers.DateField()
    shipped_on = serializers.DateField(allow_null=True)
    handed_over_on = serializers.DateField(allow_null=True)
    bill_of_lading_on = serializers.DateField(allow_null=True)
    customs_cleared_on = serializers.DateField(allow_null=True)
    delivered_on = serializers.DateField(allow_null=True)
    is_refused = serializers.BooleanField()
    is_cancelled = serializers.BooleanField()
