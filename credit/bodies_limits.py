"""What callers send about limits: requests, signatures, refusals, and which ones a list holds."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.bodies import Body, CodeField, PlainDecimalField
from core.api.comparing import amount, day, moment, word
from core.api.params import PageParams
from credit.domain.kinds import LimitKind, RequestState
from credit.services.requests import LONGEST_REASON

_KINDS = [kind.value for kind in LimitKind]


class OwnerParams(PageParams):
    """Whose: a buyer's account, a group's, or all."""

    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
    group = serializers.CharField(required=False, max_length=60, help_text="Code of a group that shares a limit.")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """An account is a buyer's or a group's."""
        if "buyer" in attrs and "group" in attrs:
            problem = serializers.ErrorDetail(_("Name a buyer or a group, not both."), code="parameters_exclude")
            raise serializers.ValidationError({"group": problem})
        return attrs


class LimitListParams(OwnerParams):
    """Which limits."""

    comparisons = {
        "amount": amount("amount"),
        "currency": word("currency"),
        "valid_from": day("valid_from"),
        "valid_to": day("valid_to"),
        "recorded_at": moment("recorded_at"),
    }

    kind = serializers.ChoiceField(_KINDS, required=False)
    as_of = serializers.DateField(
        required=False, help_text="Only limits in force on this day, which may lie ahead. Default: all versions."
    )


class RequestListParams(OwnerParams):
    """Which requests."""

    comparisons = {
        "amount": amount("amount"),
        "currency": word("currency"),
        "valid_from": day("valid_from"),
        "requested_at": moment("requested_at"),
        "decided_at": moment("decided_at"),
    }

    state = serializers.ChoiceField([state.value for state in RequestState], required=False)


class LimitRequestBody(Body):
    """A limit that somebody asks for. Name the buyer or the group whose account it is."""

    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of the buyer.")
    group = serializers.CharField(required=False, max_length=60, help_text="Code of the group.")
    kind = CodeField(_KINDS, code="limit_invalid", required=False, default=LimitKind.OWN.value)
    currency = serializers.CharField(max_length=3, help_text="ISO 4217; any currency.")
    amount = PlainDecimalField(code="limit_invalid", help_text='As text, e.g. "500000.00".')
    valid_from = serializers.DateField(required=False, help_text="First day. Default: today.")
    valid_to = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Last day; a temporary limit needs one."
    )
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ApproveBody(Body):
    """A signature."""

    comment = serializers.CharField(required=False, max_length=LONGEST_REASON, default="")
    acting_for = serializers.CharField(
        required=False, max_length=150, help_text="User name of the person whom you stand in for today."
    )


class RefuseBody(ApproveBody):
    """A refusal."""

    comment = serializers.CharField(max_length=LONGEST_REASON, help_text="Why.")
