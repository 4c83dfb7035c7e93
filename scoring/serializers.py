"""Scores as the REST API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scoring.domain.weights import DIMENSIONS
from scoring.models import Score

POINTS = {"type": "number", "minimum": 0, "maximum": 100}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_VALUE = {
    "type": "object",
    "properties": {"value": POINTS, "coverage": SHARE},
    "required": ["value", "coverage"],
}
VALUES_SCHEMA = {
    "type": "object",
    "properties": dict.fromkeys(DIMENSIONS, _VALUE),
    "required": list(DIMENSIONS),
}


class ScoreSerializer(serializers.Serializer[Any]):
    """The score of a buyer on a day: immutable."""

    id = serializers.IntegerField()
    buyer = serializers.CharField(source="buyer.code", help_text="Code of the buyer.")
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(help_text="What had been recorded by then is in it.")
    version = serializers.CharField(help_text="Version of the scorecard.")
    score = serializers.FloatField(help_text="0 to 100.")
    grade = serializers.ChoiceField(list("ABCDE"))
    grade_before_caps = serializers.ChoiceField(list("ABCDE"))
    coverage = serializers.FloatField(help_text="Share of the inputs that were known, 0 to 1.")
    caps = serializers.ListField(child=serializers.CharField(), help_text="Codes of the caps that held.")
    values = serializers.SerializerMethodField(help_text="Value and coverage of each dimension.")
    inputs_hash = serializers.CharField(help_text="SHA-256 of the inputs.")

    @extend_schema_field(VALUES_SCHEMA)
    def get_values(self, score: Score) -> dict[str, dict[str, float]]:
        """By dimension."""
        return {
            name: {"value": float(getattr(score, name)), "coverage": float(getattr(score, f"{name}_coverage"))}
            for name in DIMENSIONS
        }


class ReasonSerializer(serializers.Serializer[Any]):
    """What a reason took away: the value of a dimension is 100 − the points of all its reasons."""

    code = serializers.CharField()
    points = serializers.FloatField(help_text="Points of 100; a negative one gives points back.")


class DimensionSerializer(serializers.Serializer[Any]):
    """One dimension with its reasons and the facts it stands on."""

    name = serializers.ChoiceField(list(DIMENSIONS))
    weight = serializers.FloatField()
    value = serializers.FloatField()
    coverage = serializers.FloatField()
    reasons = ReasonSerializer(many=True)
    evidence = serializers.JSONField(help_text="The inputs, as they were known.")


class CapSerializer(serializers.Serializer[Any]):
    """A fact that limits the grade, whatever the sum."""

    code = serializers.CharField()
    grade = serializers.ChoiceField(list("ABCDE"), help_text="Best grade that it leaves.")
    binds = serializers.BooleanField(help_text="True if the sum alone would have given a better one.")


class ScoreDetailSerializer(ScoreSerializer):
    """A score with everything it stands on."""

    dimensions = serializers.SerializerMethodField()
    held_caps = serializers.SerializerMethodField()

    @extend_schema_field(DimensionSerializer(many=True))
    def get_dimensions(self, score: Score) -> list[dict[str, Any]]:
        """In the order of the scorecard."""
        parts: Mapping[str, Any] = self.context["explanation"]["dimensions"]
        return [{"name": name, **parts[name]} for name in DIMENSIONS]

    @extend_schema_field(CapSerializer(many=True))
    def get_held_caps(self, score: Score) -> list[dict[str, Any]]:
        """With what each did."""
        caps: list[dict[str, Any]] = self.context["explanation"]["caps"]
        return caps
