"""Query parameters: declared once as a serializer, checked strictly, shown in the schema as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from core import house
from core.api.bodies import declared
from core.api.comparing import Compared, comparison_fields
from core.api.pagination import MAX_PAGE_SIZE, PAGE_SIZE
from core.api.problems import ParameterError, nearest

EARLIEST_YEAR = 1970


class Params(serializers.Serializer[Any]):
    """Base of an endpoint's query parameters."""

    # Columns of the list's rows that callers may compare: ``{"amount": amount("amount")}``.
    comparisons: ClassVar[Mapping[str, Compared]] = {}
    # Parameters on their way out, each with the one to use instead, since when, and until when they work.
    retired: ClassVar[Mapping[str, str]] = {}
    retired_since: ClassVar[date]
    retired_until: ClassVar[date]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Those declared, and those of the comparisons."""
        return {**super().get_fields(), **comparison_fields(self.comparisons)}


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class MembersField(serializers.CharField):
    """Names of members; which ones there are, the rows know."""

    def to_internal_value(self, data: Any) -> Any:
        """The names."""
        return tuple(super().to_internal_value(data).split(","))


class PageParams(Params):
    """Parameters of a paged list."""

    cursor = serializers.CharField(required=False, help_text="Taken from the links next and previous.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGE_SIZE, default=PAGE_SIZE, help_text="Rows on a page."
    )
    fields = MembersField(  # type: ignore[assignment]
        required=False, help_text="Only these members of each row, with commas between. Default: all."
    )


class DayField(serializers.DateField):
    """A day that has come."""

    def to_internal_value(self, value: Any) -> date:
        """The day; a future one is refused."""
        day: date = super().to_internal_value(value)
        if day > house.today():
            raise serializers.ValidationError(_("This day has not come yet."), code="date_in_future")
        return day


class MomentField(serializers.DateTimeField):
    """A moment at which something may have been recorded: clocks before 1970 had offsets that RFC 3339 cannot write."""

    def to_internal_value(self, value: Any) -> datetime:
        """The moment; one before 1970 is refused."""
        moment: datetime = super().to_internal_value(value)
        if moment.year < EARLIEST_YEAR:
            raise serializers.ValidationError(_("Nothing was recorded before 1970."), code="moment_too_early")
        return moment


class MomentParams(Params):
    """Of which day, as known when."""

    as_of = DayField(required=False, help_text="Day that the figures are of, YYYY-MM-DD. Default: today.")
    known_at = MomentField(
        required=False, help_text="Only what had been recorded by this moment, with its zone. Default: everything."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both are always given to the query."""
        return {"known_at": None, **attrs, "as_of": attrs.get("as_of") or house.today()}


def parse_params(request: Request, kind: type[Params]) -> dict[str, Any]:
    """The checked values.

    Raises ``parameter_unknown``, ``parameter_repeated`` or ``parameter_invalid`` as 400 problems.
    """
    given = request.query_params
    params = declared(kind)
    _check_names(given, params.fields)
    try:
        return dict(params.run_validation(dict(given.items())))
    except serializers.ValidationError as error:
        raise _invalid(cast(Mapping[str, Any], error.detail), given) from None


def _check_names(given: Any, fields: Mapping[str, Any]) -> None:
    for name in given:
        if name not in fields:
            raise _unknown(name, sorted(fields))
        if len(given.getlist(name)) > 1:
            raise ParameterError(
                code="parameter_repeated", detail=_("Give %(name)s once.") % {"name": name}, field=name
            )


def _unknown(name: str, known: list[str]) -> ParameterError:
    return ParameterError(
        code="parameter_unknown",
        detail=_("This endpoint has no parameter %(name)r; it has: %(known)s.")
        % {"name": name, "known": ", ".join(known)},
        field=name,
        fix=nearest(name, known),
    )


_CODES = {"page_size": "page_size_invalid"}
# Errors of a field or of several together that callers decide by.
_OWN_CODES = {"currency_unknown", "date_in_future", "moment_too_early", "parameters_exclude"}


def _invalid(errors: Mapping[str, Any], given: Mapping[str, str]) -> ParameterError:
    name, messages = next(iter(errors.items()))
    code = getattr(messages[0], "code", "invalid")
    return ParameterError(
        code=_CODES.get(name) or (code if code in _OWN_CODES else "parameter_invalid"),
        detail=f"{name}: {messages[0]}",
        field=name,
        value=given.get(name),
        fix=_("Required.") if code == "required" else None,
    )
