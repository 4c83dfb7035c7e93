"""Query parameters of the alerts."""

from __future__ import annotations

from rest_framework import serializers

from alerts.domain.states import AlertState, Rule
from core.api.comparing import day, word
from core.api.params import DayField, PageParams

STATES = [state.value for state in AlertState]
RULES = [rule.value for rule in Rule]


class AlertParams(PageParams):
    """Which alerts."""

    comparisons = {
        "rule": word("rule"),
        "opened_on": day("opened_on"),
        "last_seen_on": day("last_seen_on"),
    }

    state = serializers.ChoiceField(
        STATES, required=False, help_text="Default: those that live (open, acknowledged, snoozed)."
    )
    rule = serializers.ChoiceField(RULES, required=False)
    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
    as_of = DayField(required=False, help_text="Those that lived on this day, with their state then.")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """The state of today and a past day are two questions."""
        if "as_of" in attrs and "state" in attrs:
            problem = "Ask for a state without as_of: it is the state of today."
            raise serializers.ValidationError({"state": serializers.ErrorDetail(problem, code="parameters_exclude")})
        return attrs
