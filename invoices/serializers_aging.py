"""Aging as the REST API shows it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField


class BucketSerializer(serializers.Serializer[Any]):
    """Items and amount of one bucket."""

    label = serializers.CharField(  # type: ignore[assignment]
        help_text="E.g. not due, 1-30, 121+."
    )
    items = serializers.IntegerField()
    amount = AmountField()


class ControlSerializer(serializers.Serializer[Any]):
    """The same balance out of the aging and out of the ledger; ok if they agree to the last minor unit."""

    currency = serializers.CharField()
    ledger = AmountField()
    aging = AmountField()
    ok = serializers.BooleanField()


class UnconvertedSerializer(serializers.Serializer[Any]):
    """What no usable rate exists for; it is in no total."""

    currency = serializers.CharField()
    amount = AmountField()


class RateSerializer(serializers.Serializer[Any]):
    """A rate that was used."""

    currency = serializers.CharField()
    rate = serializers.CharField(help_text="Units of the report's currency for one of this.")
    rate_date = serializers.DateField()
    age_days = serializers.IntegerField()


class AgingLineSerializer(serializers.Serializer[Any]):
    """One line of the pivot."""

    code = serializers.CharField(allow_null=True, help_text="Code of the buyer, group, country, currency or owner.")
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    currency = serializers.CharField()
    items = serializers.IntegerField()
    open_amount = AmountField()
    buckets = serializers.ListField(child=serializers.CharField(), help_text="In the order of buckets.")
    disputed = AmountField()
    unapplied_cash = AmountField()
    unapplied_credit = AmountField()
    oldest_days_past_due = serializers.IntegerField(allow_null=True)
    unconverted_items = serializers.IntegerField(help_text="Items without a usable rate; they are in no amount.")


class AgingSerializer(serializers.Serializer[Any]):
    """An aging in one currency: the items' own if they share one, else the base currency."""

    as_of = serializers.DateField()
    by = serializers.CharField()
    known_at = serializers.DateTimeField(allow_null=True)
    currency = serializers.CharField()
    items = serializers.IntegerField()
    buyers = serializers.IntegerField()
    amount = AmountField(help_text="Gross open, disputed parts included.")
    disputed = AmountField()
    unapplied_cash = AmountField()
    unapplied_credit = AmountField()
    oldest_days_past_due = serializers.IntegerField(allow_null=True)
    buckets = BucketSerializer(many=True)
    control = ControlSerializer(help_text="In the report's currency.")
    controls = ControlSerializer(many=True, help_text="In each currency.")
    is_complete = serializers.BooleanField(help_text="False if some amounts could not be converted.")
    unconverted = UnconvertedSerializer(many=True)
    rates_date = serializers.DateField(allow_null=True, help_text="Oldest rate used.")
    rates = RateSerializer(many=True)
    lines = AgingLineSerializer(many=True, allow_null=True, help_text="With group_by only, largest first.")
    next = serializers.URLField(allow_null=True, help_text="Address of the following lines.")
