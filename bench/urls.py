"""The product's addresses and the minimal endpoint that order checks are measured beside. No part of the product."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from rest_framework.request import Request
from rest_framework.response import Response

from config.urls import urlpatterns as of_the_product
from core.api.views import ReadView
from core.domain.roles import ApiScope
from core.queries.sql import fetch_all

_OPEN_SQL = """
SELECT i.currency, count(*), sum(i.open_amount), sum(i.disputed_amount), min(i.due_date)
FROM buyers_buyer b JOIN invoices_invoice i ON i.buyer_id = b.id AND i.open_amount <> 0
WHERE b.code = %s GROUP BY i.currency
"""


class OpenAmounts(ReadView):
    """One aggregate over a buyer's open items, found through an index, as it is."""

    api_scope = ApiScope.CHECK

    def get(self, request: Request, code: str) -> Response:
        """Same middleware, key, throttle and worker class as an order check; as little work as a use could do."""
        names = ("currency", "items", "open", "disputed", "oldest")
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in fetch_all(_OPEN_SQL, [code])]
        return Response(rows)


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/bench/open/<str:code>/", OpenAmounts.as_view()),
    *of_the_product,
]
