"""REST: bulks of write-offs, groups, signals and rates."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from invoices.api_bulks import BulkIntake, bulk_schema
from invoices.domain.bulks import BulkKind
from invoices.serializers_records import (
    EventRecordSerializer,
    GroupRecordSerializer,
    RateRecordSerializer,
    RatingRecordSerializer,
    ShipmentRecordSerializer,
    StatementRecordSerializer,
    WriteOffRecordSerializer,
)


class WriteOffBulk(BulkIntake):
    """Write-offs."""

    kind = BulkKind.WRITE_OFFS

    @bulk_schema("postWriteOffBulk", "Write-offs in bulk", WriteOffRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Posted in some statements; together at most what is open of each invoice."""
        return self.receive(request)


class GroupBulk(BulkIntake):
    """Groups with their members."""

    kind = BulkKind.GROUPS

    @bulk_schema("postGroupBulk", "Groups with their members in bulk", GroupRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """A group is taken as a whole: one bad member and it waits; control totals have rows only."""
        return self.receive(request)


class RatingBulk(BulkIntake):
    """Agency ratings."""

    kind = BulkKind.RATINGS

    @bulk_schema("postRatingBulk", "Agency ratings in bulk", RatingRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Of buyers that the source has told us of; control totals have rows only."""
        return self.receive(request)


class StatementBulk(BulkIntake):
    """Financial statements."""

    kind = BulkKind.FINANCIAL_STATEMENTS

    @bulk_schema("postFinancialStatementBulk", "Financial statements in bulk", StatementRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """As ratings in bulk."""
        return self.receive(request)


class EventBulk(BulkIntake):
    """Events of buyers."""

    kind = BulkKind.BUYER_EVENTS

    @bulk_schema("postBuyerEventBulk", "Events of buyers in bulk", EventRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """As ratings in bulk."""
        return self.receive(request)


class RateBulk(BulkIntake):
    """Exchange rates."""

    kind = BulkKind.RATES

    @bulk_schema("postRateBulk", "Exchange rates in bulk", RateRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """By currency and day; control totals have rows only."""
        return self.receive(request)


class ShipmentBulk(BulkIntake):
    """Shipments."""

    kind = BulkKind.SHIPMENTS

    @bulk_schema("postShipmentBulk", "Shipments in bulk", ShipmentRecordSerializer)
    def post(self, request: Request) -> HttpResponse:
        """Stored whatever credit says; one whose order is not known yet waits in quarantine."""
        return self.receive(request)
