"""Addresses of invoices and aging in the REST API."""

from django.urls import URLPattern, path

from invoices.api import InvoiceDetail, InvoiceList
from invoices.api_aging import Aging

urlpatterns: list[URLPattern] = [
    path("invoices/", InvoiceList.as_view(), name="api-invoices"),
    path("invoices/<int:pk>/", InvoiceDetail.as_view(), name="api-invoice"),
    path("aging/", Aging.as_view(), name="api-aging"),
]
