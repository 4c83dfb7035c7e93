"""Orders under their sources' numbers, with the answer of the check that they stand on; and as records of a bulk."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField
from credit.domain.kinds import GateState
from credit.serializers import CheckSerializer
from invoices.domain.kinds import Terms
from invoices.domain.orders import TOLD, OrderStatus
from invoices.serializers_intake import BulkRowSerializer, OutcomeSerializer


class SourceOrderSerializer(serializers.Serializer[Any]):
    """An order as it stands."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    buyer = serializers.CharField(help_text="Our code.")
    order_date = serializers.DateField()
    currency = serializers.CharField()
    amount = AmountField()
    terms = serializers.ChoiceField([terms.value for terms in Terms])
    terms_days = serializers.IntegerField()
    deposit_percent = serializers.CharField()
    planned_ship_date = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField([status.value for status in OrderStatus])
    state = serializers.ChoiceField([state.value for state in GateState], help_text="Only approved orders may go.")
    is_approved = serializers.BooleanField()
    check = CheckSerializer(allow_null=True, help_text="The check that it stands on; null: nobody asked yet.")


class PutOrderSerializer(OutcomeSerializer, SourceOrderSerializer):
    """What became of it."""


class OrderRecordSerializer(BulkRowSerializer):
    """One order of a bulk."""

    external_id = serializers.CharField(max_length=120)
    buyer = serializers.CharField(max_length=60)
    buyer_name = serializers.CharField(required=False, max_length=255)
    order_date = serializers.DateField()
    currency = serializers.CharField()
    amount = serializers.CharField()
    terms = serializers.ChoiceField([terms.value for terms in Terms], required=False)
    terms_days = serializers.CharField(required=False)
    deposit_percent = serializers.CharField(required=False)
    planned_ship_date = serializers.DateField(required=False)
    status = serializers.ChoiceField([status.value for status in TOLD], required=False)
