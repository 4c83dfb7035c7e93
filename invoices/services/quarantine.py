"""Rows in quarantine: mended, replayed, or set aside for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.kinds import QuarantineState
from invoices.intake.text import show
from invoices.models import ImportBatch, QuarantinedRow
from invoices.services.imports.replaying import ReplayedBatch, replay_rows

_MAX_REPLAYED = 20_000


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of rows that were tried again: those still in quarantine carry their present reason."""

    created: int
    updated: int
    unchanged: int
    still_quarantined: int


@transaction.atomic
def mend_row(row_id: int, values: Mapping[str, str], actor: User) -> QuarantinedRow:
    """Write other texts into columns of a quarantined row; it is tried again by :func:`replay`.

    The row as the file had it stays in ``raw``; raises ``column_unknown`` for a column that the file has not.
    """
    row = _lock(row_id, actor)
    current: dict[str, str] = dict(row.mended or row.raw)
    unknown = sorted(set(values) - set(row.raw) - set(_columns(row.batch)))
    if unknown:
        raise DomainError(
            "column_unknown",
            _("The file has no column %(unknown)r.", unknown=unknown[0]),
            {"field": "column", "value": unknown[0]},
        )
    row.mended = current | {name: show(text, 32_767) for name, text in values.items()}
    row.save(update_fields=["mended"])
    _audit(row, actor, "mended", {"values": dict(values)})
    return row


@transaction.atomic
def discard_row(row_id: int, actor: User) -> QuarantinedRow:
    """Set a row aside for good: it stays on record, with who decided."""
    row = _lock(row_id, actor)
    row.state, row.decided_at, row.decided_by = QuarantineState.DISCARDED, timezone.now(), actor
    row.save(update_fields=["state", "decided_at", "decided_by"])
    _audit(row, actor, "discarded", {})
    return row


@transaction.atomic
def replay(*, actor: User, row_ids: Iterable[int] | None = None, batch: ImportBatch | None = None) -> ReplayResult:
    """Try open rows again, mended or as they are: those named, or all of a batch.

    Each goes the way of a file's row: read under the batch's profile, compared, posted. What passes is marked
    replayed and counted with its batch; the rest stays open with its present reason.
    """
    require(actor, Permission.LEDGER_IMPORT)
    rows = _open_rows(row_ids, batch)
    by_batch: dict[int, list[QuarantinedRow]] = {}
    for row in rows:
        by_batch.setdefault(row.batch_id, []).append(row)
    done = [_replay_batch(batch_id, mine, actor) for batch_id, mine in sorted(by_batch.items())]
    return ReplayResult(
        created=sum(d.created for d in done),
        updated=sum(d.updated for d in done),
        unchanged=sum(d.unchanged for d in done),
        still_quarantined=sum(d.still_quarantined for d in done),
    )


def _open_rows(row_ids: Iterable[int] | None, batch: ImportBatch | None) -> list[QuarantinedRow]:
    rows = QuarantinedRow.objects.select_for_update().filter(state=QuarantineState.OPEN)
    if row_ids is not None:
        rows = rows.filter(pk__in=list(row_ids))
    if batch is not None:
        rows = rows.filter(batch=batch)
    return list(rows.order_by("batch_id", "line")[:_MAX_REPLAYED])


def _replay_batch(batch_id: int, rows: list[QuarantinedRow], actor: User) -> ReplayedBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    done = replay_rows(batch, rows, actor=actor)
    audit.record(
        actor=actor,
        action="invoices.import.replayed",
        subject_type="batch",
        subject_id=batch_id,
        data={"rows": len(rows), "still_quarantined": done.still_quarantined},
    )
    return done


def _lock(row_id: int, actor: User) -> QuarantinedRow:
    require(actor, Permission.LEDGER_IMPORT)
    row = QuarantinedRow.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=row_id).first()
    if row is None:
        raise NotFound("row_missing", _("There is no such row in quarantine."), {"field": "row", "value": row_id})
    if row.state != QuarantineState.OPEN:
        raise InvalidTransition(current=row.state, allowed=(QuarantineState.OPEN,))
    return row


def _columns(batch: ImportBatch) -> list[str]:
    header: list[str] = batch.detail.get("header", [])
    return header


def _audit(row: QuarantinedRow, actor: User, what: str, data: dict[str, Any]) -> None:
    data = {"batch": row.batch_id, "line": row.line, **data}
    audit.record(
        actor=actor, action=f"invoices.quarantine.{what}", subject_type="quarantined_row", subject_id=row.pk, data=data
    )
