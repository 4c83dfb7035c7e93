"""Query parameters of the scores."""

from __future__ import annotations

from rest_framework import serializers

from core.api.comparing import word
from core.api.params import MomentParams, PageParams


class ScoreParams(PageParams, MomentParams):
    """Whose latest scores on which day."""

    comparisons = {
        "buyer": word("code"),
    }

    buyer = serializers.CharField(required=False, max_length=60, help_text="Code of a buyer.")
