"""Pages that read a snapshot: shown at once if the date has one, else computed by a job with progress."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh

from core.domain.roles import Permission
from core.errors import NotFound
from core.queries.runs import RunProgress, run_progress
from core.words import sentence as _
from dashboard.pages import PageView
from invoices.queries.snapshots import Snapshot, get_set
from invoices.services import snapshots


class SnapshotPage(PageView, ABC):
    """A page over the snapshot of the as-of date in the base currency."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The page, or its progress while the figures of the date are computed."""
        found = get_set(self.page.as_of, self.page.base_currency)
        if found is None:
            return self.render("snapshots/pending.html", progress=self._request(), status=202)
        return self.show(request, found)

    @abstractmethod
    def show(self, request: HttpRequest, snapshot: Snapshot) -> HttpResponseBase:
        """The page itself."""

    def _request(self) -> RunProgress:
        run = snapshots.request(self.page.as_of, self.page.user, self.page.base_currency)
        return run_progress(run.pk)


class SnapshotProgress(PageView):
    """``/snapshots/<run>/``: a fragment that asks again until the figures are there, then reloads the page."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, run: int) -> HttpResponse:
        """Progress of the run; done means: load the page that waits."""
        progress = run_progress(run)
        if progress.kind != snapshots.RUN_KIND:
            raise NotFound(
                "run_unknown", _("There is no run %(run)s of that kind.", run=run), {"field": "run", "value": run}
            )
        if progress.is_over and not progress.error:
            return HttpResponseClientRefresh()
        return self.render("snapshots/_progress.html", progress=progress)


class SnapshotRefresh(PageView):
    """``POST /snapshots/``: compute the figures of the date again from the ledger as it is now."""

    permission = Permission.BUYER_READ
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for the run and show its progress."""
        run = snapshots.request(self.page.as_of, self.page.user, self.page.base_currency)
        wanted = request.POST.get("next", "")
        is_safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
        if request.htmx:  # type: ignore[attr-defined]
            return self.render("snapshots/_progress.html", progress=run_progress(run.pk))
        return redirect(wanted if is_safe else "dashboard:home")
