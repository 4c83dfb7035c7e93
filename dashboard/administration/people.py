"""Administration: who may sign in, with which role. People are deactivated, never deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Role
from core.errors import DomainError
from core.queries.audit import list_subject_events
from core.queries.users import UserRow, get_user_row, list_users
from core.services.users import NewUser, change_role, create_user, reset_password, set_active
from dashboard.administration.base import AdministrationPage
from dashboard.desk_labels import ACCOUNT_STATES
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.labels import ROLES
from dashboard.tables import DataTable, LabelColumn, MomentColumn, TextColumn, WordColumn, configure

ROLE_CHOICES = [(role.value, ROLES[role]) for role in Role]


class NewUserForm(DeskForm):
    """What is asked for a new account."""

    username = forms.CharField(label=gettext_lazy("Name to sign in with"), max_length=150)
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("Mail"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class RoleForm(DeskForm):
    """Another role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES)


class PeopleTable(DataTable):
    """Accounts."""

    title = gettext_lazy("People")
    empty = gettext_lazy("Nobody matches. Change the filter, or create an account.")

    username = TextColumn(gettext_lazy("Signs in as"))
    full_name = TextColumn(gettext_lazy("Full name"))
    role = WordColumn(gettext_lazy("Role"), table=ROLES)
    is_active = LabelColumn(gettext_lazy("State"), table=ACCOUNT_STATES)
    has_second_factor = TextColumn(gettext_lazy("Second factor"))
    last_login = MomentColumn(gettext_lazy("Last sign-in"), css="nowrap")

    def render_username(self, record: UserRow) -> Any:
        """Linked to the person."""
        url = reverse("dashboard:administration_person", args=[record.id])
        return format_html('<a href="{}">{}</a>', url, record.username)

    def value_username(self, record: UserRow) -> str:
        """The bare name."""
        return record.username

    def render_has_second_factor(self, value: bool) -> str:
        """Yes or no."""
        return _("yes") if value else _("no")


class PeoplePage(AdministrationPage):
    """All accounts, and a form for a new one."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        table = _table(request)
        return wanted_export(request, table) or self._page(table, NewUserForm(initial={"role": Role.ANALYST}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create an account; its password is shown once."""
        form = NewUserForm(request.POST)
        if form.is_valid():
            try:
                issued = create_user(new=NewUser(**form.cleaned_data), actor=self.page.user)
            except DomainError as problem:
                form.refuse(problem)
            else:
                return self.show_secret(**_handed_over(issued.user.username, issued.password))
        return self._page(_table(request), form, status=422)

    def _page(self, table: PeopleTable, form: NewUserForm, status: int = 200) -> HttpResponse:
        return self.render("administration/people.html", status=status, table=table, form=form, roles=ROLE_CHOICES)


class PersonPage(AdministrationPage):
    """One account with what was done to it."""

    def get(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """The account."""
        person = get_user_row(user_id)
        return self.render(
            "administration/person.html",
            person=person,
            role_word=ROLES[Role(person.role)],
            events=list_subject_events(subject_type="user", subject_id=str(user_id)),
            form=RoleForm(initial={"role": person.role}),
            is_self=person.id == self.page.user.pk,
        )


class PersonRole(AdministrationPage):
    """Gives another role."""

    def post(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Change it."""
        role = request.POST.get("role", "")
        return self.act(
            lambda: change_role(user_id=user_id, role=role, actor=self.page.user),
            done=_("The role was changed. It holds from the next page on."),
            back=reverse("dashboard:administration_person", args=[user_id]),
        )


class PersonActive(AdministrationPage):
    """Deactivates or reactivates."""

    def post(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Change it."""
        is_active = request.POST.get("is_active") == "1"
        done = _("The account is active again.") if is_active else _("The account is deactivated; open sessions ended.")
        return self.act(
            lambda: set_active(user_id=user_id, is_active=is_active, actor=self.page.user),
            done=done,
            back=reverse("dashboard:administration_person", args=[user_id]),
        )


class PersonPassword(AdministrationPage):
    """Hands over a new password."""

    def post(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Reset it; shown once."""
        issued = reset_password(user_id=user_id, actor=self.page.user)
        return self.show_secret(**_handed_over(issued.user.username, issued.password))


def _table(request: HttpRequest) -> PeopleTable:
    rows = list_users(
        role=request.GET.get("role", ""),
        only_active=request.GET.get("state") == "active",
        search=request.GET.get("q", "").strip(),
    )
    return configure(request, PeopleTable(rows, name="people"))


def _handed_over(username: str, password: str) -> dict[str, str]:
    return {
        "title": _("Password of %(name)s") % {"name": username},
        "secret": password,
        "words": _("It is shown this once. Hand it over in person; it can be changed after sign-in."),
        "back": reverse("dashboard:administration"),
    }
