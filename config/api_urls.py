"""The REST API: version 1, its OpenAPI document and the pages that show it."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from core.api.schema import DocsView, SchemaView
from core.api.unmatched import not_found

v1: list[URLPattern | URLResolver] = [
    # Before the buyers' own, whose codes may hold a slash.
    path("", include("invoices.urls")),
    path("", include("buyers.urls")),
    path("", include("scoring.urls")),
    path("", include("credit.urls")),
    path("", include("alerts.urls")),
    path("", include("core.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    re_path(r"^(?P<rest>(?s:.*))\Z", not_found),  # also what holds a line break
]
