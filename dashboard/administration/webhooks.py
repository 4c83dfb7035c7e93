"""Administration: who is told of what happens, by webhook or mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.outbox import Channel, MessageKind
from core.errors import DomainError
from core.queries.audit import list_subject_events
from core.queries.outbox import SubscriptionRow, get_subscription, list_keys, list_subscriptions
from core.queries.users import list_users
from core.services.outbox.replaying import replay_all
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
from core.services.outbox.words import KINDS
from dashboard.administration.base import AdministrationPage
from dashboard.desk_labels import CHANNELS, SUBSCRIPTION_STATES
from dashboard.forms import DeskForm
from dashboard.labels import ROLES, Label, word_of

KIND_CHOICES = [(kind.value, KINDS[kind]) for kind in MessageKind if kind is not MessageKind.TEST]


class NewSubscriptionForm(DeskForm):
    """What is asked for a new subscription."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    channel = forms.ChoiceField(label=gettext_lazy("Way"), choices=list(CHANNELS.items()))
    url = forms.CharField(
        label=gettext_lazy("Address of the receiver"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For webhooks: https://, reachable from the internet."),
    )
    owner = forms.ChoiceField(
        label=gettext_lazy("In the name of"),
        help_text=gettext_lazy("Only what this person may read is sent; mail goes to their address."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Tells of"), choices=KIND_CHOICES, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list_users(only_active=True)
        words = [(str(one.id), f"{one.username} ({word_of(ROLES, one.role)})") for one in people]
        self.fields["owner"].choices = words  # type: ignore[attr-defined]

    def wanted(self) -> NewSubscription:
        """As the service takes it."""
        given = self.cleaned_data
        return NewSubscription(
            name=given["name"],
            channel=given["channel"],
            url=given["url"].strip(),
            kinds=given["kinds"],
            owner_id=int(given["owner"]),
        )


class WebhooksPage(AdministrationPage):
    """All subscriptions, and a form for a new one."""

    tab = "administration_webhooks"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        return self._page(NewSubscriptionForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Subscribe; a webhook's secret is shown once."""
        form = NewSubscriptionForm(request.POST)
        if form.is_valid():
            try:
                made = subscribe(form.wanted(), actor=self.page.user)
            except DomainError as problem:
                form.refuse(problem)
            else:
                return self._created(made)
        return self._page(form, status=422)

    def _created(self, made: Subscribed) -> HttpResponse:
        if made.secret:
            return self.show_secret(**_handed_over(made))
        messages.success(self.request, _("The subscription was created."))
        return HttpResponseRedirect(reverse("dashboard:administration_webhook", args=[made.subscription.pk]))

    def _page(self, form: NewSubscriptionForm, status: int = 200) -> HttpResponse:
        rows = [(row, _state(row), CHANNELS[Channel(row.channel)]) for row in list_subscriptions(now=timezone.now())]
        return self.render("administration/webhooks.html", status=status, rows=rows, form=form)


class WebhookPage(AdministrationPage):
    """One subscription: what it gets, its secrets, what was done to it."""

    tab = "administration_webhooks"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The subscription."""
        now = timezone.now()
        row = get_subscription(pk, now=now)
        return self.render(
            "administration/webhook.html",
            row=row,
            state=_state(row),
            channel=CHANNELS[Channel(row.channel)],
            role_word=word_of(ROLES, row.owner_role),
            kinds=[word_of(KINDS, kind) for kind in row.kinds],
            keys=list_keys(pk, now=now),
            events=list_subject_events(subject_type="subscription", subject_id=str(pk)),
        )


class WebhookRotate(AdministrationPage):
    """Replaces the secret of a webhook."""

    tab = "administration_webhooks"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new secret; the old one signs too for the days asked for."""
        made = rotate_secret(pk, now=timezone.now(), grace=self.grace, actor=self.page.user)
        return self.show_secret(**_handed_over(made))


class WebhookWork(AdministrationPage):
    """Pauses, resumes, deletes, tests, sends dead letters again."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do it."""
        change, done = _WORK[verb]
        back = ("administration_webhooks", []) if verb == "delete" else ("administration_webhook", [pk])
        address = reverse(f"dashboard:{back[0]}", args=back[1])
        return self.act(lambda: change(pk, actor=self.page.user), done=str(done), back=address)


_WORK: dict[str, tuple[Any, Any]] = {
    "pause": (pause, gettext_lazy("Paused. What happens now is collected and sent when it is resumed.")),
    "resume": (resume, gettext_lazy("Resumed. What was collected is being sent, in order.")),
    "delete": (unsubscribe, gettext_lazy("The subscription was deleted; nothing more is sent.")),
    "test": (send_test, gettext_lazy("A test message is on its way; the log shows what became of it.")),
    "replay": (replay_all, gettext_lazy("Dead letters are being sent again.")),
}


def _state(row: SubscriptionRow) -> Label:
    if not row.is_owner_active:
        return SUBSCRIPTION_STATES["orphaned"]
    if row.rests_until is not None and not row.is_paused:
        return SUBSCRIPTION_STATES["resting"]
    return SUBSCRIPTION_STATES[row.state]


def _handed_over(made: Subscribed) -> dict[str, Any]:
    return {
        "title": _("Secret of %(name)s") % {"name": made.subscription.name},
        "secret": made.secret,
        "words": _("It is shown this once. The receiver checks the signature of every message with it."),
        "back": reverse("dashboard:administration_webhook", args=[made.subscription.pk]),
    }
