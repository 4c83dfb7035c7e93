"""The OpenAPI document: how keys are sent, what problems look like, and the pages that show it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from core.api.problems import CONTENT_TYPE


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """``Authorization: Api-Key <key>``."""

    target_class = "core.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The security scheme of the document."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A key of the scope that the operation asks for, written as `Api-Key <key>`.",
        }


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details; the codes are listed in docs/api.md."""

    type = serializers.CharField(help_text="URN of the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What was wrong, in words, in the language asked for.")
    code = serializers.CharField(help_text="Stable; decide by this.")
    field = serializers.CharField(required=False, help_text="The parameter that was wrong.")
    value = serializers.JSONField(required=False, help_text="What was given.")
    fix = serializers.CharField(required=False, help_text="What would be right.")
    instance = serializers.CharField(help_text="The address asked.")
    request_id = serializers.CharField(help_text="Under which our logs know the request.")


_MEANINGS = {
    400: "A parameter is unknown, given twice or has a bad value.",
    401: "No key, or one that is unknown, revoked or expired.",
    403: "The key's scopes or the person's role do not allow it.",
    404: "There is no such thing, or it lies outside what the caller may see.",
    406: "Only application/json is offered.",
    409: "It contradicts what is on record, or that has moved meanwhile.",
    412: "It is no longer the version that If-Match names.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The question cannot be answered, e.g. there is no exchange rate.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "There is no answer, so nothing is approved; nothing was stored. Send the same request again.",
}


def answers(ok: Any, *problems: int) -> dict[Any, Any]:
    """Responses of an operation: the good one, those that every read may give, and ``problems`` besides."""
    statuses = sorted({400, 401, 403, 406, 429, *problems})
    failing = {(status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, _MEANINGS[status]) for status in statuses}
    return {(200, "application/json"): OpenApiResponse(ok, "What was asked for."), **failing}


def write_answers(ok: Any, *problems: int, created: bool = False) -> dict[Any, Any]:
    """Responses of an operation with a body; ``created``: what was made (201), or only thought through (200)."""
    found = answers(ok, 413, 415, *problems)
    made = {(201, "application/json"): OpenApiResponse(ok, "What was recorded.")} if created else {}
    return {**found, **made}


ETAG_SCHEMA = {"type": "string", "pattern": r'^(W/)?"[0-9]{1,9}\.[0-9]{1,9}"$', "examples": ['"3.7"']}
# Headers of good answers.
ETAG = OpenApiParameter(
    "ETag",
    ETAG_SCHEMA,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="The version that was answered; send it in If-Match to change just this one.",
)
LOCATION = OpenApiParameter(
    "Location",
    {"type": "string", "format": "uri-reference"},
    OpenApiParameter.HEADER,
    response=[200, 201, 202],
    description="Where to read it again.",
)


def key_parameter(*, is_required: bool = True) -> OpenApiParameter:
    """The header under which a request may be sent again."""
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "pattern": '^"?[!#-~]{1,200}"?$', "minLength": 1, "maxLength": 202},
        OpenApiParameter.HEADER,
        required=is_required,
        description="A new unique key, e.g. a UUID, for each new request; the same one when it is sent again.",
    )


IF_MATCH = OpenApiParameter(
    "If-Match",
    ETAG_SCHEMA,
    OpenApiParameter.HEADER,
    description="ETag of the answer that this is decided on; 412 or 409 if it has changed since.",
)


def page_of(row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The shape of one page of rows."""
    name = row.__name__.removesuffix("Serializer")
    links = {side: _link(f"Address of the {side} page, null if there is none.") for side in ("next", "previous")}
    fields: dict[str, Any] = {**links, "results": row(many=True)}
    return inline_serializer(f"{name}Page", fields)


def _link(words: str) -> serializers.URLField:
    return serializers.URLField(allow_null=True, help_text=words)


class SchemaView(SpectacularAPIView):
    """The document itself; it holds no data of the firm."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    throttle_classes: list[Any] = []


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI under the strict content security policy: our template has no inline style or script."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    throttle_classes: list[Any] = []
    template_name = "api/docs.html"
    url_name = "api-schema"
