"""Imports: what came in from every source, and a form for the next file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard.desk_labels import PROFILE_TITLES
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage
from dashboard.imports.incoming import incoming_of
from dashboard.tables import configure
from invoices.services.imports.profiles import list_profiles
from invoices.services.imports.uploads import start_upload


class UploadForm(DeskForm):
    """A file and how to read it. Only profiles by name: a path would read files of the server."""

    file = forms.FileField(label=_("File, CSV or XLSX"))
    profile = forms.ChoiceField(label=_("How it is written"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = profile_choices()  # type: ignore[attr-defined]


def profile_choices() -> list[tuple[str, str]]:
    """Saved profiles first, then those that come with the product."""
    return [(entry.name, str(PROFILE_TITLES.get(entry.title, entry.title))) for entry in list_profiles()]


class UploadPage(ImportsPage):
    """What came in, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        return self._page(UploadForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Take the file in; nothing of it is applied yet."""
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and self.page.may(Permission.LEDGER_IMPORT):
            given = form.cleaned_data
            try:
                batch = start_upload(file=given["file"], profile=given["profile"], actor=self.page.user)
            except DomainError as problem:
                form.refuse(problem)
            else:
                return HttpResponseRedirect(reverse("dashboard:import", args=[batch.pk]))
        return self._page(form, status=422)

    def _page(self, form: UploadForm, status: int = 200) -> HttpResponseBase:
        table, choices = incoming_of(self.request)
        return wanted_export(self.request, table) or self.render(
            "imports/list.html",
            status=status,
            form=form,
            table=configure(self.request, table),
            limit_mib=settings.UPLOAD_MAX_BYTES // (1024 * 1024),
            **choices,
        )
