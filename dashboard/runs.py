"""Runs: did the night go well? Each run with its stages and shards, what failed and why, and a restart."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from core.errors import DomainError
from core.models import Job
from core.queries.runs import RunProgress, list_jobs, list_runs, run_progress
from core.services.runs import restart_job
from dashboard.desk_labels import RUN_KINDS, RUN_STATES, STAGES
from dashboard.forms import DayInput, DeskForm
from dashboard.labels import Label, label_of, word_of
from dashboard.pages import PageView
from dashboard.refusals import words_of
from dashboard.run_rows import job_rows, stage_rows
from pipeline.services.close import start_close

PAGE = 25


class CloseForm(DeskForm):
    """For which date to close."""

    as_of = forms.DateField(label=gettext_lazy("Close for"), widget=DayInput)


class RunRow:
    """A run as a line of the list."""

    def __init__(self, run: RunProgress) -> None:
        self.run = run
        self.kind = word_of(RUN_KINDS, run.kind)
        self.state: Label = label_of(RUN_STATES, run.state)
        self.stage = ", ".join(
            str(word_of(STAGES, stage.stage)) for stage in run.stages if stage.state in {"running", "failed"}
        )
        self.seconds = _seconds(run)


class RunsPage(PageView):
    """The latest runs; those under way move by themselves."""

    permission = Permission.PORTFOLIO_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, or only its rows for the page that refreshes itself."""
        kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
        found = list_runs(
            kinds=[kind] if kind in RUN_KINDS else (),
            limit=PAGE + 1,
            before_id=int(before) if before.isdecimal() else None,
        )
        rows = [RunRow(run) for run in found[:PAGE]]
        template = "runs/_list.html" if request.headers.get("HX-Target") == "runs" else "runs/list.html"
        return self.render(
            template,
            rows=rows,
            kind=kind,
            kinds=RUN_KINDS.items(),
            older=rows[-1].run.run_id if len(found) > PAGE else None,
            is_moving=any(not row.run.is_over for row in rows),
            form=CloseForm(initial={"as_of": self.page.today}),
            may_close=self.page.may(Permission.CLOSE_RUN),
        )


class StartClose(PageView):
    """Starts a close; the one under way for the date is shown instead of a second one."""

    permission = Permission.CLOSE_RUN

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start and show it."""
        form = CloseForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose the day to close as YYYY-MM-DD."))
            return HttpResponseRedirect(reverse("dashboard:runs"))
        try:
            run = start_close(form.cleaned_data["as_of"], known_at=timezone.now(), actor=self.page.user)
        except DomainError as problem:
            messages.error(request, words_of(problem))
            return HttpResponseRedirect(reverse("dashboard:runs"))
        return HttpResponseRedirect(reverse("dashboard:run", args=[run.pk]))


class RunPage(PageView):
    """One run: stages, shards, errors."""

    permission = Permission.PORTFOLIO_READ

    def get(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The run, or only its progress for the page that refreshes itself."""
        run = run_progress(run_id)
        jobs = job_rows(list_jobs(run_id))
        template = "runs/_progress.html" if request.headers.get("HX-Target") == "progress" else "runs/detail.html"
        return self.render(
            template,
            run=run,
            row=RunRow(run),
            stages=stage_rows(run, jobs),
            jobs=jobs,
            may_restart=self.page.may(Permission.CLOSE_RUN),
        )


class RestartJob(PageView):
    """Lets a failed shard be tried again, alone."""

    permission = Permission.CLOSE_RUN

    def post(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Restart it and go back to its run."""
        return self.act(
            lambda: restart_job(job_id, actor=self.page.user),
            done=_("The shard is being tried again; what the run has done so far stands."),
            back=_run_url(Job.objects.filter(pk=job_id).first()),
        )


def _run_url(job: Job | None) -> str:
    if job is None or job.run_id is None:
        return reverse("dashboard:runs")
    return reverse("dashboard:run", args=[job.run_id])


def _seconds(run: RunProgress) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
