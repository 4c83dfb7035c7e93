"""REST: disputes under their sources' numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.outages import outage_told
from core.api.params import Params
from core.api.schema import write_answers
from core.house import today
from core.services.idempotency import try_again
from invoices.api_intake import SourceView
from invoices.api_reports import INTAKE
from invoices.bodies_intake import PutDisputeBody
from invoices.serializers_intake import PutDisputeSerializer
from invoices.services.bulks.disputes import LONGEST_ID, WantedDispute
from invoices.services.bulks.taking import Caller
from invoices.services.imports.results import Outcome
from invoices.services.posting.putting_disputes import put_dispute


class DisputeOfSource(SourceView):
    """One dispute under its source's number."""

    http_method_names = ["put", "options"]
    access = {"PUT": INTAKE}

    @extend_schema(
        operation_id="putDispute",
        summary="Put a dispute",
        tags=["intake"],
        request=PutDisputeBody,
        responses=write_answers(PutDisputeSerializer, 404, 409, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """From its day on that part of the invoice is contested; 0 ends it, the same again changes nothing."""
        self.parse(Params)
        self.check_own(source)
        self.check_number(external_id, LONGEST_ID)
        given = self.body(PutDisputeBody)
        row = WantedDispute(position=1, external_id=external_id, **given)
        caller = Caller(source, today(), self.person)
        with outage_told():
            outcome, currency = try_again(lambda: put_dispute(caller, row))
        return _answer(source, external_id, given | {"currency": currency}, outcome)


def _answer(source: str, external_id: str, given: dict[str, Any], outcome: Outcome) -> Response:
    shown = {"source": source, "external_id": external_id, "outcome": outcome.value, **given}
    return Response(PutDisputeSerializer(shown).data, status=201 if outcome is Outcome.CREATED else 200)
