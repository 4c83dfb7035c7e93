"""Addresses of the alerts in the REST API."""

from django.urls import URLPattern, path

from alerts.api import AlertList

urlpatterns: list[URLPattern] = [path("alerts/", AlertList.as_view(), name="api-alerts")]
