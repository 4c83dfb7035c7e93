"""Profiles: how a kind of file is written, as TOML that a person can read, copy and change."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from dashboard.desk_labels import PROFILE_TITLES
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage
from dashboard.refusals import words_of
from invoices.intake.library import shipped_names
from invoices.services.imports.profiles import find_profile, list_profiles, save_profile


class ProfileForm(DeskForm):
    """The profile's text."""

    toml = forms.CharField(
        label=_("Profile"), widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"})
    )


class ProfilesPage(ImportsPage):
    """All profiles."""

    tab = "import_profiles"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self.render(
            "imports/profiles.html", rows=[(row, PROFILE_TITLES.get(row.title, row.title)) for row in list_profiles()]
        )


class ProfilePage(ImportsPage):
    """One profile."""

    tab = "import_profiles"

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """Its text."""
        _known(name)
        return self._page(name, ProfileForm(initial={"toml": find_profile(name)[1]}))

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        """Keep the text under the name that it gives itself."""
        _known(name)
        form = ProfileForm(request.POST)
        if form.is_valid() and self.page.may(Permission.LEDGER_IMPORT):
            try:
                saved = save_profile(toml=form.cleaned_data["toml"], actor=self.page.user)
            except DomainError as problem:
                form.add_error("toml", words_of(problem))
            else:
                return HttpResponseRedirect(reverse("dashboard:import_profile", args=[saved.name]))
        return self._page(name, form, status=422)

    def _page(self, name: str, form: ProfileForm, status: int = 200) -> HttpResponse:
        is_shipped = name in shipped_names()
        return self.render("imports/profile.html", status=status, form=form, name=name, is_shipped=is_shipped)


def _known(name: str) -> None:
    """Only names: a path would read files of the server."""
    if name not in {entry.name for entry in list_profiles()}:
        raise NotFound(
            "profile_unknown",
            gettext("There is no profile %(name)r.") % {"name": name},
            {"field": "profile", "value": name},
        )
