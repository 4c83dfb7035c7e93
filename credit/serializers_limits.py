"""Limits and requests for limits as the REST API shows them: whole to who may read limits, else coarse."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField, amount_text
from core.domain.roles import Role
from credit.domain.kinds import LimitKind, RequestState, Verdict
from credit.models import LimitDecision, LimitRequest
from credit.queries.requests import RequestDetail
from credit.serializers import FiguresField

_KINDS = [kind.value for kind in LimitKind]


class OfAccountSerializer(serializers.Serializer[Any]):
    """Something of a buyer's account or of a group's: the other one is null."""

    id = serializers.IntegerField()
    buyer = serializers.CharField(source="account.buyer.code", default=None, allow_null=True)
    group = serializers.CharField(source="account.group.code", default=None, allow_null=True)


class CreditLimitSerializer(OfAccountSerializer):
    """A version of a limit."""

    kind = serializers.ChoiceField(_KINDS)
    currency = serializers.CharField()
    amount = AmountField(help_text="0 takes the limit away.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text="Last day; null: without end.")
    reason = serializers.CharField(allow_blank=True)
    request = serializers.IntegerField(source="request_id", allow_null=True, help_text="Request that it follows from.")
    recorded_by = serializers.CharField(source="recorded_by.username", default=None, allow_null=True)
    recorded_at = serializers.DateTimeField()


class LimitRequestLineSerializer(OfAccountSerializer):
    """A request in a list."""

    kind = serializers.ChoiceField(_KINDS)
    currency = serializers.CharField()
    amount = AmountField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    state = serializers.ChoiceField([state.value for state in RequestState])
    requested_by = serializers.CharField(source="requested_by.username")
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class SignatureSerializer(serializers.Serializer[Any]):
    """What one person said."""

    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])
    by = serializers.CharField()
    acting_for = serializers.CharField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class SignaturesSerializer(serializers.Serializer[Any]):
    """How far the delegation of authority is fulfilled."""

    needed = serializers.IntegerField()
    given = serializers.IntegerField()
    next_roles = serializers.ListField(
        child=serializers.ChoiceField([role.value for role in Role]), help_text="Roles that could sign next."
    )
    decisions = SignatureSerializer(many=True)


class LimitRequestSerializer(LimitRequestLineSerializer):
    """One request. What follows from cover is null without ``limits:read``."""

    detail_level = serializers.ChoiceField(["full", "coarse"], help_text="coarse: without limits:read.")
    base_currency = serializers.CharField(allow_null=True)
    uninsured = serializers.CharField(
        allow_null=True, help_text="What it counts for before the delegation of authority, in base currency."
    )
    recommendation = FiguresField(allow_null=True, help_text="The four methods with their inputs, and the binding one.")
    signatures = SignaturesSerializer(allow_null=True)
    is_intact = serializers.BooleanField(
        allow_null=True, help_text="False: its facts were altered in the database; it cannot be signed."
    )


def request_body(found: RequestDetail) -> dict[str, Any]:
    """The request for the wire; the query has left out what its reader must not see."""
    line: dict[str, Any] = dict(LimitRequestLineSerializer(found.request).data)
    return line | (_coarse() if found.progress is None else _full(found.request, found))


def _coarse() -> dict[str, Any]:
    hidden = ("base_currency", "uninsured", "recommendation", "signatures", "is_intact")
    return {"detail_level": "coarse", **dict.fromkeys(hidden)}


def _full(row: LimitRequest, found: RequestDetail) -> dict[str, Any]:
    progress, base = found.progress, row.facts["base_currency"]
    assert progress is not None  # noqa: S101 - who sees a request whole sees how far it is
    return {
        "detail_level": "full",
        "base_currency": base,
        "uninsured": amount_text(row.uninsured, base),
        "recommendation": row.recommendation,
        "signatures": {
            "needed": progress.needed,
            "given": progress.given,
            "next_roles": [role.value for role in progress.roles],
            "decisions": [_signature(decision) for decision in found.decisions],
        },
        "is_intact": found.is_intact,
    }


def _signature(decision: LimitDecision) -> dict[str, Any]:
    return {
        "verdict": str(decision.verdict),
        "by": decision.actor.username,
        "acting_for": decision.acting_for.username if decision.acting_for else None,
        "comment": decision.comment,
        "decided_at": serializers.DateTimeField().to_representation(decision.decided_at),
    }
