"""The base of every endpoint: GET only, strict parameters, the caller's row scope, pages by cursor."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core.access.scope import Scope
from core.api.pagination import CursorPagination
from core.api.params import Params, parse_params
from core.api.permissions import scope_of_request
from core.api.throttling import Usage, add_rate_headers
from core.domain.roles import ApiScope, Permission


class ReadView(APIView):
    """A read. Subclasses parse, ask one query, and render."""

    http_method_names = ["get", "head", "options"]
    permission = Permission.BUYER_READ
    api_scope = ApiScope.READ
    rate_usage: Usage | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a wrong method before asking who calls: the answer is the same for everybody."""
        if str(request.method).lower() not in self.http_method_names:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the rate limit's state; figures of a ledger are not for shared caches."""
        final = super().finalize_response(request, response, *args, **kwargs)
        add_rate_headers(final, self.rate_usage)
        final["Cache-Control"] = "private, no-store"
        return final

    @property
    def scope(self) -> Scope:
        """The rows that the caller may see."""
        return scope_of_request(self.request)

    def parse(self, kind: type[Params]) -> dict[str, Any]:
        """The endpoint's checked parameters."""
        return parse_params(self.request, kind)

    def page(self, rows: Any, serializer: type[BaseSerializer[Any]], *, ordering: str) -> Response:
        """One page of a queryset, ordered by a unique column."""
        paginator = CursorPagination(ordering)
        found = paginator.paginate_queryset(rows, self.request, self)
        return paginator.get_paginated_response(serializer(found, many=True, context={"view": self}).data)
