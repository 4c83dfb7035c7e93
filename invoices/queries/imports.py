"""Import batches and their quarantine, as lists show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.errors import NotFound
from core.words import sentence as _
from invoices.domain.kinds import QuarantineState
from invoices.intake.reasons import words
from invoices.models import ImportBatch, QuarantinedRow


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One import in a list; ``open_rows`` wait in quarantine, ``refusal`` is why the file was not taken."""

    id: int
    file_name: str
    profile: str
    state: str
    is_history: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    quarantined: int
    filtered: int
    open_rows: int
    totals: dict[str, str]
    detail: dict[str, Any]
    refusal: str
    actor: str
    run_id: int | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """One quarantined row; ``cells`` are its columns as they would be replayed, ``changed`` the mended ones."""

    id: int
    batch_id: int
    line: int
    field: str
    column: str
    value: str
    reason: str
    message: str
    state: str
    cells: dict[str, str]
    changed: tuple[str, ...]
    decided_at: datetime | None
    decided_by: str


def get_batch(batch_id: int) -> BatchRow:
    """One import; raises ``NotFound``."""
    row = _batches().filter(pk=batch_id).first()
    if row is None:
        raise NotFound("batch_missing", _("There is no such import."), {"field": "batch", "value": batch_id})
    return _batch_row(row)


def list_quarantine(
    *,
    batch_id: int | None = None,
    states: Iterable[str] = (QuarantineState.OPEN,),
    reason: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[QuarantineItem]:
    """Quarantined rows in the files' order, of one batch or of all."""
    rows = QuarantinedRow.objects.select_related("decided_by").filter(state__in=list(states))
    if batch_id is not None:
        rows = rows.filter(batch_id=batch_id)
    if reason:
        rows = rows.filter(reason=reason)
    return [_item(row) for row in rows.order_by("-batch_id", "line")[offset : offset + limit]]


def get_quarantined(row_id: int) -> QuarantineItem:
    """One quarantined row, whatever became of it; raises ``NotFound``."""
    row = QuarantinedRow.objects.select_related("decided_by").filter(pk=row_id).first()
    if row is None:
        raise NotFound("row_missing", _("There is no such row in quarantine."), {"field": "row", "value": row_id})
    return _item(row)


def count_by_reason(batch_id: int) -> dict[str, int]:
    """Open rows of a batch by reason, most frequent first."""
    rows = QuarantinedRow.objects.filter(batch_id=batch_id, state=QuarantineState.OPEN)
    counted = rows.values_list("reason").annotate(n=Count("id")).order_by("-n", "reason")
    return dict(counted)


def _batches() -> QuerySet[ImportBatch]:
    is_open = Q(quarantine__state=QuarantineState.OPEN)
    return ImportBatch.objects.select_related("actor").annotate(open_rows=Count("quarantine", filter=is_open))


def _batch_row(row: Any) -> BatchRow:
    refusal = row.detail.get("refusal") or {}
    return BatchRow(
        id=row.pk,
        file_name=row.file_name,
        profile=row.profile,
        state=row.state,
        is_history=row.is_history,
        rows=row.rows,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        quarantined=row.quarantined,
        filtered=row.filtered,
        open_rows=row.open_rows,
        totals=row.totals,
        detail=row.detail,
        refusal=refusal_text(refusal, row.error),
        actor=str(row.actor) if row.actor else "",
        run_id=row.run_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def refusal_text(refusal: dict[str, Any], stored: str) -> str:
    """A refusal in the reader's language; as it was stored if its code has no words."""
    said = words(refusal.get("code", ""), refusal.get("params", {}))
    return stored if said == refusal.get("code", "") else said


def _item(row: QuarantinedRow) -> QuarantineItem:
    cells: dict[str, str] = row.mended or row.raw
    return QuarantineItem(
        id=row.pk,
        batch_id=row.batch_id,
        line=row.line,
        field=row.field,
        column=row.params.get("column", ""),
        value=row.value,
        reason=row.reason,
        message=words(row.reason, {"field": row.field, "value": row.value, **row.params}),
        state=row.state,
        cells=cells,
        changed=tuple(name for name, text in cells.items() if row.raw.get(name) != text),
        decided_at=row.decided_at,
        decided_by=str(row.decided_by) if row.decided_by else "",
    )
