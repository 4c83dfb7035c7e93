"""One shape for everything that goes wrong: RFC 9457 ``application/problem+json``.

``code`` is stable and listed in docs/api.md; ``field``, ``value`` and ``fix`` say what was wrong and what is right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import DomainError
from core.language import in_language

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:duewatch:problem:"
_NAMED = ("field", "value", "fix")
# A rule that says when to come back; it goes out as a header.
_WAIT = "retry_after"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a client is told; ``extra`` holds further members, e.g. ``errors`` or ``allowed``."""

    status: int
    code: str
    detail: str
    field: str | None = None
    value: Any = None
    fix: str | None = None
    extra: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def body(self, *, instance: str) -> dict[str, Any]:
        """The JSON members; those that say nothing are left out."""
        named = {name: getattr(self, name) for name in _NAMED if getattr(self, name) is not None}
        return {
            "type": TYPE_PREFIX + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **named,
            **(self.extra or {}),
            "instance": instance,
            "request_id": request_id(),
        }


class ProblemError(exceptions.APIException):
    """A refusal that belongs to the request itself and not to a rule of the house."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail, problem.code)
        self.status_code = problem.status
        self.problem = problem


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Which of the known names was probably meant: the fix of an unknown one."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), None)


class ParameterError(ProblemError):
    """A parameter or a field that cannot be answered: unknown, repeated or with a bad value."""

    def __init__(self, *, code: str, detail: str, field: str | None, value: Any = None, fix: str | None = None) -> None:
        super().__init__(Problem(400, code, detail, field, value, fix))


def request_id() -> str:
    """The id under which the logs know this request; empty outside one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None (a defect of ours) is left to :func:`server_error`."""
    problem = problem_of(error)
    if problem is None:
        return None
    body = problem.body(instance=context["request"].path)
    return Response(body, status=problem.status, headers=dict(problem.headers or {}), content_type=CONTENT_TYPE)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception stands for; None if it is none that a client can act upon."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, Http404):
        return Problem(404, "not_found", _("There is nothing at this address, or you may not see it."))
    if isinstance(error, PermissionDenied):
        return Problem(403, "permission_denied", str(error) or _("You may not do this."))
    if isinstance(error, ProblemError):
        return error.problem
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_domain(error: DomainError) -> Problem:
    extra = {name: value for name, value in error.params.items() if name not in (*_NAMED, _WAIT)}
    field, value, fix = (error.params.get(name) for name in _NAMED)
    headers = {"Retry-After": str(error.params[_WAIT])} if _WAIT in error.params else None
    return Problem(error.status, error.code, in_language(error.message), field, value, fix, extra, headers)


def _of_framework(error: exceptions.APIException) -> Problem:
    code = error.get_codes()
    return Problem(
        status=error.status_code,
        code=code if isinstance(code, str) else "invalid",
        detail=_detail(error),
        extra=_extra(error),
        headers=_headers(error),
    )


def _detail(error: exceptions.APIException) -> str:
    return str(error.detail) if isinstance(error.detail, str) else _("The request is not valid.")


def _extra(error: exceptions.APIException) -> dict[str, Any]:
    return {} if isinstance(error.detail, str) else {"errors": error.detail}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    challenge, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return headers if wait is None else {**headers, "Retry-After": str(int(wait) + 1)}


def respond(request: HttpRequest, problem: Problem) -> JsonResponse:
    """A problem outside of a DRF view."""
    body = problem.body(instance=request.path)
    return JsonResponse(body, status=problem.status, headers=dict(problem.headers or {}), content_type=CONTENT_TYPE)
