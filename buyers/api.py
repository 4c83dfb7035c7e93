"""REST: reading the buyers."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.filters import BuyerParams, wanted_buyers
from buyers.queries.buyers import get_buyer, list_buyers
from buyers.queries.names import get_names
from buyers.serializers import BuyerDetailSerializer, BuyerSerializer
from core.api.params import Params
from core.api.schema import answers, page_of
from core.api.views import ReadView


class BuyerList(ReadView):
    """Buyers by code."""

    @extend_schema(
        operation_id="listBuyers",
        summary="Buyers",
        tags=["buyers"],
        parameters=[BuyerParams],
        responses=answers(page_of(BuyerSerializer)),
    )
    def get(self, request: Request) -> Response:
        """Each customer once: records merged into another are found under it."""
        rows = list_buyers(scope=self.scope, wanted=wanted_buyers(self.parse(BuyerParams)))
        return self.page(rows, BuyerSerializer, ordering="code")


class BuyerDetail(ReadView):
    """One buyer."""

    @extend_schema(
        operation_id="getBuyer",
        summary="One buyer",
        tags=["buyers"],
        responses=answers(BuyerDetailSerializer, 404),
    )
    def get(self, request: Request, code: str) -> Response:
        """With everything it is called by; the code of a merged record gives its survivor."""
        self.parse(Params)
        buyer = get_buyer(code, scope=self.scope)
        serializer = BuyerDetailSerializer(buyer, context={"names": get_names(buyer)})
        return Response(serializer.data)
