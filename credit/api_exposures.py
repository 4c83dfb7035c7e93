"""REST: what could be lost with a buyer, on any day."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.params import MomentParams
from core.api.schema import answers
from credit.api_base import READ, OrderView
from credit.queries.exposure_report import get_exposure_report
from credit.serializers_exposure import ExposureSerializer, exposure_body


class BuyerExposure(OrderView):
    """Exposure of one buyer, its limits and its group."""

    http_method_names = ["get", "head", "options"]
    access = {"GET": READ}

    @extend_schema(
        operation_id="getExposure",
        summary="A buyer's exposure, limits and headroom",
        tags=["orders"],
        parameters=[MomentParams],
        responses=answers(ExposureSerializer, 404, 503),
    )
    def get(self, request: Request, buyer: str) -> Response:
        """Every component listed, live or of any day. Limits, headroom, cover and group need limits:read."""
        given = self.parse(MomentParams)
        buyer_id = get_buyer_id(buyer, scope=self.scope)
        report = get_exposure_report(buyer_id, as_of=given["as_of"], known_at=given["known_at"])
        return Response(exposure_body(report, sees_limits=self.reader.sees_limits))
