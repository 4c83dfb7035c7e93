"""REST: receipts and credit notes of a source, one at a time, and what waits for its invoice."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.comparing import amount, moment, word
from core.api.outages import outage_told
from core.api.params import PageParams, Params
from core.api.schema import answers, page_of, write_answers
from core.api.writes import ActionView
from core.house import today
from core.services.idempotency import try_again
from invoices.api_intake import SourceView
from invoices.api_reports import INTAKE, READ
from invoices.bodies_intake import DocumentBody, PutCreditNoteBody, PutReceiptBody
from invoices.domain.bulks import SuspenseState
from invoices.queries.source_documents import get_document, list_suspense
from invoices.serializers_intake import (
    DocumentSerializer,
    PutCreditNoteSerializer,
    PutReceiptSerializer,
    SuspenseSerializer,
)
from invoices.services.bulks.document_rows import DAYS, DocumentRow, WantedAllocation
from invoices.services.bulks.taking import Caller
from invoices.services.imports.results import Outcome
from invoices.services.posting.putting_documents import put_document


class DocumentView(SourceView):
    """Base of both: subclasses say which."""

    http_method_names = ["put", "options"]
    access = {"PUT": INTAKE}
    kind: ClassVar[str]
    body_kind: ClassVar[type[DocumentBody]]
    answer_kind: ClassVar[type[DocumentSerializer]]

    def put_document(self, source: str, external_id: str) -> HttpResponse:
        """Put, then show what stands."""
        self.parse(Params)
        self.check_own(source)
        row = _row(self.body(self.body_kind), external_id, DAYS[self.kind])
        caller = Caller(source, today(), self.person)
        with outage_told():
            outcome = try_again(lambda: put_document(self.kind, caller, row))
            found = get_document(self.kind, source=source, external_id=external_id)
        data = self.answer_kind(found, context={"outcome": outcome.value}).data
        return Response(data, status=201 if outcome is Outcome.CREATED else 200)


def _row(given: dict[str, Any], external_id: str, day: str) -> DocumentRow:
    asked = given.get("allocations")
    wanted = (WantedAllocation(one["invoice"], one["amount"], one.get("source_amount")) for one in asked or ())
    return DocumentRow(
        position=1,
        external_id=external_id,
        buyer=given["buyer"],
        buyer_name=given["buyer_name"] or given["buyer"],
        currency=given["currency"],
        amount=given["amount"],
        day=given[day],
        note=given["note"],
        allocations=None if asked is None else tuple(wanted),
    )


class ReceiptOfSource(DocumentView):
    """One receipt under its source's number."""

    kind, body_kind, answer_kind = "receipt", PutReceiptBody, PutReceiptSerializer

    @extend_schema(
        operation_id="putReceipt",
        summary="Put a receipt with its allocations",
        tags=["intake"],
        request=PutReceiptBody,
        responses=write_answers(PutReceiptSerializer, 404, 409, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """What cannot be allocated yet waits in suspense; the same again changes nothing."""
        return self.put_document(source, external_id)


class CreditNoteOfSource(DocumentView):
    """One credit note under its source's number."""

    kind, body_kind, answer_kind = "credit_note", PutCreditNoteBody, PutCreditNoteSerializer

    @extend_schema(
        operation_id="putCreditNote",
        summary="Put a credit note with its allocations",
        tags=["intake"],
        request=PutCreditNoteBody,
        responses=write_answers(PutCreditNoteSerializer, 404, 409, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """As a receipt; what is not allocated stands as unapplied credit."""
        return self.put_document(source, external_id)


class SuspenseParams(PageParams):
    """Which allocations."""

    comparisons = {
        "amount": amount("amount"),
        "document": word("document"),
        "invoice": word("invoice"),
        "since": moment("recorded_at"),
    }

    state = serializers.ChoiceField([item.value for item in SuspenseState], default=SuspenseState.WAITING.value)
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    invoice = serializers.CharField(required=False, help_text="The source's own number.")


class SuspenseList(ActionView):
    """What waits for its invoice, or was refused by it."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ}

    @extend_schema(
        operation_id="listSuspense",
        summary="Allocations that wait",
        tags=["intake"],
        parameters=[SuspenseParams],
        responses=answers(page_of(SuspenseSerializer)),
    )
    def get(self, request: Request) -> Response:
        """Oldest first; a key for intake alone sees its own source's."""
        given = self.parse(SuspenseParams)
        source = self.only_source or given.get("source")
        rows = list_suspense(source=source, state=given["state"], invoice=given.get("invoice"))
        return self.page(rows, SuspenseSerializer, ordering="id")
