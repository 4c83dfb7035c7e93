"""Insurers' limits: the list, one entered by hand, and a file with its preview."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from core.errors import DomainError
from core.money import Money
from cover.domain.insured import InsuredDecision
from cover.services.insured_files import Loaded, load_insured_limits
from cover.services.insured_limits import record_insured_limit
from dashboard.exports import wanted_export
from dashboard.forms import DayInput, DeskForm
from dashboard.limits.base import LimitsPage
from dashboard.limits.insured_rows import InsuredTable, file_lines, list_insured
from dashboard.queries.accounts import get_account
from dashboard.refusals import words_of
from dashboard.tables import configure

TYPES = (".csv", ".xlsx")


class InsuredForm(DeskForm):
    """An insurer's decision on one buyer; amount 0 is a refusal or a cut to nothing."""

    buyer = forms.CharField(label=gettext_lazy("Buyer"), max_length=60, help_text=gettext_lazy("code"))
    insurer = forms.CharField(label=gettext_lazy("Insurer"), max_length=60)
    number = forms.CharField(label=gettext_lazy("Insurer's number of the limit"), max_length=120)
    policy = forms.CharField(label=gettext_lazy("Policy"), max_length=60, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=20, decimal_places=4, help_text=gettext_lazy("0 = refused")
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    percent = forms.DecimalField(label=gettext_lazy("Insured, %"), max_digits=5, decimal_places=2)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    valid_to = forms.DateField(label=gettext_lazy("To, included"), widget=DayInput, required=False)
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class InsuredFileForm(DeskForm):
    """Decisions as a file."""

    file = forms.FileField(label=gettext_lazy("File, CSV or XLSX"))

    def clean_file(self) -> UploadedFile[bytes]:
        """Of a kind and size that is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if not str(file.name).lower().endswith(TYPES):
            raise forms.ValidationError(_("Choose a file that ends in .csv or .xlsx."))
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(_("The file is larger than %(limit)s MiB; divide it.") % {"limit": limit})
        return file


class InsuredPage(LimitsPage):
    """What insurers gave, the latest version of each limit."""

    tab = "limit_insured"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        rows = list_insured(as_of=self.page.as_of)
        table = configure(request, InsuredTable(rows, name="insured", as_of=self.page.as_of))
        return wanted_export(request, table) or self.render("limits/insured.html", table=table)


class InsuredWork(LimitsPage):
    """Two ways in: a form and a file."""

    permission = Permission.COVER_WRITE
    tab = "limit_insured"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Both forms."""
        start = {"buyer": request.GET.get("buyer", "")[:60], "percent": 90, "valid_from": self.page.today}
        return self.show(InsuredForm(initial=start), InsuredFileForm())

    def show(
        self, form: InsuredForm, file_form: InsuredFileForm, loaded: Loaded | None = None, status: int = 200
    ) -> HttpResponse:
        """The forms, and what became of a file."""
        result = file_lines(loaded) if loaded else None
        is_part = self.request.headers.get("HX-Target") == "insured-file"
        template = "limits/_insured_file.html" if is_part else "limits/insured_new.html"
        return self.render(template, status=200 if is_part else status, form=form, file_form=file_form, result=result)


class InsuredNew(InsuredWork):
    """A decision by hand; the same again changes nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store it, or show what would be right."""
        form = InsuredForm(request.POST)
        kept = self.keep(
            form,
            lambda: record_insured_limit(self._decision(form.cleaned_data), actor=self.page.user),
            done=lambda found: _("Recorded.") if found.is_new else _("This was on record already."),
            back=reverse("dashboard:limit_insured"),
        )
        return kept or self.show(form, InsuredFileForm(), status=422)

    def _decision(self, given: dict[str, Any]) -> InsuredDecision:
        account = self._buyer(given["buyer"])
        names = ("insurer", "number", "percent", "valid_from", "valid_to", "policy", "conditions")
        return InsuredDecision(
            buyer_id=account,
            amount=Money(given["amount"], given["currency"].upper()),
            **{name: given[name] for name in names},
        )

    def _buyer(self, code: str) -> int:
        try:
            return int(get_account(code=code, scope=self.page.scope).buyer.pk)
        except DomainError as problem:
            raise DomainError(problem.code, problem.message, {"field": "buyer", "value": code}) from problem


class InsuredFile(InsuredWork):
    """A file: looked at first, or taken in. The same file again changes nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """What would become of it, or what became of it."""
        form = InsuredFileForm(request.POST, request.FILES)
        loaded = None
        if form.is_valid():
            try:
                loaded = self._load(form.cleaned_data["file"], is_dry_run="load" not in request.POST)
            except DomainError as problem:
                form.add_error("file", words_of(problem))
        return self.show(InsuredForm(), form, loaded, status=422 if form.errors else 200)

    def _load(self, file: UploadedFile[bytes], *, is_dry_run: bool) -> Loaded:
        name = str(file.name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"upload{Path(name).suffix.lower()}"
            with path.open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            return load_insured_limits(path, actor=self.page.user, is_dry_run=is_dry_run, name=name)
