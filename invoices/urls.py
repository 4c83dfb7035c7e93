"""Addresses of invoices and aging in the REST API."""

from django.urls import URLPattern, path

from invoices.api import InvoiceDetail, InvoiceList
from invoices.api_aging import Aging
from invoices.api_reports import OrderShipment, Receipts

urlpatterns: list[URLPattern] = [
    path("invoices/", InvoiceList.as_view(), name="api-invoices"),
    path("invoices/<int:pk>/", InvoiceDetail.as_view(), name="api-invoice"),
    path("aging/", Aging.as_view(), name="api-aging"),
    path("receipts/", Receipts.as_view(), name="api-receipts"),
    path(
        "orders/<str:source>/<str:external_id>/shipments/<str:shipment>/",
        OrderShipment.as_view(),
        name="api-shipment",
    ),
]
