"""REST: reading the alerts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.domain.states import LIVE_STATES
from alerts.filters import AlertParams
from alerts.queries.alerts import list_alerts, list_alerts_as_of
from alerts.serializers import AlertSerializer
from buyers.queries.records import get_buyer_id
from core.api.schema import answers, page_of
from core.api.views import ReadView


class AlertList(ReadView):
    """Early warnings, newest first."""

    @extend_schema(
        operation_id="listAlerts",
        summary="Early warnings",
        tags=["alerts"],
        parameters=[AlertParams],
        responses=answers(page_of(AlertSerializer), 404),
    )
    def get(self, request: Request) -> Response:
        """Those that live now; with as_of those that lived on that day."""
        return self.page(self._rows(self.parse(AlertParams)), AlertSerializer, ordering="-id")

    def _rows(self, wanted: dict[str, Any]) -> Any:
        buyer_id = get_buyer_id(wanted["buyer"], scope=self.scope) if "buyer" in wanted else None
        if "as_of" in wanted:
            rows = list_alerts_as_of(wanted["as_of"], self.scope)
            rows = rows.filter(rule=wanted["rule"]) if "rule" in wanted else rows
            return rows if buyer_id is None else rows.filter(buyer_id=buyer_id)
        states = [wanted["state"]] if "state" in wanted else LIVE_STATES
        rules = [wanted["rule"]] if "rule" in wanted else ()
        return list_alerts(self.scope, states=states, rules=rules, buyer_id=buyer_id)
