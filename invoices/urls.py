"""Addresses of invoices and aging in the REST API."""

from django.urls import URLPattern, path

from invoices.api import InvoiceDetail, InvoiceList
from invoices.api_aging import Aging
from invoices.api_bulks import BulkDetail, BulkRecords, BuyerBulk, CreditNoteBulk, DisputeBulk, InvoiceBulk, ReceiptBulk
from invoices.api_bulks_records import (
    EventBulk,
    GroupBulk,
    RateBulk,
    RatingBulk,
    ShipmentBulk,
    StatementBulk,
    WriteOffBulk,
)
from invoices.api_buyers import BuyerOfSource
from invoices.api_disputes import DisputeOfSource
from invoices.api_documents import CreditNoteOfSource, ReceiptOfSource, SuspenseList
from invoices.api_groups import GroupOfSource
from invoices.api_incoming import DocumentAttachmentFile, DocumentDetail, DocumentFile, Documents
from invoices.api_intake import InvoiceOfSource
from invoices.api_rates import RateOfSource
from invoices.api_reports import OrderShipment, Receipts
from invoices.api_signals import EventOfSource, RatingOfSource, StatementOfSource
from invoices.api_write_offs import WriteOffOfSource

urlpatterns: list[URLPattern] = [
    path("invoices/", InvoiceList.as_view(), name="api-invoices"),
    path("invoices/bulk/", InvoiceBulk.as_view(), name="api-invoice-bulk"),
    path("buyers/bulk/", BuyerBulk.as_view(), name="api-buyer-bulk"),
    path("buyers/<str:source>/<path:external_id>/", BuyerOfSource.as_view(), name="api-buyer-of-source"),
    path("bulks/<int:pk>/", BulkDetail.as_view(), name="api-bulk"),
    path("bulks/<int:pk>/records/", BulkRecords.as_view(), name="api-bulk-records"),
    path("invoices/<int:pk>/", InvoiceDetail.as_view(), name="api-invoice"),
    path("invoices/<str:source>/<path:external_id>/", InvoiceOfSource.as_view(), name="api-invoice-of-source"),
    path("aging/", Aging.as_view(), name="api-aging"),
    path("receipts/", Receipts.as_view(), name="api-receipts"),
    path("receipts/bulk/", ReceiptBulk.as_view(), name="api-receipt-bulk"),
    path("receipts/<str:source>/<path:external_id>/", ReceiptOfSource.as_view(), name="api-receipt-of-source"),
    path("credit-notes/bulk/", CreditNoteBulk.as_view(), name="api-credit-note-bulk"),
    path(
        "credit-notes/<str:source>/<path:external_id>/",
        CreditNoteOfSource.as_view(),
        name="api-credit-note-of-source",
    ),
    path("disputes/bulk/", DisputeBulk.as_view(), name="api-dispute-bulk"),
    path("disputes/<str:source>/<path:external_id>/", DisputeOfSource.as_view(), name="api-dispute-of-source"),
    path("documents/", Documents.as_view(), name="api-documents"),
    path("documents/<int:pk>/", DocumentDetail.as_view(), name="api-document"),
    path("documents/<int:pk>/file/", DocumentFile.as_view(), name="api-document-file"),
    path(
        "documents/<int:pk>/attachments/<int:position>/",
        DocumentAttachmentFile.as_view(),
        name="api-document-attachment",
    ),
    path("write-offs/bulk/", WriteOffBulk.as_view(), name="api-write-off-bulk"),
    path("write-offs/<str:source>/<path:external_id>/", WriteOffOfSource.as_view(), name="api-write-off-of-source"),
    path("shipments/bulk/", ShipmentBulk.as_view(), name="api-shipment-bulk"),
    path("groups/bulk/", GroupBulk.as_view(), name="api-group-bulk"),
    path("groups/<str:source>/<path:external_id>/", GroupOfSource.as_view(), name="api-group-of-source"),
    path("ratings/bulk/", RatingBulk.as_view(), name="api-rating-bulk"),
    path("ratings/<str:source>/<path:external_id>/", RatingOfSource.as_view(), name="api-rating-of-source"),
    path("financial-statements/bulk/", StatementBulk.as_view(), name="api-statement-bulk"),
    path(
        "financial-statements/<str:source>/<path:external_id>/",
        StatementOfSource.as_view(),
        name="api-statement-of-source",
    ),
    path("buyer-events/bulk/", EventBulk.as_view(), name="api-event-bulk"),
    path("buyer-events/<str:source>/<path:external_id>/", EventOfSource.as_view(), name="api-event-of-source"),
    path("rates/bulk/", RateBulk.as_view(), name="api-rate-bulk"),
    path("rates/<str:source>/<str:currency>/<str:rate_date>/", RateOfSource.as_view(), name="api-rate-of-source"),
    path("suspense/", SuspenseList.as_view(), name="api-suspense"),
    path(
        "orders/<str:source>/<str:external_id>/shipments/<str:shipment>/",
        OrderShipment.as_view(),
        name="api-shipment",
    ),
]
