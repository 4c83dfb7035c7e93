"""Every answer names its request, so that a caller can report one that went well but wrong as well."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.api.problems import request_id

HEADER = "X-Request-ID"


def name_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware inside of the one that gives each request its id."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response[HEADER] = request_id()
        return response

    return answer
