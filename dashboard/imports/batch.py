"""One import: how the file is read, what will become of it, progress, and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.queries.runs import run_progress
from dashboard.desk_labels import BATCH_STATES, COUNTED, QUARANTINE_REASONS
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.imports.mapping import DATE_FORMATS, MappingForm, initial_of
from dashboard.imports.quarantine_rows import editable_rows
from dashboard.imports.totals import control_totals
from dashboard.imports.upload import profile_choices
from dashboard.labels import word_of
from dashboard.refusals import words_of
from invoices.domain.kinds import BatchState
from invoices.models import ImportBatch
from invoices.queries.imports import count_by_reason, get_batch, list_quarantine
from invoices.services.imports.background import request_import
from invoices.services.imports.previewing import Preview, preview
from invoices.services.imports.remapping import remap, use_profile
from invoices.services.imports.results import ImportResult
from invoices.services.imports.running import run_import
from invoices.services.imports.uploads import stored_path

SHOWN = 50
# A larger file is checked while it is imported: rows that do not fit go to quarantine, never into the ledger.
CHECK_MAX_BYTES = 2 * 1024 * 1024


class BatchPage(ImportsPage):
    """The import in whatever state it is."""

    def get(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Preview, progress or result."""
        return self.show(batch_id)

    def show(
        self, batch_id: int, *, form: MappingForm | None = None, result: ImportResult | None = None
    ) -> HttpResponse:
        """The page, with a form that was refused or the result of a check."""
        row = get_batch(batch_id)
        context = {"batch": row, "state": BATCH_STATES[row.state], "result": result}  # type: ignore[index]
        if row.state == BatchState.PREVIEW:
            return self._preview(batch_id, form, context)
        if row.state == BatchState.RUNNING:
            return self._running(row.run_id, context)
        return self._done(batch_id, context)

    def _preview(self, batch_id: int, form: MappingForm | None, context: dict[str, Any]) -> HttpResponse:
        batch = ImportBatch.objects.get(pk=batch_id)
        seen = form.preview if form else preview(batch)
        return self.render(
            "imports/preview.html",
            status=422 if form else 200,
            preview=seen,
            form=form or MappingForm(initial=initial_of(batch), preview=seen),
            profiles=profile_choices(),
            date_formats=DATE_FORMATS,
            may_check=stored_path(batch).stat().st_size <= CHECK_MAX_BYTES,
            counted=[(COUNTED[name], value) for name, value in _counts(context["result"])],
            **context,
        )

    def _running(self, run_id: int | None, context: dict[str, Any]) -> HttpResponse:
        run = run_progress(run_id) if run_id else None
        is_fragment = self.request.headers.get("HX-Target") == "import-progress"
        template = "imports/_progress.html" if is_fragment else "imports/running.html"
        return self.render(template, run=run, **context)

    def _done(self, batch_id: int, context: dict[str, Any]) -> HttpResponse:
        if self.request.headers.get("HX-Target") == "import-progress":
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        rows = list_quarantine(batch_id=batch_id, limit=SHOWN)
        return self.render(
            "imports/done.html",
            totals=control_totals(context["batch"]),
            reasons=[(word_of(QUARANTINE_REASONS, code), n) for code, n in count_by_reason(batch_id).items()],
            rows=editable_rows(rows),
            **context,
        )


class BatchProfile(BatchPage, ImportWork):
    """Reads the file by another profile."""

    def post(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Change it and show the preview again."""
        known = dict(profile_choices())
        profile = request.POST.get("profile", "")
        return self.act(
            lambda: use_profile(batch_id, profile=profile if profile in known else "?", actor=self.page.user),
            done=_("The file is read by this profile now; look at the preview."),
            back=reverse("dashboard:import", args=[batch_id]),
        )


class BatchMapping(BatchPage, ImportWork):
    """Keeps the columns that were chosen."""

    def post(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Keep them and show the preview again."""
        form = MappingForm(request.POST, preview=_seen(batch_id))
        if form.is_valid():
            try:
                remap(batch_id, chosen=form.chosen(), actor=self.page.user)
            except DomainError as problem:
                _refuse(form, problem)
            else:
                return HttpResponseRedirect(reverse("dashboard:import", args=[batch_id]))
        return self.show(batch_id, form=form)


class BatchCheck(BatchPage, ImportWork):
    """Reads the whole file without applying anything."""

    def post(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Show what an import would do."""
        batch = ImportBatch.objects.get(pk=get_batch(batch_id).id)
        return self.show(batch_id, result=run_import(batch, is_dry_run=True, actor=self.page.user))


class BatchImport(BatchPage, ImportWork):
    """Starts the import."""

    def post(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Start it in the background and show its progress."""
        batch = ImportBatch.objects.get(pk=get_batch(batch_id).id)
        return self.act(
            lambda: request_import(batch, self.page.user),
            done=_("The import has started. It goes on while you are away."),
            back=reverse("dashboard:import", args=[batch_id]),
        )


def _seen(batch_id: int) -> Preview:
    get_batch(batch_id)
    return preview(ImportBatch.objects.get(pk=batch_id))


def _refuse(form: MappingForm, problem: DomainError) -> None:
    """A refusal names the profile's key; the form calls a column by its field."""
    key = str(problem.params.get("field", "")).replace("columns.", "column-").replace("defaults.", "")
    form.add_error(key if key in form.fields else None, words_of(problem))


def _counts(result: ImportResult | None) -> list[tuple[str, int]]:
    return [(outcome.value, count) for outcome, count in result.tally.counts.items()] if result else []
