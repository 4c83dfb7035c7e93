"""REST: reading the invoices and their entries."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.params import MomentParams
from core.api.schema import answers, page_of
from core.api.views import ReadView
from invoices.filters import InvoiceParams, wanted_invoices
from invoices.models import Invoice
from invoices.queries.history import get_history
from invoices.queries.invoices import buyer_codes, get_invoice, list_invoices
from invoices.serializers import InvoiceDetailSerializer, InvoiceSerializer


class InvoiceList(ReadView):
    """Invoices as of a day."""

    @extend_schema(
        operation_id="listInvoices",
        summary="Invoices as of a day",
        tags=["invoices"],
        parameters=[InvoiceParams],
        responses=answers(page_of(InvoiceSerializer), 404),
    )
    def get(self, request: Request) -> Response:
        """In the order in which they were recorded; open, overdue and disputed mean: on the day asked for."""
        given = self.parse(InvoiceParams)

        def context(found: list[Invoice]) -> dict[str, Any]:
            return {"as_of": given["as_of"], "codes": buyer_codes(found, known_at=given["known_at"])}

        return self.page(self._rows(given), InvoiceSerializer, ordering="id", context=context)

    def _rows(self, given: dict[str, Any]) -> Any:
        buyer = get_buyer_id(given["buyer"], scope=self.scope) if "buyer" in given else None
        wanted = wanted_invoices(given, buyer_id=buyer)
        return list_invoices(as_of=given["as_of"], known_at=given["known_at"], scope=self.scope, wanted=wanted)


class InvoiceDetail(ReadView):
    """One invoice with its entries."""

    @extend_schema(
        operation_id="getInvoice",
        summary="One invoice with its entries",
        tags=["invoices"],
        parameters=[MomentParams],
        responses=answers(InvoiceDetailSerializer, 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Its history up to the day asked for, as known at the moment asked for."""
        given = self.parse(MomentParams)
        moment = {"as_of": given["as_of"], "known_at": given["known_at"]}
        invoice = get_invoice(pk, scope=self.scope, **moment)
        context = {
            "as_of": given["as_of"],
            "codes": buyer_codes([invoice], known_at=given["known_at"]),
            "history": get_history(invoice, **moment),
        }
        return Response(InvoiceDetailSerializer(invoice, context=context).data)
