"""Imports: which files came in, and a form for the next one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard.desk_labels import BATCH_STATES, PROFILE_TITLES
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage
from invoices.queries.imports import list_batches
from invoices.services.imports.profiles import list_profiles
from invoices.services.imports.uploads import start_upload

PAGE = 25


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
    """The latest imports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self._page(UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
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

    def _page(self, form: UploadForm, status: int = 200) -> HttpResponse:
        before = self.request.GET.get("before", "")
        found = list_batches(limit=PAGE + 1, before_id=int(before) if before.isdecimal() else None)
        return self.render(
            "imports/list.html",
            status=status,
            form=form,
            rows=[(row, BATCH_STATES[row.state]) for row in found[:PAGE]],  # type: ignore[index]
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            limit_mib=settings.UPLOAD_MAX_BYTES // (1024 * 1024),
        )
