"""Disputes in bulk: which part of an invoice its buyer contests, from when; 0 ends a dispute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import minor_digits
from invoices.intake.convert import Reader, make_reader
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.reasons import FileRefused
from invoices.models import Bulk
from invoices.queries.known import KnownInvoice, known_invoices
from invoices.queries.source_disputes import known_versions
from invoices.services.bulk import DisputeRow, post_bulk
from invoices.services.bulks.fields import BadRow, Misfit, RecordReader, short_text
from invoices.services.bulks.invoices import record_profile
from invoices.services.bulks.records import Answer, check_totals, keep_answers, records_of
from invoices.services.imports.results import Outcome, Tally
from invoices.services.source_locks import lock_source

SHAPES = {
    "external_id": Shape.TEXT,
    "invoice": Shape.TEXT,
    "amount": Shape.NUMBER,
    "reason": Shape.TEXT,
    "valid_from": Shape.TEXT,
}
LONGEST_ID, LONGEST_REASON = 60, 40
Versions = dict[str, dict[str, set[tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True)
class WantedDispute:
    """One dispute as its source knows it."""

    position: int
    external_id: str
    invoice: str
    amount: Decimal
    reason: str
    valid_from: date


def take_disputes(bulk: Bulk) -> Tally:
    """Take a bulk of disputes in, in the caller's transaction."""
    records = records_of(bulk, SHAPES)
    read = list(_rows(records, bulk.source))
    if not read:
        raise FileRefused("no_records")
    lock_source(bulk.source)
    good = [row for row in read if isinstance(row, WantedDispute)]
    invoices = known_invoices(bulk.source, [row.invoice for row in good])
    answers = post_disputes(bulk.source, good, invoices)
    bad = [row for row in read if isinstance(row, BadRow)]
    answers += [Answer(row.position, row.external_id, Outcome.QUARANTINED, row.problem) for row in bad]
    tally = _tally(good, answers, invoices)
    check_totals(bulk, records.totals, tally)
    keep_answers(bulk, answers)
    return tally


def _tally(rows: list[WantedDispute], answers: list[Answer], invoices: Mapping[str, KnownInvoice]) -> Tally:
    tally, known = Tally(), {row.position: row for row in rows}
    for answer in answers:
        row = known.get(answer.position)
        invoice = invoices.get(row.invoice) if row else None
        money = (invoice.currency, str(row.amount)) if row and invoice else ("", "")
        tally.add(answer.outcome, *money)
    return tally


def _rows(records: JsonRecords, source: str) -> Iterator[WantedDispute | BadRow]:
    reader = RecordReader(records.header, _readers(source))
    for record in records:
        try:
            yield reader.fault_of(record) or _row(record.line, reader.values(reader.cells(record)))
        except Misfit as misfit:
            yield reader.bad(record, misfit)


def _readers(source: str) -> dict[str, Reader]:
    profile = record_profile(source)
    alike = {"external_id": "buyer_code", "invoice": "invoice_id", "amount": "amount", "valid_from": "invoice_date"}
    found = {name: make_reader(column, profile, is_typed=False) for name, column in alike.items()}
    return {**found, "reason": short_text(LONGEST_REASON)}


def _row(position: int, values: Mapping[str, str]) -> WantedDispute:
    return WantedDispute(
        position=position,
        external_id=values["external_id"],
        invoice=values["invoice"],
        amount=Decimal(values["amount"]),
        reason=values["reason"],
        valid_from=date.fromisoformat(values["valid_from"]),
    )


def post_disputes(source: str, rows: list[WantedDispute], invoices: Mapping[str, KnownInvoice]) -> list[Answer]:
    """Post what is new; an answer for each row. In the caller's transaction, which holds the source's lock.

    An invoice of which the ledger refuses one dispute is left alone with all of them.
    """
    known = known_versions(source, [row.external_id for row in rows])
    conflicts = _conflicts(rows)
    problems = {row.position: _conflict(row, conflicts) or _problem_of(row, invoices, known) for row in rows}
    good = [row for row in rows if problems[row.position] is None]
    posted = (DisputeRow(source, row.invoice, row.external_id, row.amount, row.reason, row.valid_from) for row in good)
    result = post_bulk(disputes=dict.fromkeys(posted))
    refused = {item.external_id: item.code for item in result.contradictions}
    return [_answer(row, problems[row.position], refused.get(row.invoice), known) for row in rows]


def _conflicts(rows: list[WantedDispute]) -> dict[tuple[str, date], int]:
    """Disputes that one bulk tells in two ways from one day on, with the position of the second."""
    first: dict[tuple[str, date], WantedDispute] = {}
    found: dict[tuple[str, date], int] = {}
    for row in rows:
        seen = first.setdefault((row.external_id, row.valid_from), row)
        if (seen.invoice, seen.amount, seen.reason) != (row.invoice, row.amount, row.reason):
            found.setdefault((row.external_id, row.valid_from), row.position)
    return found


def _conflict(row: WantedDispute, conflicts: Mapping[tuple[str, date], int]) -> dict[str, Any] | None:
    other = conflicts.get((row.external_id, row.valid_from))
    if other is None:
        return None
    return _problem("duplicate_in_file", "external_id", row.external_id, other_line=other)


def _problem_of(row: WantedDispute, invoices: Mapping[str, KnownInvoice], known: Versions) -> dict[str, Any] | None:
    invoice = invoices.get(row.invoice)
    if invoice is None:
        return _problem("invoice_unknown", "invoice", row.invoice)
    if row.amount < 0:
        return _problem("amount_below_zero", "amount", f"{row.amount:f}")
    digits = minor_digits(invoice.currency)
    if row.amount != round(row.amount, digits):
        return _problem("amount_precision", "amount", f"{row.amount:f}", expected=digits)
    if known.get(row.external_id, {}).keys() - {row.invoice}:
        return _problem("dispute_of_another_invoice", "invoice", row.invoice)
    return None


def _answer(row: WantedDispute, problem: dict[str, Any] | None, refused: str | None, known: Versions) -> Answer:
    """The answer to a row; from then on its version is known."""
    if problem is None and refused:
        problem = _problem(refused, "amount", f"{row.amount:f}")
    if problem is not None:
        return Answer(row.position, row.external_id, Outcome.QUARANTINED, problem)
    invoices = known.setdefault(row.external_id, {})
    is_new, version = row.invoice not in invoices, (row.amount, row.reason, row.valid_from)
    versions = invoices.setdefault(row.invoice, set())
    outcome = Outcome.UNCHANGED if version in versions else Outcome.UPDATED
    versions.add(version)
    return Answer(row.position, row.external_id, Outcome.CREATED if is_new else outcome)


def _problem(code: str, name: str, value: str, **params: object) -> dict[str, Any]:
    return {"code": code, "field": name, "value": value, "params": params}
