"""Disputes in bulk: which part of an invoice its buyer contests, from when; 0 ends a dispute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from invoices.domain.bulks import Awaited, BulkKind
from invoices.intake.convert import Reader
from invoices.intake.json_table import Shape
from invoices.queries.known import KnownInvoice, known_invoices
from invoices.queries.source_disputes import known_versions
from invoices.services.bulk import DisputeRow, post_bulk
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import amount_fault, problem, unknown_yet
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome

LONGEST_ID, LONGEST_REASON = 60, 40
_ALIKE = {"external_id": "buyer_code", "invoice": "invoice_id", "amount": "amount", "valid_from": "invoice_date"}
Versions = dict[str, dict[str, set[tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDispute(Row):
    """A dispute as its source knows it; ``known`` is the invoice if it is on record."""

    invoice: str
    amount: Decimal
    reason: str
    valid_from: date
    known: KnownInvoice | None = None


def _readers() -> dict[str, Reader]:
    return {**readers_like(_ALIKE), "reason": short_text(LONGEST_REASON)}


def _row(position: int, values: Mapping[str, str]) -> WantedDispute:
    return WantedDispute(
        position=position,
        external_id=values["external_id"],
        invoice=values["invoice"],
        amount=Decimal(values["amount"]),
        reason=values["reason"],
        valid_from=date.fromisoformat(values["valid_from"]),
    )


def _with_invoices(caller: Caller, rows: list[WantedDispute]) -> list[WantedDispute]:
    invoices = known_invoices(caller.source, [row.invoice for row in rows])
    return [replace(row, known=invoices.get(row.invoice)) for row in rows]


def _post(caller: Caller, rows: list[WantedDispute]) -> list[Answer]:
    """An invoice of which the ledger refuses one dispute is left alone with all of them."""
    known = known_versions(caller.source, [row.external_id for row in rows])
    faults = _faults(caller.source, rows, known)
    refused = _posted(caller, [row for row in rows if faults[row.position] is None and not _stands(row, known)])
    return [_answer(row, faults[row.position] or _refusal(row, refused), known) for row in rows]


def _stands(row: WantedDispute, known: Versions) -> bool:
    return _version(row) in known.get(row.external_id, {}).get(row.invoice, ())


def _version(row: WantedDispute) -> tuple[Any, ...]:
    return row.amount, row.reason, row.valid_from


def _posted(caller: Caller, rows: list[WantedDispute]) -> dict[str, str]:
    """Post them; by invoice why the ledger refused."""
    if not rows:
        return {}
    posted = (
        DisputeRow(caller.source, row.invoice, row.external_id, row.amount, row.reason, row.valid_from) for row in rows
    )
    result = post_bulk(disputes=posted, actor=caller.actor)
    return {item.external_id: item.code for item in result.contradictions}


def _faults(source: str, rows: list[WantedDispute], known: Versions) -> dict[int, dict[str, Any] | None]:
    """By position; a dispute stays with the invoice that it was first told of, in this bulk or before."""
    invoices = {name: set(versions) for name, versions in known.items()}
    faults: dict[int, dict[str, Any] | None] = {}
    for row in rows:
        named = invoices.setdefault(row.external_id, set())
        faults[row.position] = _fault_of(source, row, named)
        if faults[row.position] is None:
            named.add(row.invoice)
    return faults


def _fault_of(source: str, row: WantedDispute, named: set[str]) -> dict[str, Any] | None:
    if row.known is None:
        return unknown_yet(Awaited.INVOICE, source, row.invoice)
    if fault := amount_fault(row.amount, row.known.currency):
        return fault
    if named - {row.invoice}:
        return problem("dispute_of_another_invoice", "invoice", row.invoice)
    return None


def _refusal(row: WantedDispute, refused: Mapping[str, str]) -> dict[str, Any] | None:
    return problem(refused[row.invoice], "amount", f"{row.amount:f}") if row.invoice in refused else None


def _answer(row: WantedDispute, fault: dict[str, Any] | None, known: Versions) -> Answer:
    """The answer to a row; from then on its version is known."""
    if fault is not None:
        return quarantined(row, fault)
    invoices = known.setdefault(row.external_id, {})
    is_new, version = row.invoice not in invoices, _version(row)
    versions = invoices.setdefault(row.invoice, set())
    outcome = Outcome.UNCHANGED if version in versions else Outcome.UPDATED
    versions.add(version)
    return Answer(row.position, row.external_id, Outcome.CREATED if is_new else outcome)


DISPUTES = Taking(
    shapes={**dict.fromkeys((*_ALIKE, "reason"), Shape.TEXT), "amount": Shape.NUMBER},
    readers=_readers,
    row_of=_row,
    post=_post,
    money=lambda row: (row.known.currency, str(row.amount)) if row.known else ("", ""),
    key_of=lambda row: (row.external_id, row.valid_from),
    complete=_with_invoices,
    waits_as=BulkKind.DISPUTES,
)
