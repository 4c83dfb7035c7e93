"""REST: limits of credit accounts, and requests for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.idempotency import answered_once
from core.api.params import Params
from core.api.permissions import Grant
from core.api.problems import ParameterError
from core.api.schema import ETAG, LOCATION, answers, key_parameter, page_of, write_answers
from core.api.writes import etag_of
from core.domain.roles import ApiScope, Permission
from core.house import today
from core.money import Money
from credit.api_base import OrderView
from credit.bodies_limits import LimitListParams, LimitRequestBody, RequestListParams
from credit.domain.kinds import LimitKind, RequestState
from credit.queries.limit_register import Owner, get_group_id, list_all_requests, list_limit_versions
from credit.queries.requests import get_request
from credit.serializers_limits import (
    CreditLimitSerializer,
    LimitRequestLineSerializer,
    LimitRequestSerializer,
    request_body,
)
from credit.services.requests import Asked, NewLimit, create_request

READ_LIMITS = Grant(Permission.LIMITS_READ, frozenset({ApiScope.READ}))
READ_REQUESTS = Grant(Permission.BUYER_READ, frozenset({ApiScope.READ}))
# No key: people ask.
ASK = Grant(Permission.LIMIT_REQUEST)


class LimitView(OrderView):
    """Fails closed like the check: no answer means that nothing was signed or stored."""

    def owner(self, given: dict[str, Any]) -> Owner:
        """Whose accounts are named. Raises ``buyer_not_found``, ``group_not_found``."""
        if "group" in given:
            return Owner(group_id=get_group_id(given["group"]))
        return Owner(buyer_id=get_buyer_id(given["buyer"], scope=self.scope) if "buyer" in given else None)

    def show_request(self, pk: int, *, status: int = 200) -> Response:
        """The request as the caller may see it, with its version as ETag."""
        found = get_request(pk, scope=self.scope, as_of=today())
        headers = {"ETag": etag_of(found.request.version, 0)}
        if status == 201:
            headers["Location"] = reverse("api-limit-request", args=[pk])
        return Response(request_body(found), status=status, headers=headers)


class CreditLimits(LimitView):
    """Limits of buyers and groups."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ_LIMITS}

    @extend_schema(
        operation_id="listCreditLimits",
        summary="Limits of buyers and groups, newest first",
        tags=["limits"],
        parameters=[LimitListParams],
        responses=answers(page_of(CreditLimitSerializer), 404, 503),
    )
    def get(self, request: Request) -> Response:
        """All versions, or those in force on a day. Own and temporary limits; insured ones stand with the exposure."""
        given = self.parse(LimitListParams)
        kind = LimitKind(given["kind"]) if "kind" in given else None
        rows = list_limit_versions(self.owner(given), kind=kind, as_of=given.get("as_of"))
        return self.page(rows, CreditLimitSerializer, ordering="-id")


class LimitRequests(LimitView):
    """Requests for limits, and a new one."""

    http_method_names = ["get", "head", "post", "options"]
    access = {"GET": READ_REQUESTS, "POST": ASK}

    @extend_schema(
        operation_id="listLimitRequests",
        summary="Requests for limits, newest first",
        tags=["limits"],
        parameters=[RequestListParams],
        responses=answers(page_of(LimitRequestLineSerializer), 404, 503),
    )
    def get(self, request: Request) -> Response:
        """Sales see those of their own buyers."""
        given = self.parse(RequestListParams)
        states = [RequestState(given["state"])] if "state" in given else list(RequestState)
        rows = list_all_requests(self.owner(given), scope=self.scope, states=states)
        return self.page(rows, LimitRequestLineSerializer, ordering="-id")

    @extend_schema(
        operation_id="askForLimit",
        summary="Ask for a limit",
        tags=["limits"],
        parameters=[key_parameter(), ETAG, LOCATION],
        request=LimitRequestBody,
        responses=write_answers(LimitRequestSerializer, 403, 404, 409, 422, 503, created=True),
    )
    def post(self, request: Request) -> HttpResponse:
        """A person asks; recommendation, facts and the signatures needed are frozen with the request."""
        self.parse(Params)
        given = self.body(LimitRequestBody)

        def work() -> Response:
            row = create_request(self._asked(given), actor=self.decider, as_of=today())
            return self.show_request(row.pk, status=201)

        return answered_once(request, work)

    def _asked(self, given: dict[str, Any]) -> Asked:
        if ("buyer" in given) == ("group" in given):
            detail = _("Name a buyer or a group, not both.")
            raise ParameterError(code="field_missing", detail=detail, field="buyer")
        owner = self.owner(given)
        new = NewLimit(
            LimitKind(given["kind"]),
            Money(given["amount"], given["currency"]),
            given.get("valid_from") or today(),
            given["valid_to"],
        )
        return Asked(new, given["reason"], buyer_id=owner.buyer_id, group_id=owner.group_id)


class LimitRequestDetail(LimitView):
    """One request."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ_REQUESTS}

    @extend_schema(
        operation_id="getLimitRequest",
        summary="One request for a limit, and who has signed it",
        tags=["limits"],
        parameters=[ETAG],
        responses=answers(LimitRequestSerializer, 404, 503),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Recommendation, counted amount and signatures need limits:read."""
        self.parse(Params)
        return self.show_request(pk)
