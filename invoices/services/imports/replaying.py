"""Quarantined rows read again, as a small file of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from core.models import User
from invoices.domain.kinds import QuarantineState
from invoices.intake.columns import map_columns
from invoices.intake.profile_toml import parse_profile
from invoices.intake.reasons import words
from invoices.intake.records import Fault, Record, Table
from invoices.intake.rows import column_names
from invoices.intake.spool import Spool
from invoices.models import ImportBatch, QuarantinedRow
from invoices.services.imports.applying import apply_reading
from invoices.services.imports.outcome import refusals_of
from invoices.services.imports.planning import Plan
from invoices.services.imports.reading import Reading, read_table
from invoices.services.imports.results import ACCEPTED, Outcome, amounts

# What the reader saw in a cell, and its text does not show any more.
_CELL_FAULTS = frozenset({"formula_cell", "error_cell", "control_character", "field_too_long"})


@dataclass(frozen=True, slots=True)
class ReplayedBatch:
    """What became of a batch's rows."""

    created: int
    updated: int
    unchanged: int
    still_quarantined: int


def replay_rows(batch: ImportBatch, rows: list[QuarantinedRow], *, actor: User) -> ReplayedBatch:
    """Post what now passes, in the caller's transaction; the others get their present reason."""
    with _reading(batch, rows) as reading:
        return apply_reading(reading, batch_id=batch.pk, finish=lambda plan: _finish(batch, rows, reading, plan, actor))


@contextmanager
def _reading(batch: ImportBatch, rows: list[QuarantinedRow]) -> Iterator[Reading]:
    profile = parse_profile(batch.profile_toml)
    header = tuple(batch.detail["header"])
    names = column_names(header, max((len(_cells(row)) for row in rows), default=0))
    table = Table(
        format=batch.detail["format"],
        header=header,
        header_line=0,
        rows=(_record(row, names) for row in sorted(rows, key=lambda row: row.line)),
    )
    with Spool() as good, Spool() as bad:
        columns = map_columns(table, profile)
        reading = Reading(profile, table, columns, Path(batch.file_path), batch.file_name, accepted=good, problems=bad)
        read_table(reading)
        yield reading


def _cells(row: QuarantinedRow) -> dict[str, str]:
    cells: dict[str, str] = row.mended or row.raw
    return cells


def _record(row: QuarantinedRow, names: list[str]) -> Record:
    cells = _cells(row)
    column = row.params.get("column", "")
    is_same = row.reason in _CELL_FAULTS and column in names and cells.get(column) == row.raw.get(column)
    faults = (Fault(row.reason, names.index(column), row.value),) if is_same else ()
    return Record(row.line, [cells[name] for name in names if name in cells], faults)


def _finish(batch: ImportBatch, rows: list[QuarantinedRow], reading: Reading, plan: Plan, actor: User) -> ReplayedBatch:
    refused = {refusal["line"]: refusal for refusal in refusals_of(reading, plan)}
    for row in rows:
        found = refused.get(row.line)
        if found is None:
            row.state, row.decided_at, row.decided_by = QuarantineState.REPLAYED, timezone.now(), actor
        else:
            row.field, row.value, row.reason, row.params = (found[k] for k in ("field", "value", "reason", "params"))
            row.message = words(row.reason, {"field": row.field, "value": row.value, **row.params})
    changed = ["state", "decided_at", "decided_by", "field", "value", "reason", "params", "message"]
    QuarantinedRow.objects.bulk_update(rows, changed, batch_size=500)
    _recount(batch, plan)
    counts = plan.tally.counts
    return ReplayedBatch(
        created=counts[Outcome.CREATED],
        updated=counts[Outcome.UPDATED],
        unchanged=counts[Outcome.UNCHANGED],
        still_quarantined=counts[Outcome.QUARANTINED],
    )


def _recount(batch: ImportBatch, plan: Plan) -> None:
    """The batch's counts move from quarantined to what became of the rows; its totals grow by what was taken."""
    counts = plan.tally.counts
    taken = plan.tally.total(*ACCEPTED)
    totals = {currency: Decimal(text) for currency, text in batch.totals.items()}
    for currency, amount in taken.items():
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    batch.totals = amounts(dict(sorted(totals.items())))
    for outcome in (*ACCEPTED, Outcome.FILTERED):
        setattr(batch, outcome.value, getattr(batch, outcome.value) + counts[outcome])
    batch.quarantined -= sum(counts[outcome] for outcome in (*ACCEPTED, Outcome.FILTERED))
    batch.save(update_fields=["totals", "created", "updated", "unchanged", "filtered", "quarantined"])
