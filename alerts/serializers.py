"""Alerts as the REST API shows them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.domain.states import PROPOSED_ACTIONS, Rule, SubjectType
from alerts.filters import RULES, STATES
from alerts.labels import proposed_action
from alerts.models import Alert
from alerts.queries.alerts import shown_evidence
from alerts.queries.then import told_by
from core.access.scope import Scope
from core.api.fields import AMOUNT_SCHEMA, amount_text


class SubjectSerializer(serializers.Serializer[Alert]):
    """What the alert is about."""

    type = serializers.ChoiceField([kind.value for kind in SubjectType], source="subject_type")
    buyer = serializers.CharField(source="buyer.code", default=None, allow_null=True, help_text="Code of the buyer.")
    group = serializers.CharField(source="group.code", default=None, allow_null=True, help_text="Code of the group.")
    country = serializers.SerializerMethodField(help_text="ISO 3166 alpha-2 code.")

    def get_country(self, alert: Alert) -> str | None:
        """The key, if it is a country's."""
        return alert.subject_key if alert.subject_type == SubjectType.COUNTRY else None


class AlertSerializer(serializers.Serializer[Alert]):
    """One episode: its cause began on ``opened_on`` and holds until ``closed_on``."""

    id = serializers.IntegerField()
    rule = serializers.ChoiceField(RULES)
    subject = SubjectSerializer(source="*")
    state = serializers.SerializerMethodField()
    severity = serializers.SerializerMethodField(help_text="1 look, 2 act, 3 act today.")
    amount = serializers.SerializerMethodField(help_text="Money at stake in base currency, null if unknown.")
    currency = serializers.SerializerMethodField(help_text="The base currency.")
    evidence = serializers.SerializerMethodField(help_text="The figures that fired the rule.")
    proposed_action = serializers.SerializerMethodField(help_text="Stable code of what to do.")
    proposed_words = serializers.SerializerMethodField(help_text="The same in words.")
    opened_on = serializers.DateField()
    last_seen_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    assignee = serializers.CharField(source="assignee.username", default=None, allow_null=True)
    snoozed_until = serializers.DateField(allow_null=True)

    @extend_schema_field({"type": "string", "enum": STATES})
    def get_state(self, alert: Alert) -> str:
        """Of the day asked for, else of today."""
        return told_by(alert).state

    def get_severity(self, alert: Alert) -> int:
        """Of the day asked for, else of today."""
        return told_by(alert).severity

    @extend_schema_field({"oneOf": [AMOUNT_SCHEMA, {"type": "null"}]})
    def get_amount(self, alert: Alert) -> str | None:
        """With the minor digits of the base currency."""
        amount = told_by(alert).amount_base
        return None if amount is None else amount_text(amount, settings.BASE_CURRENCY)

    def get_currency(self, alert: Alert) -> str:
        """Alerts are raised in the firm's base currency."""
        return str(settings.BASE_CURRENCY)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_evidence(self, alert: Alert) -> dict[str, Any]:
        """As the caller may see it."""
        scope: Scope = self.context["view"].scope
        return shown_evidence(told_by(alert).evidence, rule=alert.rule, scope=scope)

    @extend_schema_field({"type": "string", "enum": sorted({action.value for action in PROPOSED_ACTIONS.values()})})
    def get_proposed_action(self, alert: Alert) -> str:
        """By rule."""
        return PROPOSED_ACTIONS[Rule(alert.rule)].value

    def get_proposed_words(self, alert: Alert) -> str:
        """In the language asked for."""
        return str(proposed_action(alert.rule))
