"""Reading a JSON body exactly: numbers stay decimal, nothing comes twice, nothing is endless."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from core.api.problems import ParameterError, Problem, ProblemError
from core.api.streams import body_pieces

MAX_BODY_BYTES = 256 * 1024


class ExactJSONParser(BaseParser):
    """JSON in UTF-8 of at most 256 KiB unpacked; 0.1 is read as 0.1 and not as the float next to it.

    Raises ``body_invalid`` (400) for what is no JSON, for NaN and Infinity and for a name that comes twice, and
    ``body_too_large`` (413), and what :func:`core.api.streams.body_pieces` raises.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value, objects as dictionaries."""
        content = _whole((parser_context or {})["request"])
        try:
            text = content.decode()
            found = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_once)
            if "\\u" in text:  # half a character may have been escaped into it
                json.dumps(found, ensure_ascii=False, default=str).encode()
            return found
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise _invalid(str(error)) from error


class StreamParser(BaseParser):
    """Leaves the body, of whatever type, to the view that reads it piece by piece.

    Without it the check of a person's CSRF token, which looks into forms, would read a bulk to its end.
    """

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Nothing."""
        return {}


def _whole(request: Request) -> bytes:
    content = bytearray()
    for piece in body_pieces(request):
        content += piece
        if len(content) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(content)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice in one object")
    return found


def _invalid(why: str) -> APIException:
    detail = _("The body is not valid JSON: %(why)s.") % {"why": why}
    return ParameterError(code="body_invalid", detail=detail, field=None, fix=_("Send one JSON object in UTF-8."))


def _too_large() -> APIException:
    detail = _("The body has more than %(limit)s bytes.") % {"limit": MAX_BODY_BYTES}
    return ProblemError(Problem(413, "body_too_large", detail))
