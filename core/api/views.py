"""The base of every endpoint: GET only, strict parameters, the caller's row scope, pages by cursor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.utils.decorators import method_decorator
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.access.scope import Scope
from core.api.comparing import taken_lookups
from core.api.members import keep_members
from core.api.packing import packed
from core.api.pagination import CursorPagination
from core.api.params import Params, parse_params
from core.api.permissions import scope_of_request
from core.api.retiring import say_retired
from core.api.throttling import Usage, add_rate_headers
from core.domain.roles import ApiScope, Permission


@method_decorator(packed, name="dispatch")
class ReadView(APIView):
    """A read. Subclasses parse, ask one query, and render."""

    http_method_names = ["get", "head", "options"]
    permission = Permission.BUYER_READ
    api_scope = ApiScope.READ
    rate_usage: Usage | None = None
    # What the parameters of this request restrict its rows to, and which members of them they name.
    lookups: dict[str, Any] = {}
    members: Collection[str] | None = None
    retired: type[Params] | None = None

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
        if self.retired is not None:
            say_retired(final, since=self.retired.retired_since, until=self.retired.retired_until)
        return final

    @property
    def scope(self) -> Scope:
        """The rows that the caller may see."""
        return scope_of_request(self.request)

    def parse(self, kind: type[Params]) -> dict[str, Any]:
        """The endpoint's own checked parameters; comparisons and members are kept for its page."""
        given = parse_params(self.request, kind)
        self.lookups = taken_lookups(kind.comparisons, given)
        self.members = given.pop("fields", None)
        self.retired = kind if kind.retired.keys() & given.keys() else None
        return given

    def page(
        self,
        rows: Any,
        serializer: type[Serializer[Any]],
        *,
        ordering: str,
        arrange: Callable[[list[Any]], Sequence[Any]] = list,
        context: Callable[[list[Any]], dict[str, Any]] = lambda _found: {},
    ) -> Response:
        """One page of a queryset, ordered by a unique column.

        ``arrange`` turns the rows found into those shown, ``context`` gives what these are shown with.
        """
        paginator = CursorPagination(ordering)
        found = paginator.paginate_queryset(rows.filter(**self.lookups), self.request, self) or []
        shown = serializer(context={"view": self, **context(found)})
        keep_members(shown, self.members)
        return paginator.get_paginated_response([shown.to_representation(row) for row in arrange(found)])
