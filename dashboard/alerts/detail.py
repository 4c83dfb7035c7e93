"""One alert: its evidence and history, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.domain.states import LIVE_STATES, AlertState
from alerts.labels import RULE_HELP, RULES, note_text
from alerts.models import Alert
from alerts.queries.alerts import alert_history, get_alert, list_alerts_as_of
from alerts.services.work import acknowledge, assign, reopen, snooze
from core.domain.roles import Permission
from core.errors import DomainError
from core.queries.users import list_people
from dashboard.alert_lines import names_in
from dashboard.alerts.evidence_table import evidence_table
from dashboard.alerts.history import history_rows
from dashboard.alerts.rows import row_of
from dashboard.alerts.worklist import FILTERS, Wanted, is_now, list_wanted
from dashboard.filters import query_of
from dashboard.forms import DayInput, DeskForm
from dashboard.labels import ALERT_STATES, SEVERITIES
from dashboard.pages import PageView
from dashboard.refusals import words_of


class NoteForm(DeskForm):
    """A note beside the change."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class AssignForm(DeskForm):
    """Who looks after it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    assignee = forms.TypedChoiceField(label=gettext_lazy("Owner"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.pk), str(person)) for person in list_people(Permission.ALERT_WORK)]
        self.fields["assignee"].choices = [("", _("nobody")), *people]  # type: ignore[attr-defined]


class SnoozeForm(DeskForm):
    """Until when, and why it may wait."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    until = forms.DateField(label=gettext_lazy("Until"), widget=DayInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


FORMS: dict[str, type[DeskForm]] = {
    "acknowledge": NoteForm,
    "assign": AssignForm,
    "snooze": SnoozeForm,
    "reopen": NoteForm,
}


class AlertPage(PageView):
    """The alert."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        """All about it, as of the day in the header."""
        alert = get_alert(alert_id, self.page.scope)
        if not is_now(self.page):
            alert = list_alerts_as_of(self.page.as_of, self.page.scope).filter(pk=alert_id).first() or alert
        return self.render("alerts/detail.html", **self.about(alert))

    def about(self, alert: Alert, failed: tuple[str, DeskForm] | None = None, problem: str = "") -> dict[str, Any]:
        """What the template shows; ``failed`` is a form that was refused."""
        names = names_in([alert])
        now, row = is_now(self.page), row_of(alert, self.page, names)
        may_work = now and self.page.may(Permission.ALERT_WORK) and alert.state in LIVE_STATES
        history = alert_history(alert)
        return {
            "alert": alert,
            "row": row,
            "is_now": now,
            "rule": RULES[alert.rule],
            "rule_help": RULE_HELP[alert.rule],
            "severity": SEVERITIES[row.told.severity],
            "state": ALERT_STATES[AlertState(row.told.state)],
            "evidence": evidence_table(row.facts, names),
            "history": history_rows(history if now else history.filter(as_of__lte=self.page.as_of)),
            "forms": self._forms(alert, failed) if may_work else {},
            "problem": problem,
            "close_words": note_text(alert.close_note),
            "base_currency": settings.BASE_CURRENCY,
            "list_query": query_of(self.request.GET, FILTERS),
            "following": self._following(alert),
        }

    def _forms(self, alert: Alert, failed: tuple[str, DeskForm] | None) -> dict[str, DeskForm]:
        version = {"version": alert.version}
        soon = {"until": self.page.today + timedelta(days=7)}
        shown = {
            "acknowledge": NoteForm(initial=version, prefix="acknowledge"),
            "assign": AssignForm(initial={**version, "assignee": alert.assignee_id or ""}, prefix="assign"),
            "snooze": SnoozeForm(initial={**version, **soon}, prefix="snooze"),
            "reopen": NoteForm(initial=version, prefix="reopen"),
        }
        if failed:
            shown[failed[0]] = failed[1]
        if alert.state == AlertState.ACKNOWLEDGED:
            del shown["acknowledge"]
        if alert.state == AlertState.OPEN:
            del shown["reopen"]
        return shown

    def _following(self, alert: Alert) -> int | None:
        """The next alert of the list that the reader came from."""
        keys = list(list_wanted(self.page, Wanted.of(self.request.GET)).values_list("pk", flat=True)[:500])
        if alert.pk not in keys:
            return keys[0] if keys else None
        later = keys[keys.index(alert.pk) + 1 :]
        return later[0] if later else None


class AlertWork(AlertPage):
    """Acknowledges, assigns, snoozes or reopens; htmx gets the alert anew, a plain form is sent back to it."""

    permission = Permission.ALERT_WORK

    def post(self, request: HttpRequest, alert_id: int, verb: str) -> HttpResponse:
        """Do it, or show what is wrong beside the alert as it now is."""
        get_alert(alert_id, self.page.scope)
        form = FORMS[verb](request.POST, prefix=verb)
        problem = ""
        if form.is_valid():
            try:
                self._service(verb, alert_id, form.cleaned_data)()
            except DomainError as refused:
                problem = words_of(refused)
                form.refuse(refused)
        return self._answer(alert_id, (verb, form) if form.errors else None, problem)

    def _service(self, verb: str, alert_id: int, given: dict[str, Any]) -> Callable[[], object]:
        services: dict[str, Callable[..., object]] = {
            "acknowledge": partial(acknowledge, note=given.get("note", "")),
            "assign": partial(assign, assignee_id=given.get("assignee")),
            "snooze": partial(snooze, until=given.get("until", date.min), reason=given.get("reason", "")),
            "reopen": partial(reopen, note=given.get("note", "")),
        }
        page = self.page
        who = {"version": given["version"], "actor": page.user, "scope": page.scope, "today": page.today}
        return partial(services[verb], alert_id=alert_id, **who)

    def _answer(self, alert_id: int, failed: tuple[str, DeskForm] | None, problem: str) -> HttpResponse:
        alert = get_alert(alert_id, self.page.scope)
        if failed:  # the next try is made from what is shown now
            failed[1].data = {**dict(failed[1].data.items()), f"{failed[0]}-version": alert.version}
        if self.request.headers.get("HX-Request"):
            return self.render("alerts/_alert.html", **self.about(alert, failed, problem))
        if problem:
            messages.error(self.request, problem)
        address = reverse("dashboard:alert", args=[alert_id])
        return HttpResponseRedirect(address + query_of(self.request.GET, FILTERS))
