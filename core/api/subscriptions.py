"""REST: subscriptions to messages and their secrets; for administrators who are signed in, never for keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.second_factor import lacks_second_factor
from core.api.bodies import NothingBody
from core.api.idempotency import answered_once
from core.api.params import Params
from core.api.permissions import Grant
from core.api.schema import answers, key_parameter, write_answers
from core.api.subscription_bodies import RotateBody, SubscriptionBody
from core.api.subscription_serializers import SubscribedSerializer, SubscriptionSerializer
from core.api.writes import ActionView
from core.domain.roles import Permission
from core.errors import Denied
from core.models import User
from core.queries.outbox import get_subscription, list_subscriptions
from core.queries.users import find_user_id
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
        self.body(NothingBody)

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
        request=NothingBody,
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
