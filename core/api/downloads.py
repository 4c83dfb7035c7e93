"""Files that go out as they came in: never shown by a browser, whatever they call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rest_framework.renderers import BaseRenderer, JSONRenderer

OCTETS = "application/octet-stream"
# What a browser cannot run; everything else goes out as mere bytes.
_HARMLESS = frozenset({"application/pdf", "image/png", "image/jpeg", "text/csv"})


def download(data: bytes, *, name: str, media_type: str = "") -> HttpResponse:
    """The bytes as a file to be saved under ``name``, which may be hostile."""
    found = media_type.partition(";")[0].strip().lower()
    response = HttpResponse(data, content_type=found if found in _HARMLESS else OCTETS)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


class AnyRenderer(BaseRenderer):
    """Lets a caller ask for any kind of file; refusals are JSON all the same."""

    media_type = "*/*"
    format = "file"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Only refusals are rendered here."""
        rendered: bytes = JSONRenderer().render(data)
        return rendered
