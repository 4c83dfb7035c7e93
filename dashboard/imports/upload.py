"""Imports: what came in from every source, and a form for the next file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from core.house import DESK
from dashboard.desk_labels import PROFILE_TITLES
from dashboard.exports import wanted_export
from dashboard.forms import DeskForm
from dashboard.imports.base import ImportsPage
from dashboard.imports.incoming import incoming_of
from dashboard.tables import configure
from invoices.intake.documents import kind_of
from invoices.intake.xml_tree import DEFAULT_XML_LIMITS
from invoices.services.documents.receiving import receive_document
from invoices.services.imports.profiles import list_profiles
from invoices.services.imports.uploads import start_upload


class UploadForm(DeskForm):
    """A file, and how to read it if it is a table. Only profiles by name: a path would read files of the server."""

    file = forms.FileField(label=_("File"))
    profile = forms.ChoiceField(label=_("How a table is written"))

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
        """Take the file in: its content says whether it is a document; of a table nothing is applied yet."""
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and self.page.may(Permission.LEDGER_IMPORT):
            given = form.cleaned_data
            try:
                return HttpResponseRedirect(self._taken(given["file"], given["profile"]))
            except DomainError as problem:
                form.refuse(problem)
        return self._page(form, status=422)

    def _taken(self, file: UploadedFile[bytes], profile: str) -> str:
        """Where the file is shown now."""
        data = file.read() if (file.size or 0) <= DEFAULT_XML_LIMITS.max_bytes else b""
        file.seek(0)
        name = file.name or ""
        if kind_of(data) is None:
            batch = start_upload(file=file, profile=profile, actor=self.page.user)
            return reverse("dashboard:import", args=[batch.pk])
        received = receive_document(
            data, file_name=name, source=DESK, actor=self.page.user, today=self.page.today, media_type=_type_of(file)
        )
        return reverse("dashboard:import_document", args=[received.document.pk])

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


def _type_of(file: UploadedFile[bytes]) -> str:
    return file.content_type or ""
