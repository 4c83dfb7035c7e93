"""REST: what source systems report about orders, so that credit can answer: money that arrived, goods that left."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.idempotency import answered_once
from core.api.outages import outage_told
from core.api.params import Params
from core.api.permissions import Grant
from core.api.schema import key_parameter, write_answers
from core.api.writes import ActionView
from core.domain.roles import ApiScope, Permission
from core.services.idempotency import try_again
from invoices.bodies import ReceiptBody, ShipmentBody
from invoices.queries.order_numbers import get_order_by_number
from invoices.serializers_reports import ReceiptSerializer, ShipmentSerializer
from invoices.services.posting.allocations import Incoming, post_receipt
from invoices.services.shipments import ShipmentRecord, put_shipment

INTAKE = Grant(Permission.LEDGER_IMPORT, frozenset({ApiScope.INTAKE}))
# A key for intake alone reads what it sent.
READ = Grant(Permission.LEDGER_IMPORT, frozenset({ApiScope.INTAKE, ApiScope.READ}))


class Receipts(ActionView):
    """Money that arrived."""

    access = {"POST": INTAKE}

    @extend_schema(
        operation_id="postReceipt",
        summary="Record money that arrived",
        tags=["orders"],
        parameters=[key_parameter()],
        request=ReceiptBody,
        responses=write_answers(ReceiptSerializer, 404, 409, 422, 503, created=True),
    )
    def post(self, request: Request) -> HttpResponse:
        """It reduces exposure at once; orders that wait are checked again by themselves."""
        self.parse(Params)
        given = self.body(ReceiptBody)

        def work() -> Response:
            receipt = post_receipt(self._incoming(given), actor=self.person)
            return Response(ReceiptSerializer(receipt).data, status=201)

        with outage_told():
            return answered_once(request, work)

    def _incoming(self, given: dict[str, Any]) -> Incoming:
        order_id = None
        if "order" in given:
            source = given.get("order_source", self.own_source)
            order_id = get_order_by_number(source=source, external_id=given["order"]).pk
        return Incoming(
            buyer_id=get_buyer_id(given["buyer"], scope=self.scope),
            source=self.own_source,
            day=given["received_on"],
            order_id=order_id,
            **{name: given[name] for name in ("external_id", "currency", "amount", "note")},
        )


class OrderShipment(ActionView):
    """One shipment of an order."""

    http_method_names = ["put", "options"]
    access = {"PUT": INTAKE}

    @extend_schema(
        operation_id="putShipment",
        summary="Report a shipment",
        tags=["orders"],
        request=ShipmentBody,
        responses=write_answers(ShipmentSerializer, 404, 409, 422, 503),
    )
    def put(self, request: Request, source: str, external_id: str, shipment: str) -> Response:
        """Always stored, whatever credit says of the order. The same content again changes nothing."""
        self.parse(Params)
        given = self.body(ShipmentBody)
        order = get_order_by_number(source=source, external_id=external_id)
        record = ShipmentRecord(order_id=order.pk, source=self.own_source, external_id=shipment, **given)
        with outage_told():
            stored = try_again(lambda: put_shipment(record, actor=self.person, actor_label=self.scope.label))
        return Response(ShipmentSerializer(stored).data)
