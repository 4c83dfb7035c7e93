"""What is on its way out says so in every answer that it was used for: Deprecation (RFC 9745) and Sunset (RFC 8594)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.utils.http import http_date
from rest_framework.response import Response

GUIDE = "/api/docs/"


def say_retired(response: Response, *, since: date, until: date) -> None:
    """Since when it should no longer be used, and until when it works.

    Example: since 2026-11-22 gives ``Deprecation: @1795305600``.
    """
    response["Deprecation"] = f"@{_stamp(since)}"
    response["Sunset"] = http_date(_stamp(until))
    response["Link"] = f'<{GUIDE}>; rel="deprecation"; type="text/html"'


def _stamp(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
