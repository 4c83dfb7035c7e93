"""REST: the log of what was sent to subscribers, and dead letters sent again."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.bodies import NothingBody
from core.api.schema import answers, page_of
from core.api.subscription_bodies import DeliveryParams
from core.api.subscription_serializers import DeliverySerializer, ReplayedSerializer
from core.api.subscriptions import AdministrationView, work_schema
from core.queries.outbox import LogFilter, get_delivery, get_subscription, list_deliveries
from core.services.outbox.replaying import replay, replay_all


class ReplaySubscription(AdministrationView):
    """All dead letters again."""

    @work_schema("replaySubscription", "Send all dead letters again", ReplayedSerializer)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """With the ids and numbers that they had, the earliest of each subject first."""
        self.body(NothingBody)

        def work() -> Response:
            get_subscription(pk, now=timezone.now())
            return Response({"deliveries": replay_all(pk, actor=self.administrator)})

        return self.act(work)


class SubscriptionDeliveries(AdministrationView):
    """The log of one subscription."""

    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="listDeliveries",
        summary="What was sent, newest first",
        tags=["administration"],
        parameters=[DeliveryParams],
        responses=answers(page_of(DeliverySerializer), 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Attempts, the receiver's last answer, what is dead."""
        given = self.parse(DeliveryParams)
        get_subscription(pk, now=timezone.now())
        wanted = LogFilter(subscription=str(pk), **{name: given.get(name, "") for name in ("state", "kind", "subject")})
        return self.page(list_deliveries(wanted), DeliverySerializer, ordering="-id")


class ReplayDelivery(AdministrationView):
    """One dead letter again."""

    @work_schema("replayDelivery", "Send a dead letter again", DeliverySerializer)
    def post(self, request: Request, pk: int, delivery: int) -> HttpResponse:
        """With the id and number that it had."""
        self.body(NothingBody)

        def work() -> Response:
            replay(get_delivery(delivery, subscription_id=pk).pk, actor=self.administrator)
            return Response(DeliverySerializer(get_delivery(delivery, subscription_id=pk)).data)

        return self.act(work)
