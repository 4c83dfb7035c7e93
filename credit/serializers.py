"""Order checks as the REST API shows them: whole to who may read limits, else coarse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.bodies import declared
from core.api.fields import AmountField, amount_text
from credit.domain.check_answers import OptionCode, Unit
from credit.domain.coarse import coarse_options, coarse_rules
from credit.domain.kinds import Checkpoint, GateState, HoldKind, Result
from credit.domain.rules import RuleCode
from credit.models import OrderCheck
from credit.queries.checks import CheckView

_FIGURE = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
_FIGURES = {"type": "object", "additionalProperties": {}}


@extend_schema_field(_FIGURE)
class FigureField(serializers.Field[Any, Any, Any, Any]):
    """A number, an amount in base currency as text, a word, or nothing; ``unit`` says which."""

    def to_representation(self, value: Any) -> Any:
        """As it was stored."""
        return value


@extend_schema_field(_FIGURES)
class FiguresField(serializers.JSONField):
    """Named figures."""


class FixSerializer(serializers.Serializer[Any]):
    """What would make the rule pass."""

    code = serializers.CharField()
    params = FiguresField()


class RuleSerializer(serializers.Serializer[Any]):
    """One rule's answer. Figures that follow from limits or cover are null without ``limits:read``."""

    rule = serializers.ChoiceField([rule.value for rule in RuleCode])
    result = serializers.ChoiceField([result.value for result in Result])
    cause = serializers.CharField(help_text="Why, in one word.")
    waived = serializers.CharField(
        allow_blank=True, help_text="Why a finding does not count: excluded, prepaid, warns_only or the checkpoint."
    )
    measured = FigureField(allow_null=True)
    threshold = FigureField(allow_null=True)
    unit = serializers.ChoiceField([unit.value for unit in Unit], allow_null=True)
    age_days = serializers.IntegerField(allow_null=True, help_text="Age of the data used, in days.")
    data = FiguresField(  # type: ignore[assignment]
        allow_null=True, help_text="Data used; null without limits:read."
    )
    fix = FixSerializer(allow_null=True)


class OptionSerializer(serializers.Serializer[Any]):
    """Something that would release the order: all rules that stop it pass with it."""

    code = serializers.ChoiceField([code.value for code in OptionCode])
    params = FiguresField(help_text="Amounts in base currency; rounded up without limits:read.")


class OrderStandSerializer(serializers.Serializer[Any]):
    """The order and where it stands with credit now."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    version = serializers.IntegerField(help_text="Grows with each change of the order.")
    state = serializers.ChoiceField([state.value for state in GateState], help_text="Only approved orders may go.")


class ReservationSerializer(serializers.Serializer[Any]):
    """What the order holds of the limit."""

    currency = serializers.CharField()
    amount = AmountField()
    expires_on = serializers.DateField()


class HoldSerializer(serializers.Serializer[Any]):
    """Why the order waits."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField([kind.value for kind in HoldKind])
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Rules that stop, the deciding one first.")
    opened_at = serializers.DateTimeField()
    review_on = serializers.DateField(allow_null=True)


class CheckLineSerializer(serializers.Serializer[Any]):
    """A check in a list."""

    id = serializers.IntegerField()
    buyer = serializers.CharField(source="buyer.code")
    source = serializers.CharField(  # type: ignore[assignment]
        source="order.source", default=None, allow_null=True
    )
    external_id = serializers.CharField(source="order.external_id", default=None, allow_null=True)
    currency = serializers.CharField()
    amount = AmountField()
    checkpoint = serializers.ChoiceField([checkpoint.value for checkpoint in Checkpoint])
    is_dry_run = serializers.BooleanField()
    outcome = serializers.ChoiceField([result.value for result in Result])
    decided_by = serializers.CharField(allow_null=True)
    asked_by = serializers.CharField(source="actor_label")
    recorded_at = serializers.DateTimeField()

    def to_representation(self, instance: OrderCheck) -> dict[str, Any]:
        """No rule decides where all pass."""
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | ({"decided_by": shown["decided_by"] or None} if "decided_by" in shown else {})


class CheckSerializer(serializers.Serializer[Any]):
    """The answer to: may this order go?"""

    id = serializers.IntegerField()
    outcome = serializers.ChoiceField([result.value for result in Result], help_text="The worst result of all rules.")
    is_approved = serializers.BooleanField(
        help_text="Only true lets the order go. For a dry run: whether no rule would stop it now."
    )
    decided_by = serializers.CharField(allow_null=True, help_text="The rule that takes precedence.")
    is_dry_run = serializers.BooleanField()
    detail_level = serializers.ChoiceField(["full", "coarse"], help_text="coarse: without limits:read.")
    buyer = serializers.CharField()
    order = OrderStandSerializer(allow_null=True)
    checkpoint = serializers.ChoiceField([checkpoint.value for checkpoint in Checkpoint])
    currency = serializers.CharField()
    amount = serializers.CharField()
    base_currency = serializers.CharField()
    over_by = serializers.CharField(
        allow_null=True, help_text="By how much the blocking limit is exceeded, in base currency; null if coarse."
    )
    rules = RuleSerializer(many=True)
    options = OptionSerializer(many=True)
    exposure = FiguresField(
        allow_null=True,
        help_text="Components, limit and headroom of buyer and group before this order; null if coarse.",
    )
    reservation = ReservationSerializer(allow_null=True)
    holds = HoldSerializer(many=True)
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField()
    asked_by = serializers.CharField()


_MOMENT = serializers.DateTimeField()


def check_body(view: CheckView, *, sees_limits: bool) -> dict[str, Any]:
    """A stored check for the wire; written by hand, because it is rendered at every question."""
    check, base, reservation = view.check, str(view.check.exposure["base_currency"]), view.reservation
    return {
        "id": check.pk,
        "outcome": str(check.outcome),
        "is_approved": _is_approved(view),
        "decided_by": check.decided_by or None,
        "is_dry_run": check.is_dry_run,
        "detail_level": "full" if sees_limits else "coarse",
        "buyer": view.buyer,
        "order": declared(OrderStandSerializer).to_representation(view.order) if view.order else None,
        "checkpoint": str(check.checkpoint),
        "currency": check.currency,
        "amount": amount_text(check.amount, check.currency),
        "base_currency": base,
        **(_full(check, base) if sees_limits else _coarse(check)),
        "reservation": declared(ReservationSerializer).to_representation(reservation) if reservation else None,
        "holds": [declared(HoldSerializer).to_representation(hold) for hold in view.holds],
        "as_of": check.as_of.isoformat(),
        "known_at": _MOMENT.to_representation(check.known_at),
        "asked_by": check.actor_label,
    }


def _is_approved(view: CheckView) -> bool:
    if view.check.is_dry_run or view.order is None:
        return bool(view.check.outcome != Result.STOP)
    return view.order.state == GateState.APPROVED


_RULE = tuple(RuleSerializer().fields)


def _full(check: OrderCheck, base: str) -> dict[str, Any]:
    return {
        "over_by": amount_text(Decimal(check.exposure["over_by"]), base),
        "rules": [{name: rule.get(name) for name in _RULE} for rule in check.rules],
        "options": check.options,
        "exposure": check.exposure,
    }


def _coarse(check: OrderCheck) -> dict[str, Any]:
    return {
        "over_by": None,
        "rules": [{**rule, "data": None} for rule in coarse_rules(check.rules)],
        "options": coarse_options(check.options),
        "exposure": None,
    }
