"""What every list can be restricted by: comparisons of its columns (``amount__gte=1000``), declared once per list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

ORDERED = {"gt": "Later or more than this.", "gte": "From this on.", "lt": "Before or less.", "lte": "Up to this."}
LISTED = {"in": "One of these, with commas between."}
MOST_LISTED = 50


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$"})
class AmountParam(serializers.RegexField):
    """An amount in plain digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"\A-?[0-9]{1,15}(\.[0-9]{1,4})?\Z", **kwargs)


_WORD = {"type": "string", "pattern": r"^[^,\s\x1c-\x1f\x85]([^,]*[^,\s\x1c-\x1f\x85])?$"}


@extend_schema_field({"type": "array", "items": _WORD, "minItems": 1, "maxItems": MOST_LISTED})
class WordsParam(serializers.CharField):
    """Words with commas between."""

    def to_internal_value(self, data: Any) -> Any:
        """The words; none of them may be empty."""
        words: list[str] = super().to_internal_value(data).split(",")
        if not all(words) or len(words) > MOST_LISTED or "\0" in data:
            raise serializers.ValidationError(f"1 to {MOST_LISTED} values with commas between.")
        return words


@dataclass(frozen=True, slots=True)
class Compared:
    """A column, or an annotation, of a list's rows, and the operators that make sense for it."""

    column: str
    field: type[serializers.Field[Any, Any, Any, Any]]
    operators: Mapping[str, str]


def amount(column: str) -> Compared:
    """A column of amounts, in the currency of each row."""
    return Compared(column, AmountParam, ORDERED)


def number(column: str) -> Compared:
    """A column of whole numbers."""
    return Compared(column, serializers.IntegerField, ORDERED)


def day(column: str) -> Compared:
    """A column of days."""
    return Compared(column, serializers.DateField, ORDERED)


def moment(column: str) -> Compared:
    """A column of moments; a value needs its zone, with ``+`` as ``%2B``."""
    return Compared(column, serializers.DateTimeField, ORDERED)


def word(column: str) -> Compared:
    """A column of codes."""
    return Compared(column, WordsParam, LISTED)


def comparison_fields(comparisons: Mapping[str, Compared]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The parameters that these columns are compared by, named ``name__gt`` and so on."""
    return {
        f"{name}__{operator}": compared.field(required=False, help_text=words)
        for name, compared in comparisons.items()
        for operator, words in compared.operators.items()
    }


def taken_lookups(comparisons: Mapping[str, Compared], given: dict[str, Any]) -> dict[str, Any]:
    """The comparisons out of the checked parameters, as lookups of the rows.

    Example: with ``due_date=day("due_then")`` the parameter ``due_date__lt`` becomes ``due_then__lt``.
    """
    asked = (
        (f"{name}__{operator}", f"{compared.column}__{operator}")
        for name, compared in comparisons.items()
        for operator in compared.operators
    )
    return {lookup: given.pop(name) for name, lookup in asked if name in given}
