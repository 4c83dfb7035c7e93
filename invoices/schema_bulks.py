"""What bulk operations answer, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse

from core.api.schema import write_answers


def bulk_answers(ok: Any) -> dict[Any, Any]:
    """Taken in (200), on its way as a job (202), or refused as a whole."""
    accepted = OpenApiResponse(ok, "It is on its way; Location says where to ask.")
    return {**write_answers(ok, 409, 422, 503), (202, "application/json"): accepted}
