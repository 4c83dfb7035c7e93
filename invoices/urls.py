"""Addresses of invoices and aging in the REST API."""

from django.urls import URLPattern, path

from invoices.api_aging import Aging

urlpatterns: list[URLPattern] = [path("aging/", Aging.as_view(), name="api-aging")]
