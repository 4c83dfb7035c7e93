"""One record that was not taken: its fields as its system sent them, written as they should be and sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from core.errors import DomainError, NotFound
from dashboard.imports.base import ImportsPage, ImportWork
from dashboard.imports.bulk import problem_words, quarantine_of, title_of
from dashboard.intake_labels import MENDED
from dashboard.labels import label_of
from dashboard.refusals import words_of
from invoices.intake.json_values import JsonNumber, JsonObject
from invoices.models import Bulk, BulkRecord
from invoices.queries.bulks import get_bulk, list_decisions, list_records
from invoices.queries.early import list_early
from invoices.services.bulks.mending import discard_record, raw_records, send_again

_CELL, _RAW = "cell-", "raw"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a record; nested values are shown as JSON."""

    name: str
    text: str
    is_nested: bool
    is_wrong: bool


class RecordPage(ImportsPage):
    """The record with its problem."""

    def get(self, request: HttpRequest, bulk_id: int, position: int) -> HttpResponse:
        """Its fields, or its text where it has none."""
        return self.show(bulk_id, position)

    def show(
        self, bulk_id: int, position: int, *, given: QueryDict | None = None, problem: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page, with what was given before and is still wrong."""
        bulk, record = _found(bulk_id, position)
        value, text = raw_records(bulk, [position])[position]
        early = list_early(bulk, [record]).get(position)
        wrong = problem or (early and early.problem) or record.problem or {}
        decision = list_decisions(bulk, [position]).get(position)
        return self.render(
            "imports/record.html",
            status=422 if problem else 200,
            bulk=bulk,
            record=record,
            title=title_of(bulk),
            words=problem_words(wrong) if wrong else "",
            waits_for=early.number if early and early.problem is None else "",
            cells=_cells(value, wrong.get("field", ""), given) if isinstance(value, JsonObject) else None,
            raw=given.get(_RAW, text) if given else text,
            decision=label_of(MENDED, decision.kind) if decision else None,
            became=decision.became_id if decision else None,
        )


class RecordMend(RecordPage, ImportWork):
    """Sends the record again as a person wrote it."""

    def post(self, request: HttpRequest, bulk_id: int, position: int) -> HttpResponse:
        """Send it; what is still wrong is said beside what was written."""
        bulk, _record = _found(bulk_id, position)
        value, _text = raw_records(bulk, [position])[position]
        try:
            text = _written(value, request.POST)
            sent = send_again(bulk_id, actor=self.page.user, mended={position: text})
        except DomainError as refused:
            messages.error(request, words_of(refused))
            return self.show(bulk_id, position, given=request.POST)
        if sent.problems:
            return self.show(bulk_id, position, given=request.POST, problem=dict(sent.problems[position]))
        messages.success(request, _("The record is taken now."))
        return HttpResponseRedirect(quarantine_of(bulk_id))


class RecordDiscard(ImportWork):
    """Sets the record aside for good."""

    def post(self, request: HttpRequest, bulk_id: int, position: int) -> HttpResponse:
        """Discard it."""
        return self.act(
            lambda: discard_record(bulk_id, position, actor=self.page.user),
            done=_("Discarded; it stays on record."),
            back=quarantine_of(bulk_id),
        )


def _found(bulk_id: int, position: int) -> tuple[Bulk, BulkRecord]:
    bulk = get_bulk(bulk_id, source=None).bulk
    record = list_records(bulk, outcome="quarantined").filter(position=position).first()
    if record is None:
        raise NotFound("record_missing", _("There is no such record in quarantine."), {"field": "record"})
    return bulk, record


def _cells(value: JsonObject, wrong: str, given: QueryDict | None) -> list[Cell]:
    """The wrong field first, whether the record has it or not."""
    names = [*([wrong] if wrong and wrong != "row" else []), *(name for name in value if name != wrong)]
    return [_cell(name, value.get(name), wrong, given) for name in names]


def _cell(name: str, found: Any, wrong: str, given: QueryDict | None) -> Cell:
    is_nested = not isinstance(found, str | None)
    text = json.dumps(found, ensure_ascii=False) if is_nested else found or ""
    return Cell(name, given.get(_CELL + name, text) if given else text, is_nested, name == wrong)


def _written(value: object, given: QueryDict) -> str:
    """The record as JSON; an empty field is left out, a number stays one where it still is one."""
    if not isinstance(value, JsonObject):
        return str(given.get(_RAW, ""))
    texts = {key.removeprefix(_CELL): str(text) for key, text in given.items() if key.startswith(_CELL)}
    fields = {name: text for name, text in texts.items() if text.strip()}
    pairs = (f"{json.dumps(name)}: {_json(value.get(name), text)}" for name, text in fields.items())
    return f"{{{', '.join(pairs)}}}"


def _json(before: object, text: str) -> str:
    is_text = isinstance(before, str | None) and not isinstance(before, JsonNumber)
    return json.dumps(text.strip()) if is_text or not _is_json(text) else text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
