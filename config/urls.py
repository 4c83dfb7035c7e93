"""Addresses of the product: pages at the top, the REST API under /api/v1/."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

from core.api import health

# Asked most often, found first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("config.api_urls")),
    path("", include("dashboard.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("jsi18n/", JavaScriptCatalog.as_view(domain="djangojs"), name="jsi18n"),
]

handler500 = "core.api.unmatched.server_error"
