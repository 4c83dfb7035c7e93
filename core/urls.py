"""Addresses of the core in the REST API: subscriptions to messages."""

from django.urls import URLPattern, path

from core.api.deliveries import ReplayDelivery, ReplaySubscription, SubscriptionDeliveries
from core.api.subscriptions import (
    PauseSubscription,
    ResumeSubscription,
    RotateSubscription,
    SubscriptionDetail,
    Subscriptions,
    TestSubscription,
)

urlpatterns: list[URLPattern] = [
    path("subscriptions/", Subscriptions.as_view(), name="api-subscriptions"),
    path("subscriptions/<int:pk>/", SubscriptionDetail.as_view(), name="api-subscription"),
    path("subscriptions/<int:pk>/pause/", PauseSubscription.as_view(), name="api-subscription-pause"),
    path("subscriptions/<int:pk>/resume/", ResumeSubscription.as_view(), name="api-subscription-resume"),
    path("subscriptions/<int:pk>/test/", TestSubscription.as_view(), name="api-subscription-test"),
    path("subscriptions/<int:pk>/rotate/", RotateSubscription.as_view(), name="api-subscription-rotate"),
    path("subscriptions/<int:pk>/replay/", ReplaySubscription.as_view(), name="api-subscription-replay"),
    path("subscriptions/<int:pk>/deliveries/", SubscriptionDeliveries.as_view(), name="api-deliveries"),
    path(
        "subscriptions/<int:pk>/deliveries/<int:delivery>/replay/",
        ReplayDelivery.as_view(),
        name="api-delivery-replay",
    ),
]
