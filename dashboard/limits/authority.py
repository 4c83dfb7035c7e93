"""Delegation of authority as a table with its versions, and who stands in for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from core.queries.users import list_people
from credit.queries.authority import current_authority, list_authority_versions, list_substitutes
from credit.services.authority import change_authority, end_substitute, name_substitute
from dashboard.forms import DayInput, DeskForm
from dashboard.limits.bands import AuthorityForm, BandsForm, band_lines, band_rows, given_bands
from dashboard.limits.base import LimitsPage


class SubstituteForm(DeskForm):
    """Who decides in whose place, from when to when."""

    user = forms.TypedChoiceField(label=gettext_lazy("Away"), coerce=int)
    deputy = forms.TypedChoiceField(label=gettext_lazy("Stands in"), coerce=int)
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    ends_on = forms.DateField(label=gettext_lazy("To, included"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.pk), str(person)) for person in list_people(Permission.LIMIT_DECIDE)]
        for name in ("user", "deputy"):
            self.fields[name].choices = people  # type: ignore[attr-defined]


class AuthorityPage(LimitsPage):
    """The delegation in force; the director changes it as a whole, which makes a new version."""

    tab = "limit_authority"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As it is in force."""
        return self.show()

    def show(self, *, status: int = 200, **refused: Any) -> HttpResponse:
        """The page, with forms for who may change it; ``refused`` are forms to be shown again."""
        found = current_authority()
        today = self.page.today
        context: dict[str, Any] = {
            "authority": found,
            "lines": band_lines(found.bands),
            "versions": list_authority_versions(),
            "substitutes": [(row, row.starts_on <= today <= row.ends_on) for row in list_substitutes()],
            "today": today,
        }
        if self.page.may(Permission.AUTHORITY_CHANGE):
            context |= {"form": _form(found), "bands": _formset(found), "substitute_form": SubstituteForm()}
        return self.render("limits/authority.html", status=status, **{**context, **refused})


class AuthorityChange(AuthorityPage):
    """A new version."""

    permission = Permission.AUTHORITY_CHANGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store it, or show what would be right."""
        form, bands = AuthorityForm(request.POST), BandsForm(request.POST, prefix="bands")
        kept = bands.is_valid() and self.keep(
            form,
            lambda: change_authority(bands=given_bands(bands), actor=self.page.user, **form.cleaned_data),
            done=_("The delegation is changed; it counts from now on."),
            back=reverse("dashboard:limit_authority"),
        )
        return kept or self.show(status=422, form=form, bands=bands)


class SubstituteNew(AuthorityPage):
    """Somebody stands in."""

    permission = Permission.AUTHORITY_CHANGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store it, or show what would be right."""
        form = SubstituteForm(request.POST)
        kept = self.keep(
            form,
            lambda: self._name(form.cleaned_data),
            done=_("The substitute is named."),
            back=reverse("dashboard:limit_authority"),
        )
        return kept or self.show(status=422, substitute_form=form)

    def _name(self, given: dict[str, Any]) -> object:
        return name_substitute(
            user_id=given["user"],
            deputy_id=given["deputy"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            actor=self.page.user,
            as_of=self.page.today,
        )


class SubstituteEnd(AuthorityPage):
    """It ends today."""

    permission = Permission.AUTHORITY_CHANGE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, substitute_id: int) -> HttpResponse:
        """End it; one that has ended stays as it is."""
        today = self.page.today
        return self.act(
            lambda: end_substitute(substitute_id, ends_on=today, actor=self.page.user, as_of=today),
            done=_("The substitute decides until today."),
            back=reverse("dashboard:limit_authority"),
        )


def _form(found: Any) -> AuthorityForm:
    start = {
        "version": found.version,
        "currency": found.currency,
        "cosign_above": f"{found.cosign_above.normalize():f}",
    }
    return AuthorityForm(initial=start)


def _formset(found: Any) -> Any:
    rows = [
        {"role": row.role, "grades": row.grades, "up_to": None if row.up_to is None else f"{row.up_to.normalize():f}"}
        for row in band_rows(found.bands)
    ]
    return BandsForm(initial=rows, prefix="bands")
