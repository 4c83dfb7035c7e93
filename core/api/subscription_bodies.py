"""What administrators send about subscriptions, and what they ask of the log."""

from __future__ import annotations

from rest_framework import serializers

from core.api.bodies import Body
from core.api.comparing import number, word
from core.api.params import PageParams
from core.domain.outbox import Channel, DeliveryState, MessageKind

KINDS = [kind.value for kind in MessageKind if kind is not MessageKind.TEST]
LONGEST_GRACE_DAYS = 30


class SubscriptionBody(Body):
    """Who wants to be told what."""

    name = serializers.CharField(max_length=80)
    channel = serializers.ChoiceField([channel.value for channel in Channel], default=Channel.WEBHOOK.value)
    url = serializers.CharField(required=False, max_length=500, default="", help_text="For webhooks: https://.")
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS), min_length=1)
    owner = serializers.CharField(max_length=150, help_text="User name of the person in whose name it is sent.")


class RotateBody(Body):
    """How long the former secret signs too."""

    grace_days = serializers.IntegerField(required=False, min_value=0, max_value=LONGEST_GRACE_DAYS, default=1)


class DeliveryParams(PageParams):
    """Which lines of the log."""

    comparisons = {"kind": word("message__kind"), "subject": word("subject"), "attempts": number("attempts")}

    state = serializers.ChoiceField([state.value for state in DeliveryState], required=False)
    kind = serializers.ChoiceField([kind.value for kind in MessageKind], required=False)
    subject = serializers.CharField(required=False, max_length=80)
