"""``Idempotency-Key``: the same request again gets the same answer, whatever it did."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import CONTENT_TYPE, ParameterError, problem_of
from core.errors import DomainError
from core.models import ApiClient, User
from core.services.idempotency import Answer, Keyed, Refused, answer_once, try_again

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
JSON = "application/json"
# Printable ASCII; a quoted string, as the draft of the IETF has it, is the same key.
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,200})"?', re.ASCII)
# Kept and sent again besides the body.
_KEPT = ("Content-Type", "ETag", "Location")


def answered_once(
    request: Request, work: Callable[[], Response], *, is_required: bool = True, content: str | None = None
) -> HttpResponse:
    """What ``work`` answers, done once for the key of this caller; ``content`` stands for a body that was streamed.

    A refusal by a rule (below 500) is an answer too and is kept; a failure is not, and may be tried again. Raises
    ``idempotency_key_missing``, ``idempotency_key_invalid``, ``idempotency_key_reused``, ``idempotency_key_in_use``.
    """
    key = _key_of(request, is_required=is_required)
    if key is None:
        return try_again(lambda: _respond(_answer_of(work())))
    asked = Keyed(caller=_caller(request), key=key, request_hash=_hash_of(request, content))
    return _respond(try_again(lambda: answer_once(asked, lambda: _worked(request, work))))


def _worked(request: Request, work: Callable[[], Response]) -> Answer:
    try:
        return _answer_of(work())
    except DomainError as error:
        problem = problem_of(error)
        if problem is None or problem.status >= 500:
            raise
        body = problem.body(instance=request.path)
        refusal = Response(body, status=problem.status, content_type=CONTENT_TYPE, headers=dict(problem.headers or {}))
        raise Refused(_answer_of(refusal)) from error


def _answer_of(response: Response) -> Answer:
    headers = {name: response[name] for name in _KEPT if name in response}
    content_type = response.content_type or JSON
    return Answer(response.status_code, _json(response.data), {**headers, "Content-Type": content_type})


def _respond(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.text, status=answer.status, headers=dict(answer.headers))
    if answer.is_replay:
        response[REPLAYED] = "true"
    return response


def _json(data: Any) -> str:
    rendered: bytes = JSONRenderer().render(data)
    return rendered.decode()


def _key_of(request: Request, *, is_required: bool) -> str | None:
    given = request.headers.get(HEADER)
    if given is None:
        if is_required:
            raise _missing()
        return None
    found = _KEY.fullmatch(given.strip())
    if found is None:
        raise ParameterError(
            code="idempotency_key_invalid",
            detail=_("An Idempotency-Key has 1 to 200 printable ASCII characters without spaces."),
            field=HEADER,
            value=given[:60],
        )
    return found[1]


def _missing() -> ParameterError:
    return ParameterError(
        code="idempotency_key_missing",
        detail=_("This request needs an Idempotency-Key, so that it can be sent again safely."),
        field=HEADER,
        fix=_("Send a new unique key, e.g. a UUID, with each new request, and the same one when you repeat it."),
    )


def _caller(request: Request) -> str:
    if isinstance(request.auth, ApiClient):
        return f"api:{request.auth.name}"
    return f"user:{cast(User, request.user).pk}"


def _hash_of(request: Request, content: str | None) -> str:
    """Of everything that is asked: spaces and the order of names do not count, every value does."""
    asked = [request.method, request.path, request.headers.get("If-Match", ""), content or request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
