"""Is the process alive, can it work, and how is it doing: for load balancers and monitoring, not for people."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from core.services.pokes import broker_app

logger = structlog.get_logger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; it asks nothing else, so that a slow database does not restart the web."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 if the database and the broker answer, else 503 naming the one that does not; no details for strangers."""
    checks = {"database": _works(_ask_database), "broker": _works(_ask_broker)}
    is_ready = all(checks.values())
    words = {name: "ok" if works else "unreachable" for name, works in checks.items()}
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **words}, status=200 if is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics for the holder of ``METRICS_TOKEN``; not there at all without one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _works(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:
        logger.exception("not_ready", check=ask.__name__)
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with broker_app().connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
