"""REST: subscriptions to messages, their log and secrets; for administrators who are signed in, never for keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.second_factor import lacks_second_factor
from core.api.bodies import Body
from core.api.comparing import number, word
from core.api.idempotency import answered_once
from core.api.params import PageParams, Params
from core.api.permissions import Grant
from core.api.schema import answers, key_parameter, page_of, write_answers
from core.api.writes import ActionView
from core.domain.outbox import Channel, DeliveryState, MessageKind, SubscriptionState
from core.domain.roles import Permission
from core.errors import Denied
from core.models import User
from core.queries.outbox import LogFilter, get_subscription, list_deliveries, list_subscriptions
from core.queries.users import find_user_id
from core.services.outbox.replaying import replay, replay_all
from core.services.outbox.subscriptions import (
    NewSubscription,
    Subscribed,
    pause,
    resume,
    rotate_secret,
    send_test,
    subscribe,
    unsubscribe,
)

# No key: who may tell another system what happens here is a person's decision.
MANAGE = Grant(Permission.USERS_MANAGE)
KINDS = [kind.value for kind in MessageKind if kind is not MessageKind.TEST]
LONGEST_GRACE_DAYS = 30


class SubscriptionSerializer(serializers.Serializer[Any]):
    """A subscription as the administration sees it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    channel = serializers.ChoiceField([channel.value for channel in Channel])
    url = serializers.CharField(help_text="Empty for mail: it goes to the owner's address.")
    kinds = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField(help_text="In whose name: only what this person may read is sent.")
    is_owner_active = serializers.BooleanField()
    state = serializers.ChoiceField([SubscriptionState.ACTIVE.value, SubscriptionState.PAUSED.value])
    rests_until = serializers.DateTimeField(allow_null=True, help_text="Nobody answers there: no attempt before.")
    created_at = serializers.DateTimeField()
    pending = serializers.IntegerField()
    dead = serializers.IntegerField(help_text="Given up; they wait to be replayed.")
    last_delivered_at = serializers.DateTimeField(allow_null=True)


class SubscribedSerializer(SubscriptionSerializer):
    """The same with its secret, this once."""

    secret = serializers.CharField(allow_blank=True, help_text="Shown this once; empty for mail.")


class DeliverySerializer(serializers.Serializer[Any]):
    """A line of the log; what the message said is not for those who administer it."""

    id = serializers.IntegerField()
    subscription = serializers.IntegerField(source="subscription_id")
    uid = serializers.CharField(source="message.uid", help_text="The receiver's webhook-id.")
    kind = serializers.CharField(source="message.kind")
    subject = serializers.CharField()
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField([state.value for state in DeliveryState])
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField()
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the last answer.")
    excerpt = serializers.CharField(help_text="Beginning of the last answer, or why none came.")
    delivered_at = serializers.DateTimeField(allow_null=True)


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many are sent again."""

    deliveries = serializers.IntegerField()


class SubscriptionBody(Body):
    """Who wants to be told what."""

    name = serializers.CharField(max_length=80)
    channel = serializers.ChoiceField([channel.value for channel in Channel], default=Channel.WEBHOOK.value)
    url = serializers.CharField(required=False, max_length=500, default="", help_text="For webhooks: https://.")
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS), min_length=1)
    owner = serializers.CharField(max_length=150, help_text="User name of the person in whose name it is sent.")


class RotateBody(Body):
    """How long the former secret signs too."""

    grace_days = serializers.IntegerField(required=False, min_value=0, max_value=LONGEST_GRACE_DAYS, default=1)


class NoBody(Body):
    """An empty object."""


class DeliveryParams(PageParams):
    """Which lines of the log."""

    comparisons = {"kind": word("message__kind"), "subject": word("subject"), "attempts": number("attempts")}

    state = serializers.ChoiceField([state.value for state in DeliveryState], required=False)
    kind = serializers.ChoiceField([kind.value for kind in MessageKind], required=False)
    subject = serializers.CharField(required=False, max_length=80)


class AdministrationView(ActionView):
    """For administrators with their second factor, as the pages."""

    access = {"GET": MANAGE, "POST": MANAGE, "DELETE": MANAGE}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises ``second_factor_missing`` as the pages ask for it."""
        super().initial(request, *args, **kwargs)
        if lacks_second_factor(self.administrator):
            raise Denied("second_factor_missing", _("Administrators need a second factor; set it up to go on."))

    @property
    def administrator(self) -> User:
        """Who is signed in; keys do not come here."""
        return cast(User, self.request.user)

    def act(self, work: Callable[[], Response]) -> HttpResponse:
        """Once for its key."""
        self.parse(Params)
        return answered_once(self.request, work)

    def shown(self, pk: int, *, status: int = 200) -> Response:
        """The subscription as it stands."""
        row = get_subscription(pk, now=timezone.now())
        headers = {"Location": f"/api/v1/subscriptions/{pk}/"} if status == 201 else {}
        return Response(SubscriptionSerializer(row).data, status=status, headers=headers)

    def handed_over(self, made: Subscribed, *, status: int) -> Response:
        """The same with its secret; the answer is not kept, so that the secret stands nowhere in clear."""
        shown = self.shown(made.subscription.pk, status=status)
        shown.data = {**cast(dict[str, Any], shown.data), "secret": made.secret}
        return shown


class Subscriptions(AdministrationView):
    """All subscriptions, and a new one."""

    http_method_names = ["get", "head", "post", "options"]

    @extend_schema(
        operation_id="listSubscriptions",
        summary="Subscriptions by name",
        tags=["administration"],
        responses=answers(SubscriptionSerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """All but deleted ones."""
        self.parse(Params)
        return Response(SubscriptionSerializer(list_subscriptions(now=timezone.now()), many=True).data)

    @extend_schema(
        operation_id="subscribe",
        summary="Subscribe",
        tags=["administration"],
        request=SubscriptionBody,
        responses=write_answers(SubscribedSerializer, 422, created=True),
    )
    def post(self, request: Request) -> Response:
        """The answer holds the secret of a webhook, this once: it takes no Idempotency-Key, nothing keeps it."""
        self.parse(Params)
        given = self.body(SubscriptionBody)
        owner_id = find_user_id(given.pop("owner"))
        new = NewSubscription(owner_id=owner_id, **given)
        return self.handed_over(subscribe(new, actor=self.administrator), status=201)


class SubscriptionDetail(AdministrationView):
    """One subscription."""

    http_method_names = ["get", "head", "delete", "options"]

    @extend_schema(
        operation_id="getSubscription",
        summary="One subscription",
        tags=["administration"],
        responses=answers(SubscriptionSerializer, 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """As it stands; a secret is never shown again."""
        self.parse(Params)
        return self.shown(pk)

    @extend_schema(
        operation_id="unsubscribe",
        summary="End a subscription for good",
        tags=["administration"],
        responses=answers(SubscriptionSerializer, 404),
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Its secrets and what was not delivered go; the answer shows it as it was."""
        self.parse(Params)
        last = self.shown(pk)
        unsubscribe(pk, actor=self.administrator)
        return last


class SubscriptionWork(AdministrationView):
    """Base of what is done to one subscription."""

    def worked(self, pk: int, service: Callable[..., object]) -> HttpResponse:
        """Do it, then show how it stands."""
        self.body(NoBody)

        def work() -> Response:
            service(pk, actor=self.administrator)
            return self.shown(pk)

        return self.act(work)


def work_schema(name: str, summary: str, answer: Any = SubscriptionSerializer) -> Callable[[Any], Any]:
    """The description of something done to a subscription."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        tags=["administration"],
        parameters=[key_parameter()],
        request=NoBody,
        responses=write_answers(answer, 404, 409, 422),
    )


class PauseSubscription(SubscriptionWork):
    """Send nothing for now."""

    @work_schema("pauseSubscription", "Pause")
    def post(self, request: Request, pk: int) -> HttpResponse:
        """What happens meanwhile is collected."""
        return self.worked(pk, pause)


class ResumeSubscription(SubscriptionWork):
    """Go on."""

    @work_schema("resumeSubscription", "Resume")
    def post(self, request: Request, pk: int) -> HttpResponse:
        """What was collected is sent, in order."""
        return self.worked(pk, resume)


class TestSubscription(SubscriptionWork):
    """A message of kind test."""

    @work_schema("testSubscription", "Send a test message")
    def post(self, request: Request, pk: int) -> HttpResponse:
        """The log shows what became of it."""
        return self.worked(pk, send_test)


class ReplaySubscription(SubscriptionWork):
    """All dead letters again."""

    @work_schema("replaySubscription", "Send all dead letters again", ReplayedSerializer)
    def post(self, request: Request, pk: int) -> HttpResponse:
        """With the ids and numbers that they had, the earliest of each subject first."""
        self.body(NoBody)

        def work() -> Response:
            get_subscription(pk, now=timezone.now())
            return Response({"deliveries": replay_all(pk, actor=self.administrator)})

        return self.act(work)


class RotateSubscription(AdministrationView):
    """A new secret."""

    @extend_schema(
        operation_id="rotateSubscription",
        summary="Replace the secret",
        tags=["administration"],
        request=RotateBody,
        responses=write_answers(SubscribedSerializer, 404, 409, 422),
    )
    def post(self, request: Request, pk: int) -> Response:
        """The answer holds it, this once: no Idempotency-Key, nothing keeps it."""
        self.parse(Params)
        grace = timedelta(days=self.body(RotateBody)["grace_days"])
        made = rotate_secret(pk, now=timezone.now(), grace=grace, actor=self.administrator)
        return self.handed_over(made, status=200)


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
        self.body(NoBody)

        def work() -> Response:
            replay(self._delivery(pk, delivery), actor=self.administrator)
            found = list_deliveries(LogFilter(subscription=str(pk))).get(pk=delivery)
            return Response(DeliverySerializer(found).data)

        return self.act(work)

    def _delivery(self, pk: int, delivery: int) -> int:
        """Its id if it is this subscription's, else one that no delivery has."""
        return delivery if list_deliveries(LogFilter(subscription=str(pk))).filter(pk=delivery).exists() else 0
