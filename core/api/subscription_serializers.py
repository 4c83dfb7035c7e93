"""Subscriptions to messages and their log, as the REST API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.domain.outbox import Channel, DeliveryState, SubscriptionState


class SubscriptionSerializer(serializers.Serializer[Any]):
    """A subscription as the administration sees it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    channel = serializers.ChoiceField([channel.value for channel in Channel])
    url = serializers.CharField(help_text="Empty for mail: it goes to the owner's address.")
    kinds = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField(help_text="In whose name: only what this person may read is sent.")
    is_owner_active = serializers.BooleanField()
    state = serializers.ChoiceField([SubscriptionState.ACTIVE.value, SubscriptionState.PAUSED.value])
    rests_until = serializers.DateTimeField(allow_null=True, help_text="Nobody answers there: no attempt before.")
    created_at = serializers.DateTimeField()
    pending = serializers.IntegerField()
    dead = serializers.IntegerField(help_text="Given up; they wait to be replayed.")
    last_delivered_at = serializers.DateTimeField(allow_null=True)


class SubscribedSerializer(SubscriptionSerializer):
    """The same with its secret, this once."""

    secret = serializers.CharField(allow_blank=True, help_text="Shown this once; empty for mail.")


class DeliverySerializer(serializers.Serializer[Any]):
    """A line of the log; what the message said is not for those who administer it."""

    id = serializers.IntegerField()
    subscription = serializers.IntegerField(source="subscription_id")
    uid = serializers.CharField(source="message.uid", help_text="The receiver's webhook-id.")
    kind = serializers.CharField(source="message.kind")
    subject = serializers.CharField()
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField([state.value for state in DeliveryState])
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField()
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the last answer.")
    excerpt = serializers.CharField(help_text="Beginning of the last answer, or why none came.")
    delivered_at = serializers.DateTimeField(allow_null=True)


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many are sent again."""

    deliveries = serializers.IntegerField()
