"""Quarantine: rows that were not applied, mended on the page and tried again, or set aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext

from core.errors import DomainError
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.imports.quarantine_rows import editable_row, editable_rows
from dashboard.refusals import words_of
from invoices.domain.kinds import QuarantineState
from invoices.models import ImportBatch
from invoices.queries.imports import get_batch, get_quarantined, list_quarantine
from invoices.services.quarantine import ReplayResult, discard_row, mend_row, replay

PAGE = 50
_CELL = "cell-"


class QuarantinePage(ImportsPage):
    """Open rows of all imports, or of one."""

    tab = "import_quarantine"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        batch, page = request.GET.get("batch", ""), request.GET.get("page", "1")
        batch_id = int(batch) if batch.isdecimal() else None
        number = max(1, int(page)) if page.isdecimal() else 1
        states = list(QuarantineState) if request.GET.get("state") == "all" else [QuarantineState.OPEN]
        found = list_quarantine(batch_id=batch_id, states=states, limit=PAGE + 1, offset=PAGE * (number - 1))
        return self.render(
            "imports/quarantine.html",
            rows=editable_rows(found[:PAGE]),
            batch=get_batch(batch_id) if batch_id else None,
            shows_all=len(states) > 1,
            following=number + 1 if len(found) > PAGE else None,
        )


class RowMend(ImportWork):
    """Writes other texts into a row and tries it again."""

    def post(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Mend, replay, and show what became of it in the row's place."""
        cells = {name.removeprefix(_CELL): text for name, text in request.POST.items() if name.startswith(_CELL)}
        problem = ""
        try:
            mend_row(row_id, {str(name): str(text) for name, text in cells.items()}, self.page.user)
            replay(actor=self.page.user, row_ids=[row_id])
        except DomainError as refused:
            problem = words_of(refused)
        return _answer(self, row_id, problem)


class RowDiscard(ImportWork):
    """Sets a row aside for good."""

    def post(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Discard it."""
        problem = ""
        try:
            discard_row(row_id, self.page.user)
        except DomainError as refused:
            problem = words_of(refused)
        return _answer(self, row_id, problem)


class BatchReplay(ImportWork):
    """Tries all open rows of an import again."""

    def post(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Replay and say what became of them."""
        batch = ImportBatch.objects.get(pk=get_batch(batch_id).id)
        return self.act(
            lambda: replay(actor=self.page.user, batch=batch),
            done=_said,
            back=reverse("dashboard:import", args=[batch_id]),
        )


def _said(result: ReplayResult) -> str:
    taken = result.created + result.updated + result.unchanged
    words = ngettext("%(count)s row is imported now", "%(count)s rows are imported now", taken) % {"count": taken}
    left = result.still_quarantined
    rest = ngettext("%(count)s row stays in quarantine", "%(count)s rows stay in quarantine", left) % {"count": left}
    return f"{words}, {rest}."


def _answer(view: ImportWork, row_id: int, problem: str) -> HttpResponse:
    item = get_quarantined(row_id)
    if not view.request.headers.get("HX-Request"):
        if problem:
            messages.error(view.request, problem)
        return HttpResponseRedirect(reverse("dashboard:import_quarantine") + f"?batch={item.batch_id}&state=all")
    return view.render("imports/_quarantine_row.html", row=editable_row(item), problem=problem)
