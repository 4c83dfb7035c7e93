"""One bulk that a system sent: how far it is, its totals, the answers to its records, and those that were not taken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.language import in_language
from core.queries.runs import run_progress
from dashboard.exports import wanted_export
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.imports.totals import bulk_totals
from dashboard.intake_labels import BULK_STATES, MENDED, OUTCOMES, RECORD_KINDS
from dashboard.labels import Label, label_of, word_of
from dashboard.pages import choices_of
from dashboard.tables import CountColumn, DataTable, LabelColumn, TextColumn, configure
from dashboard.templatetags.duewatch import tone
from invoices.models import Bulk, BulkRecord, EarlyRecord, MendedRecord
from invoices.queries.bulks import BulkView, count_undecided, get_bulk, list_decisions, list_records
from invoices.queries.early import list_early
from invoices.queries.imports import refusal_text
from invoices.services.bulks.mending import Resent, send_again
from invoices.services.bulks.problems import sentence_of
from invoices.services.imports.results import Outcome


class RecordsTable(DataTable):
    """The answers to the records, in the order of the body."""

    title = _("Answers")
    empty = _("No record has this answer.")

    position = CountColumn(_("Record"), orderable=False)
    external_id = TextColumn(_("Number"), orderable=False)
    outcome = LabelColumn(_("Answer"), table=OUTCOMES, orderable=False)
    field = TextColumn(_("Field"), accessor="problem__field", orderable=False)
    value_ = TextColumn(_("Value"), accessor="problem__value", orderable=False)
    reason = TextColumn(_("Reason"), accessor="problem", orderable=False, css="wide")
    decided = TextColumn(_("Decided"), accessor="pk", orderable=False)

    def __init__(self, data: Any, *, mends: bool, **kwargs: Any) -> None:
        self.mends = mends
        self.decisions: dict[int, MendedRecord] = {}
        self.early: dict[int, EarlyRecord] = {}
        super().__init__(data, **kwargs)

    def render_reason(self, value: dict[str, Any]) -> str:
        """In words."""
        return problem_words(value)

    def value_reason(self, value: dict[str, Any]) -> str:
        """In words."""
        return problem_words(value)

    def render_decided(self, record: BulkRecord) -> Any:
        """What a person did with it, or the way to do it."""
        decision = self.decisions.get(record.position)
        if decision is not None:
            return format_html("{} {}", tone(label_of(MENDED, decision.kind)), decision.actor or _("by itself"))
        if not self.mends or record.outcome != Outcome.QUARANTINED:
            return "–"
        url = reverse("dashboard:import_record", args=[record.bulk_id, record.position])
        way = format_html('<a href="{}">{}</a>', url, _("correct it"))
        early = self.early.get(record.position)
        return format_html("{} {}", tone(early_label(early)), way) if early else way

    def value_decided(self, record: BulkRecord) -> str:
        """Not in files: the page says it."""
        return ""


class BulkPage(ImportsPage):
    """The bulk in whatever state it is."""

    def get(self, request: HttpRequest, bulk_id: int) -> HttpResponseBase:
        """Progress, or result."""
        view = get_bulk(bulk_id, source=None)
        context: dict[str, Any] = {
            "bulk": view.bulk,
            "state": label_of(BULK_STATES, view.state),
            "title": title_of(view.bulk),
            "view": view,
        }
        is_fragment = request.headers.get("HX-Target") == "import-progress"
        if view.is_under_way:
            run = run_progress(view.bulk.run_id) if view.bulk.run_id else None
            template = "imports/_bulk_progress.html" if is_fragment else "imports/bulk_running.html"
            return self.render(template, run=run, **context)
        if is_fragment:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return self._done(view, context)

    def _done(self, view: BulkView, context: dict[str, Any]) -> HttpResponseBase:
        bulk, outcome, mends = view.bulk, self._outcome(), view.is_mendable
        rows = list_records(bulk, outcome=outcome or None).order_by("position")
        table = RecordsTable(rows, mends=mends, name="records")
        export = wanted_export(self.request, table)
        if export:
            return export
        configure(self.request, table)
        shown = [row.record for row in table.page.object_list]
        table.decisions = list_decisions(bulk, [record.position for record in shown])
        table.early = list_early(bulk, shown)
        return self.render(
            "imports/bulk.html",
            table=table,
            totals=bulk_totals(bulk),
            asked=bulk.control,
            refusal=_refusal(view),
            outcomes=choices_of(OUTCOMES, outcome, every=_("all")),
            still_open=count_undecided(bulk) if mends else 0,
            **context,
        )

    def _outcome(self) -> str:
        asked = self.request.GET.get("outcome", "")
        return asked if asked in {code.value for code in OUTCOMES} else ""


class BulkReplay(ImportWork):
    """Sends all open records of a bulk again."""

    def post(self, request: HttpRequest, bulk_id: int) -> HttpResponse:
        """Do it and say what became of them."""
        return self.act(
            lambda: send_again(bulk_id, actor=self.page.user),
            done=_said,
            back=quarantine_of(bulk_id),
        )


def quarantine_of(bulk_id: int) -> str:
    """The address of the records that were not taken."""
    return f"{reverse('dashboard:import_bulk', args=[bulk_id])}?outcome={Outcome.QUARANTINED}"


def title_of(bulk: Bulk) -> str:
    """What its records are, and its number."""
    return f"{word_of(RECORD_KINDS, bulk.kind)} #{bulk.pk}"


def early_label(early: EarlyRecord) -> Label:
    """Whether a record that came too early still waits, or was tried and waits for a person."""
    return Label(_("waits for it"), "fair") if early.problem is None else Label(_("tried again"), "warn")


def problem_words(problem: dict[str, Any]) -> str:
    """Why a record was not taken, in the active language."""
    return in_language(sentence_of(problem))


def _refusal(view: BulkView) -> str:
    if view.state == "failed":
        return str(_("The job failed. Nothing was posted; send it again."))
    problem = view.bulk.problem
    return refusal_text(problem, problem["detail"]) if problem else ""


def _said(result: Resent) -> str:
    words_ = ngettext("%(count)s record is taken now", "%(count)s records are taken now", result.taken)
    left = len(result.problems)
    rest = ngettext("%(count)s record stays in quarantine", "%(count)s records stay in quarantine", left)
    return f"{words_ % {'count': result.taken}}, {rest % {'count': left}}."
