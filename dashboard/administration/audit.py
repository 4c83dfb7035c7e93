"""The audit trail: who did what to which thing, when. Administrators see their own field of work only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.models import AuditEvent
from core.queries.audit import AuditFilter, list_events, list_subject_types
from dashboard.administration.base import AdministrationPage
from dashboard.desk_labels import AUDIT_SUBJECTS
from dashboard.exports import wanted_export
from dashboard.forms import DayInput, DeskForm
from dashboard.labels import word_of
from dashboard.pages import PageView
from dashboard.tables import DataTable, TextColumn, WordColumn, configure
from dashboard.templatetags import desk


class AuditForm(DeskForm):
    """What to look for."""

    text = forms.CharField(label=_("Action or thing"), required=False, max_length=80)
    subject_type = forms.ChoiceField(label=_("About"), required=False)
    actor = forms.CharField(label=_("By"), required=False, max_length=150)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)

    def __init__(self, *args: Any, subjects: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(code, word_of(AUDIT_SUBJECTS, code)) for code in subjects]
        self.fields["subject_type"].choices = [("", _("everything")), *words]  # type: ignore[attr-defined]

    def wanted(self) -> AuditFilter:
        """The filter; what cannot be read does not restrict and is marked in the form."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return AuditFilter(**{name: value for name, value in given.items() if value})


class AuditTable(DataTable):
    """Events, newest first."""

    title = _("Audit trail")
    empty = _("No event matches. Widen the filter.")

    occurred_at = TextColumn(_("When"), css="nowrap", orderable=False)
    actor_label = TextColumn(_("Who"), orderable=False)
    action = TextColumn(_("Action"), orderable=False)
    subject_type = WordColumn(_("About"), table=AUDIT_SUBJECTS, orderable=False)
    subject_id = TextColumn(_("Which"), orderable=False)
    data = TextColumn(_("With"), orderable=False)

    def render_occurred_at(self, value: Any) -> str:
        """To the minute."""
        return desk.moment(value)

    def value_occurred_at(self, value: Any) -> Any:
        """To the microsecond, with its zone."""
        return value.isoformat()

    def render_actor_label(self, value: str) -> str:
        """The person, or the system."""
        return desk.who(value)

    def value_actor_label(self, value: str) -> str:
        """As stored."""
        return value

    def render_action(self, value: str) -> str:
        """In words."""
        return desk.action(value)

    def value_action(self, value: str) -> str:
        """The stable code."""
        return value

    def render_data(self, record: AuditEvent) -> Any:
        """Names and values."""
        return desk.told(record.data)

    def value_data(self, record: AuditEvent) -> str:
        """As stored."""
        return str(record.data)


def audit_context(request: HttpRequest, role: str) -> tuple[AuditTable, AuditForm]:
    """The table and its filter for a reader."""
    form = AuditForm(request.GET, subjects=list_subject_types(role=role))
    rows = list_events(role=role, wanted=form.wanted())
    return configure(request, AuditTable(rows, name="audit")), form


class AuditPage(PageView):
    """For those who may read the audit trail."""

    permission = Permission.AUDIT_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        table, form = audit_context(request, self.page.user.role)
        return wanted_export(request, table) or self.render("administration/audit.html", table=table, form=form)


class AdministrationAuditPage(AdministrationPage):
    """The same trail inside the administration."""

    tab = "administration_audit"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        table, form = audit_context(request, self.page.user.role)
        return wanted_export(request, table) or self.render("administration/audit.html", table=table, form=form)
