"""Administration: what was sent where, what came back, and dead letters. What messages say is not shown here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.outbox import DeliveryState
from core.models import Delivery
from core.queries.outbox import LogFilter, list_deliveries, list_names
from core.services.outbox.replaying import replay
from core.services.outbox.words import KINDS
from dashboard.administration.base import AdministrationPage
from dashboard.desk_labels import DELIVERY_STATES
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.tables import CountColumn, DataTable, LabelColumn, MomentColumn, TextColumn, WordColumn, configure
from dashboard.templatetags.desk import moment

_STATES = [(state.value, DELIVERY_STATES[state].text) for state in DeliveryState]


class LogForm(DeskForm):
    """What to look for."""

    subscription = forms.ChoiceField(label=gettext_lazy("Subscription"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("all")), *_STATES]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("all")), *KINDS.items()]
    )
    subject = forms.CharField(label=gettext_lazy("About"), required=False, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subscription"].choices = [("", _("all")), *list_names()]  # type: ignore[attr-defined]

    def wanted(self) -> LogFilter:
        """The filter; what cannot be read does not restrict and is marked in the form."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return LogFilter(**given)


class LogTable(DataTable):
    """Deliveries, newest first."""

    title = gettext_lazy("Deliveries")
    empty = gettext_lazy("No delivery matches. Widen the filter, or send a test.")

    created = MomentColumn(gettext_lazy("When"), accessor="message__created_at", css="nowrap", orderable=False)
    subscription = TextColumn(gettext_lazy("Subscription"), accessor="subscription__name", orderable=False)
    kind = WordColumn(gettext_lazy("Kind"), accessor="message__kind", table=KINDS, orderable=False)
    subject = TextColumn(gettext_lazy("About"), orderable=False)
    state = LabelColumn(gettext_lazy("State"), table=DELIVERY_STATES, orderable=False)
    attempts = CountColumn(gettext_lazy("Attempts"), orderable=False)
    next_attempt_at = MomentColumn(gettext_lazy("Next attempt"), css="nowrap", orderable=False)
    last_attempt_at = MomentColumn(gettext_lazy("Last attempt"), css="nowrap", orderable=False)
    duration_ms = CountColumn("ms", orderable=False)
    status = TextColumn(gettext_lazy("Answer"), orderable=False)
    excerpt = TextColumn(gettext_lazy("What it said"), orderable=False)
    replay = TextColumn("", accessor="pk", orderable=False, exclude_from_export=True)

    def render_subject(self, record: Delivery) -> str:
        """With its number there."""
        return f"{record.subject} #{record.sequence}"

    def render_next_attempt_at(self, record: Delivery) -> str:
        """Only while there is one."""
        return moment(record.next_attempt_at if record.state == DeliveryState.PENDING else None)

    def render_replay(self, record: Delivery) -> Any:
        """A button of the page's one form."""
        if record.state != DeliveryState.DEAD:
            return ""
        return format_html(
            '<button class="btn btn-dense" form="replay" name="delivery" value="{}">{}'
            '<span class="visually-hidden"> {} #{}</span></button>',
            record.pk,
            _("Send again"),
            record.subject,
            record.sequence,
        )


class LogPage(AdministrationPage):
    """The log of all subscriptions."""

    tab = "administration_webhooks"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        form = LogForm(request.GET)
        table = configure(request, LogTable(list_deliveries(form.wanted()), name="deliveries"))
        return wanted_export(request, table) or self.render("administration/webhook_log.html", table=table, form=form)


class Replay(AdministrationPage):
    """Sends one dead letter again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it."""
        given = request.POST.get("delivery", "")
        delivery_id = int(given) if given.isdecimal() and len(given) < 19 else 0
        return self.act(
            lambda: replay(delivery_id, actor=self.page.user),
            done=_("It is being sent again."),
            back=f"{reverse('dashboard:administration_webhook_log')}?state=dead",
        )
