"""Invoices in bulk: the records go the way of a file's rows, through the same reading, comparing and posting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invoices.domain.kinds import BatchState
from invoices.intake.columns import map_columns
from invoices.intake.convert import Reader, make_reader
from invoices.intake.date_pattern import compile_pattern
from invoices.intake.fields import FIELDS, Kind
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.json_values import JsonObject
from invoices.intake.number_format import NumberFormat
from invoices.intake.profile import Column, Profile
from invoices.intake.profile_write import write_profile
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Table
from invoices.intake.spool import Spool
from invoices.intake.text import show
from invoices.models import Bulk, ImportBatch
from invoices.services.bulks.records import Answer, check_totals, keep_answers, records_of
from invoices.services.imports.applying import apply_reading
from invoices.services.imports.outcome import refusals_of
from invoices.services.imports.planning import REFUSED, Plan, outcome_of
from invoices.services.imports.reading import Reading, read_table
from invoices.services.imports.results import Outcome, Tally
from invoices.services.imports.running import finish_import

# The fields of a record, by the ledger's name for them.
COLUMNS = {
    "invoice_id": "external_id",
    "invoice_number": "number",
    "buyer_code": "buyer",
    "buyer_name": "buyer_name",
    "buyer_name_zh": "buyer_name_zh",
    "buyer_country": "buyer_country",
    "currency": "currency",
    "amount": "amount",
    "invoice_date": "invoice_date",
    "due_date": "due_date",
    "due_days": "due_days",
    "terms": "terms",
}
# What a file's profile could allow, and a record cannot.
_CODES = {"amount_negative": "amount_not_positive"}
NUMBERS = frozenset({Kind.AMOUNT, Kind.DAYS})
SHAPES = {name: Shape.NUMBER if FIELDS[field].kind in NUMBERS else Shape.TEXT for field, name in COLUMNS.items()}


def record_profile(source: str = "") -> Profile:
    """How records of a source are read: days as YYYY-MM-DD, numbers as 1234.56."""
    return Profile(
        name="rest",
        source=source,
        dates=compile_pattern("YYYY-MM-DD"),
        numbers=NumberFormat(decimal=".", thousands=""),
        columns={field: Column((name,)) for field, name in COLUMNS.items()},
    )


def take_invoices(bulk: Bulk) -> Tally:
    """Post what is good, quarantine the rest, answer each record; in the caller's transaction.

    Raises ``FileRefused`` for records that cannot be read as such, ``control_totals_mismatch``, ``ledger_refused``.
    """
    profile = record_profile(bulk.source)
    records = records_of(bulk, SHAPES)
    with _reading(bulk, profile, records) as reading:
        batch = _batch(bulk, profile)
        return apply_reading(
            reading, batch_id=batch.pk, finish=lambda plan: _finish(bulk, batch, reading, plan, records.totals)
        )


def readers_like(alike: Mapping[str, str]) -> dict[str, Reader]:
    """Readers of other records' fields, each as the ledger's column beside it is read. A source has no say in it."""
    profile = record_profile()
    return {name: make_reader(column, profile, is_typed=False) for name, column in alike.items()}


@contextmanager
def _reading(bulk: Bulk, profile: Profile, records: JsonRecords) -> Iterator[Reading]:
    @contextmanager
    def opened() -> Iterator[Table]:
        yield Table(format="json", header=records.header, header_line=0, rows=iter(records), encoding="utf-8")

    with opened() as table, Spool() as good, Spool() as bad:
        columns = map_columns(table, profile)
        name = f"bulk {bulk.pk}"
        reading = Reading(profile, table, columns, Path(bulk.path), name, accepted=good, problems=bad, reopen=opened)
        read_table(reading)
        if not records.count:
            raise FileRefused("no_records")
        yield reading


def _batch(bulk: Bulk, profile: Profile) -> ImportBatch:
    bulk.batch = ImportBatch.objects.create(
        profile=profile.name,
        profile_toml=write_profile(profile),
        file_name=f"bulk-{bulk.pk}.json",
        file_sha256=bulk.sha256,
        file_path=bulk.path,
        state=BatchState.RUNNING,
        actor=bulk.actor,
        run=bulk.run,
    )
    bulk.save(update_fields=["batch"])
    return bulk.batch


def _finish(bulk: Bulk, batch: ImportBatch, reading: Reading, plan: Plan, given: JsonObject | None) -> Tally:
    check_totals(bulk, given, plan.tally)
    finish_import(batch, reading, plan, bulk.actor)
    keep_answers(bulk, _answers(reading, plan))
    return plan.tally


def _answers(reading: Reading, plan: Plan) -> Iterator[Answer]:
    ids: dict[int, str] = {}
    for index, line in enumerate(reading.lines()):
        if plan.acts[index] & REFUSED:
            ids[line.line] = line.invoice_id
        else:
            yield Answer(line.line, line.invoice_id, outcome_of(plan.acts[index]))
    for refusal in refusals_of(reading, plan):
        external_id = ids.get(refusal["line"]) or (refusal["raw"] or {}).get("external_id", "")
        yield Answer(refusal["line"], external_id, Outcome.QUARANTINED, _problem(refusal))


def _problem(refusal: dict[str, Any]) -> dict[str, Any]:
    field = refusal["params"].get("column") or refusal["field"]
    params = {name: value for name, value in refusal["params"].items() if name != "column"}
    code = _CODES.get(refusal["reason"], refusal["reason"])
    return {"code": code, "field": field, "value": show(refusal["value"]), "params": params}
