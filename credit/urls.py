"""Addresses of orders and exposure in the REST API."""

from django.urls import URLPattern, path

from credit.api import OrderCheckDetail, OrderChecks
from credit.api_decisions import CancelOrder, RecheckOrder, RejectOrder, ReleaseOrder
from credit.api_exposures import BuyerExposure

# A code is whatever its source wrote, a slash included.
urlpatterns: list[URLPattern] = [
    path("order-checks/", OrderChecks.as_view(), name="api-order-checks"),
    path("order-checks/<int:pk>/", OrderCheckDetail.as_view(), name="api-order-check"),
    path("order-checks/<int:pk>/release/", ReleaseOrder.as_view(), name="api-order-release"),
    path("order-checks/<int:pk>/reject/", RejectOrder.as_view(), name="api-order-reject"),
    path("order-checks/<int:pk>/cancel/", CancelOrder.as_view(), name="api-order-cancel"),
    path("order-checks/<int:pk>/recheck/", RecheckOrder.as_view(), name="api-order-recheck"),
    path("exposures/<path:buyer>/", BuyerExposure.as_view(), name="api-exposure"),
]
