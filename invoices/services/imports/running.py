"""Importing a batch: read to the end, compare, then write everything in one transaction or nothing."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from buyers.services.merges import propose_duplicates
from core.errors import DomainError, InvalidTransition
from core.models import User
from core.services import audit
from invoices.domain.kinds import BatchState
from invoices.intake.profile import Profile
from invoices.intake.profile_toml import parse_profile
from invoices.models import ImportBatch
from invoices.services.imports.applying import apply_reading, planned
from invoices.services.imports.outcome import keep_quarantine, quarantine_of
from invoices.services.imports.planning import Plan
from invoices.services.imports.reading import Reading, read_file
from invoices.services.imports.results import ImportResult, Outcome
from invoices.services.imports.uploads import stored_path


def dry_run(path: Path, profile: Profile, *, name: str | None = None) -> ImportResult:
    """What an import of the file would do; nothing is written."""
    with read_file(path, profile, name=name) as reading, transaction.atomic(), planned(reading, {}) as plan:
        return _result(reading, plan, batch_id=None)


def run_import(batch: ImportBatch, *, is_dry_run: bool = False, actor: User | None = None) -> ImportResult:
    """Import a batch; a run that died may be started again, for nothing of it was kept.

    Raises ``FileRefused`` (the batch is then refused, with the reason) and ``InvalidTransition`` for a batch that
    is done already.
    """
    profile = parse_profile(batch.profile_toml)
    if is_dry_run:
        return dry_run(stored_path(batch), profile, name=batch.file_name)
    _begin(batch)
    try:
        with read_file(stored_path(batch), profile, name=batch.file_name) as reading:
            return apply_reading(
                reading,
                batch_id=batch.pk,
                finish=lambda plan: finish_import(batch, reading, plan, actor or batch.actor),
            )
    except DomainError as refused:
        _refuse(batch, refused)
        raise


def _begin(batch: ImportBatch) -> None:
    allowed = (BatchState.PREVIEW, BatchState.RUNNING)
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=allowed).update(state=BatchState.RUNNING):
        batch.refresh_from_db()
        raise InvalidTransition(current=batch.state, allowed=tuple(allowed))


def finish_import(batch: ImportBatch, reading: Reading, plan: Plan, actor: User | None) -> ImportResult:
    """Keep what was not taken, mark the batch done with its totals, and say so in the audit trail."""
    keep_quarantine(batch, reading, plan)
    counts = {outcome.value: count for outcome, count in plan.tally.counts.items()}
    if counts[Outcome.CREATED]:
        propose_duplicates()
    result = _result(reading, plan, batch_id=batch.pk)
    _mark_done(batch, reading, result)
    data = {"profile": batch.profile, **counts}
    audit.record(actor=actor, action="invoices.import.finished", subject_type="batch", subject_id=batch.pk, data=data)
    return result


def _result(reading: Reading, plan: Plan, *, batch_id: int | None) -> ImportResult:
    return ImportResult(
        tally=plan.tally,
        quarantine=quarantine_of(reading, plan),
        profile=reading.profile.name,
        format=reading.table.format,
        encoding=reading.table.encoding,
        delimiter=reading.table.delimiter,
        is_dry_run=batch_id is None,
        batch_id=batch_id,
    )


def _mark_done(batch: ImportBatch, reading: Reading, result: ImportResult) -> None:
    detail = {
        **result.totals_json(),
        "format": result.format,
        "encoding": result.encoding,
        "delimiter": result.delimiter,
        "header": list(reading.table.header),
    }
    is_mine = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
        state=BatchState.DONE,
        rows=result.tally.rows,
        totals=result.as_json()["totals"],
        detail=detail,
        finished_at=timezone.now(),
        **{outcome.value: count for outcome, count in result.tally.counts.items()},
    )
    batch.refresh_from_db()
    if not is_mine:  # a second worker was faster: what this one posted is taken back
        raise InvalidTransition(current=batch.state, allowed=(BatchState.RUNNING,))


@transaction.atomic
def _refuse(batch: ImportBatch, refused: DomainError) -> None:
    """Note why nothing was taken; a batch that is done stays done."""
    params = {key: str(value) for key, value in refused.params.items()}
    is_mine = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
        state=BatchState.REFUSED,
        error=refused.message,
        detail={"refusal": {"code": refused.code, "params": params}},
        finished_at=timezone.now(),
    )
    if not is_mine:
        return
    data = {"code": refused.code, **params}
    audit.record(
        actor=batch.actor, action="invoices.import.refused", subject_type="batch", subject_id=batch.pk, data=data
    )
