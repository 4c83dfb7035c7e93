"""REST: may this order go? Asking, and reading what was answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.idempotency import answered_once
from core.api.params import Params
from core.api.problems import ParameterError
from core.api.schema import ETAG, IF_MATCH, LOCATION, answers, key_parameter, page_of, write_answers
from core.api.throttling import check_dry_run_rate
from core.api.writes import expected_versions
from core.house import today
from credit.api_base import ASK, READ, OrderView, explained
from credit.bodies import CheckListParams, OrderCheckBody
from credit.domain.kinds import Checkpoint
from credit.queries.checks import (
    CheckFilter,
    CheckView,
    OrderStand,
    Subject,
    get_check,
    get_order_on_record,
    get_subject,
    list_checks,
    stand_of,
)
from credit.serializers import CheckLineSerializer, CheckSerializer
from credit.services.checks import CheckRequest, CheckResult, check_order
from credit.services.quotations import accept_quotation
from invoices.domain.orders import OrderStatus
from invoices.services.orders import OrderRecord

# Content of an order; what a request leaves out stays as it is on record.
CONTENT = ("order_date", "currency", "amount", "terms", "terms_days", "deposit_percent", "planned_ship_date")
NEEDED = ("buyer", "currency", "amount", "terms", "terms_days")


class OrderChecks(OrderView):
    """The checks on record, and a new one."""

    http_method_names = ["get", "head", "post", "options"]
    access = {"GET": READ, "POST": ASK}

    @extend_schema(
        operation_id="listOrderChecks",
        summary="Order checks, newest first",
        tags=["orders"],
        parameters=[CheckListParams],
        responses=answers(page_of(CheckLineSerializer), 404, 503),
    )
    def get(self, request: Request) -> Response:
        """A key with the scope check sees its own source's; sales see those of their own buyers."""
        given = self.parse(CheckListParams)
        buyer = get_buyer_id(given["buyer"], scope=self.scope) if "buyer" in given else None
        wanted = CheckFilter(
            buyer_id=buyer,
            source=given.get("source"),
            external_id=given.get("external_id"),
            outcome=given.get("outcome"),
            is_dry_run=given["dry_run"],
        )
        return self.page(list_checks(self.reader, wanted), CheckLineSerializer, ordering="-id")

    @extend_schema(
        operation_id="checkOrder",
        summary="May this order go?",
        tags=["orders"],
        parameters=[key_parameter(is_required=False), IF_MATCH, ETAG, LOCATION],
        request=OrderCheckBody,
        responses=write_answers(CheckSerializer, 403, 404, 409, 412, 422, 503, created=True),
    )
    def post(self, request: Request) -> HttpResponse:
        """Records the order, checks it and reserves its part of the limit if it may go; with dry_run only asks.

        Needs an Idempotency-Key unless dry_run. To change an order on record, send the ETag of an earlier answer in
        If-Match. Anything but an answer with is_approved true is a no.
        """
        self.parse(Params)
        asked = Asked.of(self)
        if asked.is_dry_run:
            check_dry_run_rate(request, self)
        return answered_once(request, lambda: self._checked(asked), is_required=not asked.is_dry_run)

    def _checked(self, asked: Asked) -> Response:
        subject = asked.subject(self)
        wanted = asked.request(subject)
        with explained(self.request):
            if asked.accepts(subject):
                wanted = self._accept(wanted, asked, subject)
            result = check_order(
                wanted, as_of=today(), actor_label=self.label, actor=self.person, dry_run=asked.is_dry_run
            )
        return self.show(_view(result, subject, asked), status=200 if asked.is_dry_run else 201)

    def _accept(self, wanted: CheckRequest, asked: Asked, subject: Subject) -> CheckRequest:
        """The quotation becomes an order, and the request names the version that it has then."""
        self.check_source(asked.source)
        assert subject.order is not None  # noqa: S101 - only an order on record can be a quotation
        order = accept_quotation(
            subject.order.pk, actor=self.person, actor_label=self.label, expected_version=wanted.expected_version
        )
        return replace(wanted, expected_version=order.version if asked.versions else None)


class OrderCheckDetail(OrderView):
    """One check."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ}

    @extend_schema(
        operation_id="getOrderCheck",
        summary="One order check, and where its order stands now",
        tags=["orders"],
        parameters=[ETAG],
        responses=answers(CheckSerializer, 404, 503),
    )
    def get(self, request: Request, pk: int) -> Response:
        """The answer never changes; order, reservation and holds are as they are now."""
        self.parse(Params)
        return self.show(get_check(pk, self.reader))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    given: dict[str, Any]
    source: str
    versions: tuple[int, int] | None

    @classmethod
    def of(cls, view: OrderView) -> Asked:
        """Parsed; raises ``field_missing``, ``dry_run_only``, ``order_of_another_source``."""
        given = view.body(OrderCheckBody)
        asked = cls(given, given.get("source", view.own_source), expected_versions(view.request))
        if "assumed_deposit" in given and not asked.is_dry_run:
            raise _dry_run_only("assumed_deposit")
        if not asked.is_dry_run and "external_id" not in given:
            raise _missing("external_id")
        if view.client is not None or (asked.content and not asked.is_dry_run):
            view.check_source(asked.source)
        return asked

    @property
    def is_dry_run(self) -> bool:
        """True for a what-if."""
        return bool(self.given["dry_run"])

    @property
    def content(self) -> dict[str, Any]:
        """What the request says about the order itself."""
        return {name: self.given[name] for name in CONTENT if name in self.given}

    @property
    def checkpoint(self) -> Checkpoint | None:
        """Where in its life the order is asked about, if the request says so."""
        return Checkpoint(self.given["checkpoint"]) if "checkpoint" in self.given else None

    def accepts(self, subject: Subject) -> bool:
        """True if a quotation is asked about as an order: the customer has accepted it."""
        is_quotation = subject.order is not None and subject.order.status == OrderStatus.QUOTATION
        return is_quotation and not self.is_dry_run and self.checkpoint not in (None, Checkpoint.QUOTATION)

    def subject(self, view: OrderView) -> Subject:
        """The order on record and its buyer. Raises ``field_missing`` for what an unknown order lacks."""
        external_id, order = self.given.get("external_id"), None
        if external_id is not None:
            order = get_order_on_record(source=self.source, external_id=external_id, scope=view.scope)
        if order is None:
            for name in NEEDED:
                if name not in self.given:
                    raise _missing(name)
        return get_subject(self.given.get("buyer"), order, scope=view.scope)

    def request(self, subject: Subject) -> CheckRequest:
        """What the service is asked."""
        order = subject.order
        asked = CheckRequest(
            order_id=order.pk if order else None,
            checkpoint=self.checkpoint,
            expected_version=self.versions[0] if self.versions else None,
        )
        if "assumed_deposit" in self.given:
            asked = replace(asked, assumed_deposit=self.given["assumed_deposit"])
        if order is not None and not self.content and subject.buyer_id == order.buyer_id and self.versions is None:
            return asked
        return replace(asked, order=self._record(subject), order_id=None)

    def _record(self, subject: Subject) -> OrderRecord:
        order = subject.order
        known = {name: getattr(order, name) for name in CONTENT} if order else {"order_date": today()}
        is_quotation = self.checkpoint is Checkpoint.QUOTATION
        return OrderRecord(
            buyer_id=subject.buyer_id,
            source=self.source,
            external_id=self.given.get("external_id", ""),
            status=OrderStatus.QUOTATION if is_quotation else OrderStatus.OPEN,
            **{**known, **self.content},
        )


def _view(result: CheckResult, subject: Subject, asked: Asked) -> CheckView:
    check, order = result.check, subject.order
    if order is None and check.order_id is None:
        return CheckView(check, subject.buyer)
    if order is not None and asked.is_dry_run:
        return CheckView(check, subject.buyer, stand_of(order, getattr(order, "gate", None)))
    stand = _stand(result, asked)
    holds = (result.hold,) if result.hold else ()
    return CheckView(check, subject.buyer, stand, result.reservation, holds)


def _stand(result: CheckResult, asked: Asked) -> OrderStand | None:
    """From what is known already: this is answered to every order."""
    check, gate = result.check, result.gate
    if check.order_id is None or gate is None:
        return None
    version = check.asked["order_version"]
    return OrderStand(check.order_id, asked.source, asked.given["external_id"], version, gate.state, gate.version)


def _missing(name: str) -> ParameterError:
    detail = _("%(name)s is required here.") % {"name": name}
    return ParameterError(code="field_missing", detail=detail, field=name)


def _dry_run_only(name: str) -> ParameterError:
    detail = _("%(name)s is an assumption: it goes with dry_run only.") % {"name": name}
    return ParameterError(code="dry_run_only", detail=detail, field=name, fix='"dry_run": true')
