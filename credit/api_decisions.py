"""REST: what people and source systems decide about an order that was checked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.bodies import NothingBody
from core.api.idempotency import answered_once
from core.api.params import Params
from core.api.schema import ETAG, IF_MATCH, key_parameter, write_answers
from core.api.writes import expected_versions
from core.errors import Conflict
from core.house import today
from credit.api_base import ASK, DECIDE, OrderView, explained
from credit.bodies import OptionalReasonBody, ReasonBody, ReleaseBody
from credit.queries.checks import CheckView, OrderStand, get_check, latest_check_id
from credit.serializers import CheckSerializer
from credit.services.gate import ReleaseTerms, cancel_order, recheck_order, reject_order, release_order

HEADERS = [key_parameter(), IF_MATCH, ETAG]
_ANSWERS = write_answers(CheckSerializer, 403, 404, 409, 412, 422, 503)
_decision = partial(extend_schema, tags=["orders"], parameters=HEADERS, responses=_ANSWERS)


class OrderDecision(OrderView):
    """A decision about the order of a check; the answer shows the check with where the order stands then."""

    def decide(self, pk: int, act: Callable[[OrderStand], object], *, needs_latest: bool = False) -> HttpResponse:
        """Once for its key: the order's own source or person, the check that the caller has seen."""
        self.parse(Params)

        def work() -> Response:
            seen = get_check(pk, self.reader)
            with explained(self.request):
                act(self._decidable(seen, needs_latest=needs_latest))
            return self.show(get_check(pk, self.reader))

        return answered_once(self.request, work)

    def _decidable(self, seen: CheckView, *, needs_latest: bool) -> OrderStand:
        if seen.order is None or seen.check.is_dry_run:
            message = _("This check was a what-if; there is nothing to decide.")
            raise Conflict("check_is_dry_run", message, {"field": "id", "value": seen.check.pk})
        if self.client is not None:
            self.check_source(seen.order.source)
        latest = latest_check_id(seen.order.id) if needs_latest else seen.check.pk
        if latest != seen.check.pk:
            message = _("The order was checked again since; decide on its latest check.")
            params = {"field": "id", "value": seen.check.pk, "latest": latest}
            raise Conflict("check_superseded", message, params)
        return seen.order

    def decide_held(self, pk: int, service: Callable[..., object], *said: object, **named: object) -> HttpResponse:
        """A person releases or rejects, on the order's latest check."""
        asked = {"as_of": today(), "actor": self.decider, "expected_version": self.expected(1), **named}
        return self.decide(pk, lambda order: service(order.id, *said, **asked), needs_latest=True)

    def expected(self, place: int) -> int | None:
        """The order's (0) or the gate's (1) version that If-Match names."""
        versions = expected_versions(self.request)
        return versions[place] if versions else None


class ReleaseOrder(OrderDecision):
    """A person lets a held order go."""

    access = {"POST": DECIDE}

    @_decision(operation_id="releaseOrder", summary="Release a held order", request=ReleaseBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """Up to an amount with tolerance, until a day, with a reason; never by a key, never by who asked."""
        given = self.body(ReleaseBody)
        terms = ReleaseTerms(**{"tolerance_percent": Decimal(0), **given})
        return self.decide_held(pk, release_order, terms)


class RejectOrder(OrderDecision):
    """A person refuses a held order."""

    access = {"POST": DECIDE}

    @_decision(operation_id="rejectOrder", summary="Reject a held order", request=ReasonBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """Until it is edited."""
        return self.decide_held(pk, reject_order, reason=self.body(ReasonBody)["reason"])


class CancelOrder(OrderDecision):
    """The order is off."""

    access = {"POST": ASK}

    @_decision(operation_id="cancelOrder", summary="Cancel an order", request=OptionalReasonBody)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """What it held of the limit is free again. By its own source, or a person."""
        reason = self.body(OptionalReasonBody)["reason"]
        return self.decide(
            pk,
            lambda order: cancel_order(
                order.id,
                as_of=today(),
                reason=reason,
                actor=self.person,
                actor_label=self.label,
                expected_version=self.expected(0),
            ),
        )


class RecheckOrder(OrderDecision):
    """The order is checked again now."""

    access = {"POST": ASK}

    @extend_schema(
        operation_id="recheckOrder",
        summary="Check an order again",
        tags=["orders"],
        parameters=HEADERS,
        request=NothingBody,
        responses=write_answers(CheckSerializer, 403, 404, 409, 422, 503, created=True),
    )
    def post(self, request: Request, pk: int) -> HttpResponse:
        """The answer is a new check. By its own source, or a person."""
        self.parse(Params)
        self.body(NothingBody)

        def work() -> Response:
            order = self._decidable(get_check(pk, self.reader), needs_latest=False)
            result = recheck_order(order.id, as_of=today(), actor=self.person, actor_label=self.label)
            return self.show(get_check(result.check.pk, self.reader), status=201)

        return answered_once(request, work)
