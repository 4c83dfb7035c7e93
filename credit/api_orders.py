"""REST: orders put by their sources, one at a time and in bulk; each is checked as every other order is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.services.registry import BuyerRow
from core.api.params import Params
from core.api.permissions import Grant
from core.api.schema import ETAG, IF_MATCH, answers, write_answers
from core.api.writes import etag_of, expected_versions
from core.domain.roles import ApiScope, Permission
from core.errors import NotFound
from core.house import today
from core.services.idempotency import try_again
from credit.api_base import OrderView, explained
from credit.bodies import PutOrderBody
from credit.domain.kinds import GateState
from credit.queries.checks import CheckView, Reader, check_that_stands, get_order_on_record, stand_of
from credit.serializers import check_body
from credit.serializers_orders import OrderRecordSerializer, PutOrderSerializer, SourceOrderSerializer
from credit.services.order_putting import PutOrder, put_order
from invoices.api_bulks import BulkIntake, bulk_schema
from invoices.api_reports import INTAKE
from invoices.domain.bulks import BulkKind
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.services.imports.results import Outcome
from invoices.services.orders import OrderRecord

READ = Grant(Permission.BUYER_READ, frozenset({ApiScope.READ, ApiScope.CHECK, ApiScope.INTAKE}))
CONTENT = ("order_date", "currency", "amount", "terms", "terms_days", "deposit_percent", "planned_ship_date")
ORDER = (*CONTENT, "source", "external_id", "status")


class OrderOfSource(OrderView):
    """One order under its source's number."""

    http_method_names = ["get", "head", "put", "options"]
    access = {"GET": READ, "PUT": INTAKE}

    @extend_schema(
        operation_id="getOrderOfSource",
        summary="One order by its source's number",
        tags=["orders"],
        responses=answers(SourceOrderSerializer, 404, 503),
    )
    def get(self, request: Request, source: str, external_id: str) -> Response:
        """With the check that it stands on; the ETag is for If-Match."""
        self.parse(Params)
        if self.only_source is not None:
            self.check_source(source)
        return self._shown(source, external_id)

    @extend_schema(
        operation_id="putOrder",
        summary="Put an order and have it checked",
        tags=["orders"],
        parameters=[IF_MATCH, ETAG],
        request=PutOrderBody,
        responses=write_answers(PutOrderSerializer, 404, 409, 412, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Records or edits it and asks the check that every order gets; the same again changes nothing.

        Anything but an answer with is_approved true is a no.
        """
        self.parse(Params)
        self.check_source(source)
        wanted, expected = self._wanted(external_id), expected_versions(request)
        with explained(request):
            outcome = try_again(
                lambda: put_order(wanted, as_of=today(), expected=expected, actor=self.person, actor_label=self.label)
            )
        return self._shown(source, external_id, outcome)

    def _wanted(self, external_id: str) -> PutOrder:
        given = self.body(PutOrderBody)
        record = OrderRecord(
            buyer_id=0, source=self.own_source, external_id=external_id, **{name: given[name] for name in CONTENT}
        )
        buyer = BuyerRow(given["buyer"], given["buyer_name"] or given["buyer"])
        return PutOrder(record=record, buyer=buyer, status=OrderStatus(given["status"]) if "status" in given else None)

    def _shown(self, source: str, external_id: str, outcome: Outcome | None = None) -> Response:
        order = get_order_on_record(source=source, external_id=external_id, scope=self.scope)
        if order is None:
            params = {"field": "external_id", "value": external_id}
            raise NotFound("order_not_found", _("There is no such order."), params)
        gate = getattr(order, "gate", None)
        stand = stand_of(order, gate)
        said = {} if outcome is None else {"outcome": outcome.value}
        body = {
            **{name: getattr(order, name) for name in ORDER},
            "buyer": order.buyer.code,
            "state": stand.state,
            "is_approved": stand.state == GateState.APPROVED,
            "check": _check_of(order, self.reader),
            **said,
        }
        kind = SourceOrderSerializer if outcome is None else PutOrderSerializer
        status = 201 if outcome is Outcome.CREATED else 200
        return Response(_data(kind, body), status=status, headers={"ETag": etag_of(stand.version, stand.gate_version)})


def _check_of(order: Order, reader: Reader) -> dict[str, Any] | None:
    found: CheckView | None = check_that_stands(order)
    return None if found is None else check_body(found, sees_limits=reader.sees_limits)


def _data(kind: type[SourceOrderSerializer], body: dict[str, Any]) -> dict[str, Any]:
    """The check is written by hand already."""
    shown = kind({**body, "check": None}).data
    return {**shown, "check": body["check"]}


class OrderBulk(BulkIntake):
    """Orders."""

    kind = BulkKind.ORDERS

    @bulk_schema("postOrderBulk", "Orders in bulk", OrderRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Placed at once, then checked by jobs; until then none of them may go."""
        return self.receive(request)
