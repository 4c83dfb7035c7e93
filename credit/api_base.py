"""What the endpoints of orders share: who may do what, whose orders a key speaks for, and that no answer is a no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import Grant
from core.api.writes import ActionView, etag_of
from core.domain.roles import ApiScope, Permission, is_granted
from core.errors import Changed, Conflict, Denied, DomainError
from core.models import User
from credit.queries.checks import CheckView, Reader
from credit.serializers import check_body
from credit.services.accounts import NotApproved

logger = structlog.get_logger(__name__)

READ = Grant(Permission.BUYER_READ, frozenset({ApiScope.READ, ApiScope.CHECK}))
ASK = Grant(Permission.ORDER_CHECK, frozenset({ApiScope.CHECK}))
# No key: somebody has to answer for it.
DECIDE = Grant(Permission.HOLD_DECIDE)


@contextmanager
def explained(request: Request) -> Iterator[None]:
    """Conflicts inside, with what to do about them over HTTP."""
    try:
        yield
    except Conflict as conflict:
        if conflict.code in ("order_changed", "gate_changed", "request_changed") and "If-Match" in request.headers:
            fix = _("Read it again and decide with its new ETag.")
            params = {**conflict.params, "field": "If-Match", "value": request.headers["If-Match"][:60], "fix": fix}
            raise Changed(conflict.code, conflict.message, params) from conflict
        if conflict.code == "order_differs":
            conflict.params["fix"] = _("To change the order, send If-Match with the ETag of its last answer.")
        raise


class OrderView(ActionView):
    """Fails closed: whatever goes wrong is ``not_approved`` (503), and then nothing was stored or reserved."""

    @property
    def reader(self) -> Reader:
        """What the caller sees of checks: a key that may only check has its own source's orders, coarse."""
        if self.person is None:
            return Reader(self.scope, source=self.only_source, sees_limits=self.only_source is None)
        return Reader(self.scope, sees_limits=is_granted(self.person.role, Permission.LIMITS_READ))

    @property
    def decider(self) -> User:
        """The person, where the grant has no scopes: keys do not come there."""
        assert self.person is not None  # noqa: S101 - the grant has no scopes
        return self.person

    @property
    def label(self) -> str:
        """How the caller is named in records."""
        return self.scope.label

    def check_source(self, source: str) -> None:
        """Raises ``order_of_another_source`` unless the caller speaks for it."""
        if source != self.own_source:
            message = _("This order belongs to %(source)s; only that system may ask or change it.") % {"source": source}
            fix = _("Use %(source)s.") % {"source": self.own_source}
            params = {"field": "source", "value": source, "fix": fix}
            raise Denied("order_of_another_source", message, params)

    def show(self, view: CheckView, *, status: int = 200) -> Response:
        """The check as the caller may see it, with its order's versions as ETag."""
        body = check_body(view, sees_limits=self.reader.sees_limits)
        headers = {"Location": reverse("api-order-check", args=[view.check.pk])} if status == 201 else {}
        if view.order is not None:
            headers["ETag"] = etag_of(view.order.version, view.order.gate_version)
        return Response(body, status=status, headers=headers)

    def handle_exception(self, exc: Exception) -> Any:
        """Refusals as they are; everything else is no answer, hence no approval."""
        if not isinstance(exc, APIException | DomainError | Http404 | PermissionDenied):
            logger.error("no_answer", exc_info=exc)
            exc = NotApproved("error", _("There is no answer, so nothing is approved. Send the same request again."))
        if isinstance(exc, DomainError) and exc.status == 503:
            exc.params.setdefault("retry_after", 1)
        return super().handle_exception(exc)
