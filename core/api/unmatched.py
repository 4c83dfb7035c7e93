"""Answers for what no view answers: unknown addresses under /api/, and our own defects."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, is_valid_path
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from core.api.problems import Problem, respond


@csrf_exempt
def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 as a problem; an address that only lacks its last slash is named."""
    slashed = f"{request.path_info}/"
    known = not rest.endswith("/") and _is_answered(slashed)
    fix = slashed if known else "/api/docs/"
    return respond(request, Problem(404, "not_found", _("There is nothing at this address."), fix=fix))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 as a problem under /api/, as a page elsewhere; Django has logged the traceback with the request id."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    detail = _("This is our fault, not yours. Report the request_id; sending the same request again is safe.")
    return respond(request, Problem(500, "server_error", detail))


def _is_answered(path: str) -> bool:
    match = is_valid_path(path)
    return isinstance(match, ResolverMatch) and match.func is not not_found
