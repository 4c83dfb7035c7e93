"""Addresses of the buyers in the REST API."""

from django.urls import URLPattern, path

from buyers.api import BuyerDetail, BuyerList

# A code is whatever its source wrote, a slash included.
urlpatterns: list[URLPattern] = [
    path("buyers/", BuyerList.as_view(), name="api-buyers"),
    path("buyers/<path:code>/", BuyerDetail.as_view(), name="api-buyer"),
]
