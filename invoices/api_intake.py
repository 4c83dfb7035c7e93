"""REST: one record of a source, put as the source knows it now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.services.registry import BuyerRow
from core.api.outages import outage_told
from core.api.params import Params
from core.api.problems import ParameterError
from core.api.schema import ETAG, ETAG_SCHEMA, answers, write_answers
from core.api.writes import ActionView, etag_of, expected_versions
from core.errors import Denied
from core.house import today
from core.services.idempotency import try_again
from invoices.api_reports import INTAKE, READ
from invoices.bodies_intake import InvoiceBody
from invoices.queries.order_numbers import get_order_by_number
from invoices.queries.source_invoices import SourceInvoice, get_source_invoice
from invoices.serializers_intake import PutInvoiceSerializer, SourceInvoiceSerializer
from invoices.services.imports.results import Outcome
from invoices.services.posting.issue import NewInvoice
from invoices.services.posting.putting import put_invoice

VERSION = OpenApiParameter(
    "If-Match",
    ETAG_SCHEMA,
    OpenApiParameter.HEADER,
    description="ETag of the answer that this is decided on; else 412.",
)


class SourceView(ActionView):
    """Base of what stands under a source's own number; a key only writes under its own name."""

    http_method_names = ["get", "head", "put", "options"]
    access = {"GET": READ, "PUT": INTAKE}

    def check_own(self, source: str) -> None:
        """Raises ``source_of_another`` for writing under another name."""
        if source != self.own_source:
            raise Denied(
                "source_of_another",
                _("This caller writes under the source %(own)s only.") % {"own": self.own_source},
                {"field": "source", "value": source, "fix": self.own_source},
            )

    def check_number(self, external_id: str, longest: int) -> None:
        """Raises ``field_invalid`` for a number that is longer than its column."""
        if len(external_id) > longest:
            detail = _("The number has at most %(limit)s characters.") % {"limit": longest}
            raise ParameterError(code="field_invalid", detail=detail, field="external_id", value=external_id[:longest])

    def check_readable(self, source: str) -> None:
        """A key for intake alone reads what it wrote."""
        if self.only_source is not None:
            self.check_own(source)


class InvoiceOfSource(SourceView):
    """One invoice under its source's number."""

    @extend_schema(
        operation_id="getInvoiceOfSource",
        summary="One invoice by its source's number",
        tags=["intake"],
        parameters=[ETAG],
        responses=answers(SourceInvoiceSerializer, 404),
    )
    def get(self, request: Request, source: str, external_id: str) -> Response:
        """As it stands today; the ETag is for If-Match."""
        self.parse(Params)
        self.check_readable(source)
        found = get_source_invoice(source=source, external_id=external_id)
        return Response(SourceInvoiceSerializer(found).data, headers={"ETag": etag_of(*found.versions)})

    @extend_schema(
        operation_id="putInvoice",
        summary="Put an invoice",
        tags=["intake"],
        parameters=[VERSION, ETAG],
        request=InvoiceBody,
        responses=write_answers(PutInvoiceSerializer, 404, 409, 412, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Issues it, or corrects what is on record by reversal and new issue; the same again changes nothing."""
        self.parse(Params)
        self.check_own(source)
        given, expected = self.body(InvoiceBody), expected_versions(request)
        with outage_told():
            outcome, found = try_again(
                lambda: put_invoice(
                    self._record(given, external_id),
                    buyer=_buyer_row(given),
                    today=today(),
                    expected=expected,
                    actor=self.person,
                )
            )
        return _answer(PutInvoiceSerializer, outcome, found)

    def _record(self, given: dict[str, Any], external_id: str) -> NewInvoice:
        order_id = None
        if "order" in given:
            order_id = get_order_by_number(source=self.own_source, external_id=given["order"]).pk
        plain = ("currency", "amount", "invoice_date", "due_date", "terms")
        return NewInvoice(
            buyer_id=0,
            source=self.own_source,
            external_id=external_id,
            number=given.get("number", external_id),
            order_id=order_id,
            **{name: given[name] for name in plain},
        )


def _buyer_row(given: dict[str, Any]) -> BuyerRow:
    name = given["buyer_name"] or given["buyer"]
    return BuyerRow(given["buyer"], name, given["buyer_name_zh"], given["buyer_country"])


def _answer(kind: type[serializers.Serializer[Any]], outcome: Outcome, found: SourceInvoice) -> Response:
    status = 201 if outcome is Outcome.CREATED else 200
    data = kind(found, context={"outcome": outcome.value}).data
    return Response(data, status=status, headers={"ETag": etag_of(*found.versions)})
