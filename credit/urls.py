"""Addresses of orders, exposure and limits in the REST API."""

from django.urls import URLPattern, path

from credit.api import OrderCheckDetail, OrderChecks
from credit.api_decisions import CancelOrder, RecheckOrder, RejectOrder, ReleaseOrder
from credit.api_exposures import BuyerExposure
from credit.api_limit_decisions import ApproveLimitRequest, RejectLimitRequest, WithdrawLimitRequest
from credit.api_limits import CreditLimits, LimitRequestDetail, LimitRequests
from credit.api_orders import OrderBulk, OrderOfSource

# A code is whatever its source wrote, a slash included.
urlpatterns: list[URLPattern] = [
    path("order-checks/", OrderChecks.as_view(), name="api-order-checks"),
    path("order-checks/<int:pk>/", OrderCheckDetail.as_view(), name="api-order-check"),
    path("order-checks/<int:pk>/release/", ReleaseOrder.as_view(), name="api-order-release"),
    path("order-checks/<int:pk>/reject/", RejectOrder.as_view(), name="api-order-reject"),
    path("order-checks/<int:pk>/cancel/", CancelOrder.as_view(), name="api-order-cancel"),
    path("order-checks/<int:pk>/recheck/", RecheckOrder.as_view(), name="api-order-recheck"),
    path("orders/bulk/", OrderBulk.as_view(), name="api-order-bulk"),
    path("orders/<str:source>/<path:external_id>/", OrderOfSource.as_view(), name="api-order-of-source"),
    path("credit-limits/", CreditLimits.as_view(), name="api-credit-limits"),
    path("limit-requests/", LimitRequests.as_view(), name="api-limit-requests"),
    path("limit-requests/<int:pk>/", LimitRequestDetail.as_view(), name="api-limit-request"),
    path("limit-requests/<int:pk>/approve/", ApproveLimitRequest.as_view(), name="api-limit-approve"),
    path("limit-requests/<int:pk>/reject/", RejectLimitRequest.as_view(), name="api-limit-reject"),
    path("limit-requests/<int:pk>/withdraw/", WithdrawLimitRequest.as_view(), name="api-limit-withdraw"),
    path("exposures/<path:buyer>/", BuyerExposure.as_view(), name="api-exposure"),
]
