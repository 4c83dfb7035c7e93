"""Bodies of requests: declared once as a serializer, checked strictly, shown in the schema as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from core.api.problems import ParameterError, nearest
from core.errors import DomainError

Declared = TypeVar("Declared", bound=serializers.Serializer[Any])

_PLAIN = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)


@cache
def declared(kind: type[Declared]) -> Declared:
    """One instance for all requests: its fields are copied once, and reading with it leaves nothing in it."""
    return kind()


class Body(serializers.Serializer[Any]):
    """Base of what an endpoint is sent."""


class NothingBody(Body):
    """An empty object."""


@extend_schema_field({"oneOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "number"}]})
class PlainDecimalField(serializers.Field[Decimal, Any, str, Any]):
    """A number written out, best as text: ``"80000.00"``; no exponent, no NaN, at most 20 digits before the point.

    Raises the domain's ``code``, so that a number that cannot be one and a number that makes no sense are one error.
    """

    def __init__(self, *, code: str, decimals: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code, self.decimals = code, decimals

    def to_internal_value(self, data: Any) -> Decimal:
        """The number; a negative zero is 0."""
        is_number = isinstance(data, str | int | Decimal) and not isinstance(data, bool)
        text = str(data) if is_number else ""
        value = Decimal(text) if _PLAIN.fullmatch(text) else None
        if value is None or -_exponent(value) > self.decimals:
            raise DomainError(
                self.code,
                _("%(name)s is not a number that can be used.") % {"name": self.field_name},
                {
                    "field": self.field_name,
                    "value": str(data)[:60],
                    "fix": _("Write plain digits with at most %(count)s decimals.") % {"count": self.decimals},
                },
            )
        return value or Decimal(0)

    def to_representation(self, value: Decimal) -> str:
        """The number as text."""
        return f"{value:f}"


@extend_schema_field({"oneOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "number"}]})
class SignedDecimalField(PlainDecimalField):
    """The same for what may be below zero."""


class CodeField(serializers.ChoiceField):
    """One of a set of words; another one raises the domain's ``code``."""

    def __init__(self, choices: Any, *, code: str, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.code = code

    def to_internal_value(self, data: Any) -> Any:
        """The word."""
        if not isinstance(data, str) or data not in self.choices:
            raise DomainError(
                self.code,
                _("%(name)s is not known.") % {"name": self.field_name},
                {
                    "field": self.field_name,
                    "value": str(data)[:60],
                    "fix": _("One of: %(known)s.") % {"known": ", ".join(map(str, self.choices))},
                },
            )
        return data


def parse_body(request: Request, kind: type[Body]) -> dict[str, Any]:
    """The checked values.

    Raises ``body_invalid``, ``field_unknown``, ``field_missing`` and ``field_invalid`` as 400 problems, and the codes
    of the fields that have their own.
    """
    given = request.data
    if not isinstance(given, dict):
        raise ParameterError(code="body_invalid", detail=_("The body must be one JSON object."), field=None)
    body = declared(kind)
    _check_names(given, body.fields)
    try:
        return dict(body.run_validation(given))
    except serializers.ValidationError as error:
        raise _invalid(cast(Mapping[str, Any], error.detail), given) from None


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _check_names(given: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    for name in given:
        if name not in fields:
            raise ParameterError(
                code="field_unknown",
                detail=_("The body has no field %(name)r; it has: %(known)s.")
                % {"name": name[:60], "known": ", ".join(fields)},
                field=name[:60],
                fix=nearest(name, fields),
            )


def _invalid(errors: Mapping[str, Any], given: Mapping[str, Any]) -> ParameterError:
    name, messages = next(iter(errors.items()))
    message = _first_message(messages)
    code = getattr(message, "code", "invalid")
    if code == "required" and isinstance(messages, list) and message is messages[0]:
        return ParameterError(code="field_missing", detail=_("%(name)s is required.") % {"name": name}, field=name)
    detail = f"{name}: {message}"
    return ParameterError(code="field_invalid", detail=detail, field=name, value=_shown(given.get(name)))


def _first_message(found: Any) -> Any:
    """The first message of a field's errors; those of nested fields stand in mappings and lists of them."""
    while isinstance(found, Mapping | list):
        inner = found.values() if isinstance(found, Mapping) else found
        found = next(one for one in inner if one)
    return found


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)[:60]
