"""REST: what people decide about requests for limits. Keys never sign."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.bodies import Body, NothingBody
from core.api.idempotency import answered_once
from core.api.params import Params
from core.api.permissions import Grant
from core.api.problems import ParameterError
from core.api.schema import ETAG, IF_MATCH, key_parameter, write_answers
from core.api.writes import expected_versions
from core.domain.roles import Permission
from core.errors import Denied
from core.house import today
from credit.api_base import explained
from credit.api_limits import ASK, LimitView
from credit.bodies_limits import ApproveBody, RefuseBody
from credit.models import LimitRequest
from credit.queries.authority import list_substitutes
from credit.queries.requests import get_request
from credit.serializers_limits import LimitRequestSerializer
from credit.services.requests import approve_request, reject_request, withdraw_request

# No key: people sign.
SIGN = Grant(Permission.LIMIT_DECIDE)
_ANSWERS = write_answers(LimitRequestSerializer, 403, 404, 409, 412, 422, 503)
_HEADERS = [key_parameter(), IF_MATCH, ETAG]
_decision = partial(extend_schema, tags=["limits"], parameters=_HEADERS, responses=_ANSWERS)


class LimitDecisionView(LimitView):
    """A person decides on a request as it was seen: ``If-Match`` names its version."""

    def decide(self, pk: int, act: Callable[[int], LimitRequest]) -> HttpResponse:
        """Once for its key. Raises ``if_match_missing``."""
        self.parse(Params)
        versions = expected_versions(self.request)
        if versions is None:
            raise ParameterError(
                code="if_match_missing",
                detail=_("A decision names the version that it is about."),
                field="If-Match",
                fix=_("Send the ETag of the answer that you decide on."),
            )
        version = versions[0]

        def work() -> Response:
            get_request(pk, scope=self.scope, as_of=today())  # what may not be seen does not exist
            with explained(self.request):
                act(version)
            return self.show_request(pk)

        return answered_once(self.request, work)

    def sign(self, pk: int, kind: type[Body], service: Callable[..., LimitRequest]) -> HttpResponse:
        """A person says yes or no, for themselves or for whom they stand in for."""
        given = self.body(kind)

        def act(version: int) -> LimitRequest:
            person, deputed = self.decider, self.acting_for(given)
            said = given["comment"]
            return service(pk, version=version, actor=person, as_of=today(), comment=said, acting_for_id=deputed)

        return self.decide(pk, act)

    def acting_for(self, given: dict[str, Any]) -> int | None:
        """The id of whom the caller stands in for. Raises ``substitute_not_in_force``."""
        name = given.get("acting_for")
        if name is None:
            return None
        for row in list_substitutes(as_of=today()):
            if row.deputy_id == self.decider.pk and row.user.username == name:
                return int(row.user_id)
        message = _("You do not stand in for this person today.")
        raise Denied("substitute_not_in_force", message, {"field": "acting_for", "value": name})


class ApproveLimitRequest(LimitDecisionView):
    """A signature."""

    access = {"POST": SIGN}

    @_decision(operation_id="approveLimitRequest", summary="Sign a request for a limit", request=ApproveBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """With the last signature needed the limit is stored. By a person with authority, never who asked."""
        return self.sign(pk, ApproveBody, approve_request)


class RejectLimitRequest(LimitDecisionView):
    """A refusal."""

    access = {"POST": SIGN}

    @_decision(operation_id="rejectLimitRequest", summary="Refuse a request for a limit", request=RefuseBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """Who may sign may refuse; one refusal ends the request."""
        return self.sign(pk, RefuseBody, reject_request)


class WithdrawLimitRequest(LimitDecisionView):
    """Taken back."""

    access = {"POST": ASK}

    @_decision(operation_id="withdrawLimitRequest", summary="Take one's own request back", request=NothingBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """While it waits; anybody else's is unknown."""
        self.body(NothingBody)
        return self.decide(pk, lambda version: withdraw_request(pk, version=version, actor=self.decider))
