"""What records of write-offs, groups, signals and rates look like: as they stand, as put, and in a bulk."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from buyers.domain.facts import EventKind
from core.api.fields import AMOUNT_SCHEMA, AmountField
from invoices.serializers_intake import BulkRowSerializer, OutcomeSerializer


@extend_schema_field(AMOUNT_SCHEMA)
class PlainNumberField(serializers.Field[Any, Any, str, Any]):
    """A number as text, without trailing zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        """Example: ``60.0000`` is shown as ``60``."""
        return f"{value.normalize():f}"


class NumberedSerializer(serializers.Serializer[Any]):
    """What each record has."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()


class WriteOffSerializer(NumberedSerializer):
    """A write-off as it was told last."""

    invoice = serializers.CharField()
    currency = serializers.CharField()
    amount = AmountField()
    written_off_on = serializers.DateField()
    reason = serializers.CharField()
    open_amount = AmountField(help_text="What the invoice still has open.")


class PutWriteOffSerializer(OutcomeSerializer, WriteOffSerializer):
    """What became of it."""


class WriteOffRecordSerializer(BulkRowSerializer):
    """One write-off of a bulk."""

    external_id = serializers.CharField(max_length=120)
    invoice = serializers.CharField(max_length=120)
    currency = serializers.CharField()
    amount = serializers.CharField()
    written_off_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class GroupMemberSerializer(serializers.Serializer[Any]):
    """A member as it stands."""

    buyer = serializers.CharField(help_text="The source's code; ours in brackets where it has none.")
    valid_from = serializers.DateField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    share = PlainNumberField(allow_null=True, help_text="Percent.")


class SourceGroupSerializer(NumberedSerializer):
    """A group as it stands, whoever told of its members."""

    code = serializers.CharField(help_text="Our code.")
    name = serializers.CharField()
    name_zh = serializers.CharField()
    members = GroupMemberSerializer(many=True)


class PutSourceGroupSerializer(OutcomeSerializer, SourceGroupSerializer):
    """What became of it."""


class GroupMemberRecordSerializer(serializers.Serializer[Any]):
    """A member in a bulk."""

    buyer = serializers.CharField(max_length=60)
    valid_from = serializers.DateField()
    parent = serializers.CharField(required=False, max_length=60)  # type: ignore[assignment]
    share = serializers.CharField(required=False)
    left = serializers.BooleanField(required=False)


class GroupRecordSerializer(BulkRowSerializer):
    """One group of a bulk."""

    external_id = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=255)
    name_zh = serializers.CharField(required=False, max_length=255)
    members = GroupMemberRecordSerializer(many=True, required=False)


class SignalSerializer(NumberedSerializer):
    """What all signals share."""

    buyer = serializers.CharField(help_text="Our code.")
    recorded_at = serializers.DateTimeField()


class RatingSerializer(SignalSerializer):
    """A rating as it was told last."""

    agency = serializers.CharField()
    grade = serializers.CharField()
    points = serializers.IntegerField(help_text="0 to 100, frozen when it was recorded.")
    rated_on = serializers.DateField()


class PutRatingSerializer(OutcomeSerializer, RatingSerializer):
    """What became of it."""


class RatingRecordSerializer(BulkRowSerializer):
    """One rating of a bulk."""

    external_id = serializers.CharField(max_length=120)
    buyer = serializers.CharField(max_length=60)
    agency = serializers.CharField(max_length=40)
    grade = serializers.CharField(max_length=20)
    rated_on = serializers.DateField()


class StatementSerializer(SignalSerializer):
    """A financial statement as it was told last."""

    currency = serializers.CharField()
    balance_date = serializers.DateField()
    total_assets = PlainNumberField()
    current_assets = PlainNumberField()
    current_liabilities = PlainNumberField()
    total_liabilities = PlainNumberField()
    retained_earnings = PlainNumberField()
    ebit = PlainNumberField()
    sales = PlainNumberField(allow_null=True)


class PutStatementSerializer(OutcomeSerializer, StatementSerializer):
    """What became of it."""


class StatementRecordSerializer(BulkRowSerializer):
    """One financial statement of a bulk."""

    external_id = serializers.CharField(max_length=120)
    buyer = serializers.CharField(max_length=60)
    currency = serializers.CharField()
    balance_date = serializers.DateField()
    total_assets = serializers.CharField()
    current_assets = serializers.CharField()
    current_liabilities = serializers.CharField()
    total_liabilities = serializers.CharField()
    retained_earnings = serializers.CharField()
    ebit = serializers.CharField()
    sales = serializers.CharField(required=False)


class EventSerializer(SignalSerializer):
    """An event as it was told last."""

    kind = serializers.ChoiceField([kind.value for kind in EventKind])
    began_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()


class PutEventSerializer(OutcomeSerializer, EventSerializer):
    """What became of it."""


class EventRecordSerializer(BulkRowSerializer):
    """One event of a bulk."""

    external_id = serializers.CharField(max_length=120)
    buyer = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField([kind.value for kind in EventKind])
    began_on = serializers.DateField()
    ended_on = serializers.DateField(required=False)
    note = serializers.CharField(required=False, max_length=400)


class SourceRateSerializer(serializers.Serializer[Any]):
    """An exchange rate as its source told it last."""

    source = serializers.CharField()  # type: ignore[assignment]
    currency = serializers.CharField()
    rate_date = serializers.DateField()
    per_eur = PlainNumberField(help_text="Units of the currency for one euro.")
    recorded_at = serializers.DateTimeField()


class PutSourceRateSerializer(OutcomeSerializer, SourceRateSerializer):
    """What became of it."""


class RateRecordSerializer(BulkRowSerializer):
    """One rate of a bulk."""

    currency = serializers.CharField()
    rate_date = serializers.DateField()
    per_eur = serializers.CharField()


class ShipmentRecordSerializer(BulkRowSerializer):
    """One shipment of a bulk."""

    external_id = serializers.CharField(max_length=120)
    order = serializers.CharField(max_length=120, help_text="Its source's own number.")
    order_source = serializers.CharField(required=False, max_length=60, help_text="Default: the caller's.")
    promised_on = serializers.DateField()
    amount = serializers.CharField(required=False, help_text="Of the order's value; left out: the whole order.")
    incoterm = serializers.CharField(required=False, max_length=3)
    shipped_on = serializers.DateField(required=False)
    handed_over_on = serializers.DateField(required=False)
    bill_of_lading_on = serializers.DateField(required=False)
    customs_cleared_on = serializers.DateField(required=False)
    delivered_on = serializers.DateField(required=False)
    delay_by_seller = serializers.BooleanField(required=False)
    is_refused = serializers.BooleanField(required=False)
    is_cancelled = serializers.BooleanField(required=False)
    has_discrepancies = serializers.BooleanField(required=False)
