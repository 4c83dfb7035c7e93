"""REST: buyers under their sources' numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.api import BuyerDetail
from buyers.queries.records import get_buyer_of_source
from buyers.services.putting import Put, put_buyers
from buyers.services.registry import BuyerRow
from core.api.outages import outage_told
from core.api.params import Params
from core.api.problems import ParameterError
from core.api.schema import write_answers
from core.errors import Conflict
from core.services.idempotency import try_again
from invoices.api_intake import SourceView
from invoices.api_reports import INTAKE
from invoices.bodies_intake import PutBuyerBody
from invoices.serializers_intake import PutBuyerSerializer

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
        if len(external_id) > LONGEST_ID:
            raise _too_long(external_id)
        row = _row(self.body(PutBuyerBody), external_id)
        with outage_told():
            outcome = try_again(lambda: put_buyers([row], source))[row.external_id]
        if outcome is Put.CONTRADICTS:
            raise _contradicts(row)
        return Response(_shown(source, row.external_id, outcome), status=201 if outcome is Put.CREATED else 200)


def _row(given: dict[str, Any], external_id: str) -> BuyerRow:
    names = ("name", "name_zh", "country", "currency", "code", "website")
    return BuyerRow(external_id, founded_on=given["trading_since"], **{name: given[name] for name in names})


def _shown(source: str, external_id: str, outcome: Put) -> dict[str, Any]:
    buyer = get_buyer_of_source(source, external_id)
    known = {name: getattr(buyer, name) for name in ("code", "name", "name_zh", "country", "currency", "website")}
    named = {"source": source, "external_id": external_id, "trading_since": buyer.founded_on}
    return dict(PutBuyerSerializer({**known, **named, "outcome": outcome.value}).data)


def _too_long(external_id: str) -> ParameterError:
    detail = _("A buyer's number has at most %(limit)s characters.") % {"limit": LONGEST_ID}
    return ParameterError(code="field_invalid", detail=detail, field="external_id", value=external_id[:LONGEST_ID])


def _contradicts(row: BuyerRow) -> Conflict:
    return Conflict(
        "buyer_code_contradicts",
        _("This number means another of our buyers already."),
        {"field": "code", "value": row.code, "fix": _("Leave code out, or have the buyers merged.")},
    )
