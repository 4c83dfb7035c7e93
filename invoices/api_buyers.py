"""REST: buyers under their sources' numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.api import BuyerDetail
from buyers.queries.records import get_buyer_of_source
from buyers.services.registry import BuyerRow
from core.api.outages import outage_told
from core.api.params import Params
from core.api.schema import write_answers
from core.errors import Conflict
from core.house import today
from core.services.idempotency import try_again
from invoices.api_intake import SourceView
from invoices.api_reports import INTAKE
from invoices.bodies_intake import PutBuyerBody
from invoices.serializers_intake import PutBuyerSerializer
from invoices.services.bulks.buyers import BUYERS, WantedBuyer
from invoices.services.bulks.taking import Caller, put_row
from invoices.services.imports.results import Outcome

LONGEST_ID = 60


class BuyerOfSource(SourceView):
    """One buyer under its source's number."""

    http_method_names = ["get", "head", "put", "options"]
    access = {"PUT": INTAKE}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Reading is as ever: a code of ours may hold a slash."""
        if request.method in ("GET", "HEAD"):
            return BuyerDetail.as_view()(request, code=f"{kwargs['source']}/{kwargs['external_id']}")
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="putBuyer",
        summary="Put a buyer",
        tags=["intake"],
        request=PutBuyerBody,
        responses=write_answers(PutBuyerSerializer, 404, 409, 422, 503, created=True),
    )
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Made, or filled where empty; what is on record stays, other spellings are kept beside it."""
        self.parse(Params)
        self.check_own(source)
        self.check_number(external_id, LONGEST_ID)
        row = _row(self.body(PutBuyerBody), external_id)
        with outage_told(), _explained():
            outcome = try_again(lambda: put_row(BUYERS, caller=Caller(source, today(), self.person), row=row))
        return Response(_shown(source, external_id, outcome), status=201 if outcome is Outcome.CREATED else 200)


def _row(given: dict[str, Any], external_id: str) -> WantedBuyer:
    names = ("name", "name_zh", "country", "currency", "code", "website")
    record = BuyerRow(external_id, founded_on=given["trading_since"], **{name: given[name] for name in names})
    return WantedBuyer(position=1, external_id=external_id, record=record)


def _shown(source: str, external_id: str, outcome: Outcome) -> dict[str, Any]:
    buyer = get_buyer_of_source(source, external_id)
    known = {name: getattr(buyer, name) for name in ("code", "name", "name_zh", "country", "currency", "website")}
    named = {"source": source, "external_id": external_id, "trading_since": buyer.founded_on}
    return dict(PutBuyerSerializer({**known, **named, "outcome": outcome.value}).data)


@contextmanager
def _explained() -> Iterator[None]:
    """A conflict inside, with what to do about it."""
    try:
        yield
    except Conflict as conflict:
        conflict.params["fix"] = _("Leave code out, or have the buyers merged.")
        raise
