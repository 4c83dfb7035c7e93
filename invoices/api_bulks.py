"""REST: many records in one call, taken in at once or as a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import check_still_valid
from core.api.comparing import number, word
from core.api.idempotency import answered_once
from core.api.outages import outage_told
from core.api.params import PageParams, Params
from core.api.parsing import StreamParser
from core.api.schema import LOCATION, answers, key_parameter, page_of
from core.api.streams import body_pieces, content_type_of
from core.api.writes import ActionView
from invoices.api_reports import INTAKE, READ
from invoices.domain.bulks import BulkKind
from invoices.queries.bulks import BulkView, get_bulk, list_records, view_of
from invoices.schema_bulks import bulk_answers
from invoices.serializers_bulks import OUTCOMES, BulkRecordSerializer, BulkSerializer, InvoiceRecordSerializer
from invoices.serializers_intake import (
    BuyerRecordSerializer,
    CreditNoteRecordSerializer,
    DisputeRecordSerializer,
    ReceiptRecordSerializer,
)
from invoices.services.bulks.running import receive_bulk
from invoices.services.bulks.spooling import Spooled, spool_body

Handler = TypeVar("Handler", bound=Callable[..., HttpResponse])
JSON, NDJSON = "application/json", "application/x-ndjson"
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="respond-async: as a job, however small the body is."
)


def bulk_schema(name: str, summary: str, record: type[serializers.Serializer[Any]]) -> Callable[[Handler], Handler]:
    """The description of a bulk operation."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        tags=["intake"],
        parameters=[key_parameter(), PREFER, LOCATION],
        request={JSON: record(many=True), NDJSON: OpenApiTypes.STR},
        responses=bulk_answers(BulkSerializer),
    )


class BulkIntake(ActionView):
    """Base of the bulks: the body is stored as it streams, then taken in; ``kind`` says what its records are."""

    access = {"POST": INTAKE}
    parser_classes = [StreamParser]
    kind: ClassVar[BulkKind]

    def receive(self, request: Request) -> HttpResponse:
        """Store, then answer once for key and content."""
        with outage_told():
            return self._received(request)

    def _received(self, request: Request) -> HttpResponse:
        self.parse(Params)
        is_array = content_type_of(request, (NDJSON, JSON)) == JSON
        spooled = spool_body(body_pieces(request))
        if self.client is not None:
            check_still_valid(self.client)
        content = f"{spooled.sha256} {is_array}"
        return answered_once(request, lambda: self._taken(spooled, is_array), content=content)

    def _taken(self, spooled: Spooled, is_array: bool) -> Response:
        in_background = spooled.size > settings.BULK_AT_ONCE_BYTES or self._prefers_job()
        bulk = receive_bulk(
            spooled,
            kind=self.kind,
            source=self.own_source,
            is_array=is_array,
            in_background=in_background,
            actor=self.person,
        )
        status, headers = (202 if in_background else 200), {"Location": f"/api/v1/bulks/{bulk.pk}/"}
        return Response(BulkSerializer(view_of(bulk)).data, status=status, headers=headers)

    def _prefers_job(self) -> bool:
        return "respond-async" in self.request.headers.get("Prefer", "")


class InvoiceBulk(BulkIntake):
    """Invoices."""

    kind = BulkKind.INVOICES

    @bulk_schema("postInvoiceBulk", "Invoices in bulk", InvoiceRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Up to 100,000 records: a JSON array, or NDJSON (a record on each line). See docs/api.md."""
        return self.receive(request)


class ReceiptBulk(BulkIntake):
    """Receipts with their allocations."""

    kind = BulkKind.RECEIPTS

    @bulk_schema("postReceiptBulk", "Receipts in bulk", ReceiptRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """As invoices in bulk; an allocation to an invoice that is not there yet waits in suspense."""
        return self.receive(request)


class CreditNoteBulk(BulkIntake):
    """Credit notes with their allocations."""

    kind = BulkKind.CREDIT_NOTES

    @bulk_schema("postCreditNoteBulk", "Credit notes in bulk", CreditNoteRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """As receipts in bulk."""
        return self.receive(request)


class BuyerBulk(BulkIntake):
    """Buyers."""

    kind = BulkKind.BUYERS

    @bulk_schema("postBuyerBulk", "Buyers in bulk", BuyerRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Made, or filled where empty; control totals of buyers have rows only."""
        return self.receive(request)


class DisputeBulk(BulkIntake):
    """Disputes."""

    kind = BulkKind.DISPUTES

    @bulk_schema("postDisputeBulk", "Disputes in bulk", DisputeRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """As invoices in bulk; an amount of 0 ends a dispute."""
        return self.receive(request)


class BulkRead(ActionView):
    """Reading bulks: a key for intake its own source's, whoever may read all of them."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ}

    def find(self, pk: int) -> BulkView:
        """The bulk asked for; raises ``bulk_not_found``."""
        return get_bulk(pk, source=self.only_source)


class BulkDetail(BulkRead):
    """One bulk."""

    @extend_schema(
        operation_id="getBulk",
        summary="A bulk and how far it is",
        tags=["intake"],
        responses=answers(BulkSerializer, 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Poll it until state is done, refused or failed."""
        self.parse(Params)
        return Response(BulkSerializer(self.find(pk)).data)


class BulkRecordParams(PageParams):
    """Which answers."""

    comparisons = {
        "position": number("position"),
        "external_id": word("external_id"),
        "outcome": word("outcome"),
    }

    outcome = serializers.ChoiceField(OUTCOMES, required=False)


class BulkRecords(BulkRead):
    """The answers to the records."""

    @extend_schema(
        operation_id="listBulkRecords",
        summary="What became of each record",
        tags=["intake"],
        parameters=[BulkRecordParams],
        responses=answers(page_of(BulkRecordSerializer), 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """In the order of the body; none before the bulk is done."""
        given = self.parse(BulkRecordParams)
        rows = list_records(self.find(pk).bulk, outcome=given.get("outcome"))
        return self.page(rows, BulkRecordSerializer, ordering="position")
