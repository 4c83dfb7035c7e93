"""Write-offs as records: compared with what stands and with what is open of their invoices, then posted together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import DomainError
from invoices.domain.bulks import Awaited, BulkKind
from invoices.domain.posting import OpenInvoice, check_effective_date, check_reduction
from invoices.intake.convert import Reader
from invoices.intake.json_table import Shape
from invoices.models import Invoice, WriteOff
from invoices.queries.source_write_offs import invoice_ids, standing_write_offs
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import amount_fault, problem, problem_of, unknown_yet
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome
from invoices.services.posting.ledger import lock_invoices
from invoices.services.posting.write_offs import WriteOffChange, write_off

LONGEST_REASON = 200
_ALIKE = {
    "external_id": "invoice_id",
    "invoice": "invoice_id",
    "currency": "currency",
    "amount": "amount",
    "written_off_on": "invoice_date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWriteOff(Row):
    """A write-off as its source knows it; an ``amount`` of 0 takes it back."""

    invoice: str
    currency: str
    amount: Decimal
    written_off_on: date
    reason: str


def _readers() -> dict[str, Reader]:
    return {**readers_like(_ALIKE), "reason": short_text(LONGEST_REASON)}


def _row(position: int, values: Mapping[str, str]) -> WantedWriteOff:
    read = {"amount": Decimal(values["amount"]), "written_off_on": date.fromisoformat(values["written_off_on"])}
    return WantedWriteOff(position=position, **{**values, **read})  # type: ignore[arg-type]


def _post(caller: Caller, rows: list[WantedWriteOff]) -> list[Answer]:
    known = invoice_ids(caller.source, [row.invoice for row in rows])
    invoices = lock_invoices(known.values())
    standing = standing_write_offs(caller.source, [row.external_id for row in rows])
    judge = _Judge(caller, {name: invoices[pk] for name, pk in known.items()}, standing)
    answers = [judge.answer(row) for row in rows]
    if judge.changes:
        actor, label = caller.actor, caller.label
        write_off(judge.changes, source=caller.source, today=caller.today, actor=actor, label=label)
    return answers


class _Judge:
    """Looks at one row after the other; what is open of an invoice shrinks as it goes."""

    def __init__(self, caller: Caller, invoices: Mapping[str, Invoice], standing: Mapping[str, WriteOff]) -> None:
        self._caller, self._invoices, self._standing = caller, invoices, standing
        self._left = {invoice.pk: invoice.open_amount for invoice in invoices.values()}
        self.changes: list[WriteOffChange] = []

    def answer(self, row: WantedWriteOff) -> Answer:
        """The answer to a row; what it changes is kept."""
        before, invoice = self._standing.get(row.external_id), self._invoices.get(row.invoice)
        if invoice is None:
            return quarantined(row, unknown_yet(Awaited.INVOICE, self._caller.source, row.invoice))
        fault = _fault_of(row, invoice, self._caller.today) or _contradiction(row, invoice, before)
        if fault is None and before is not None and (row.amount, row.reason) == (before.amount, before.reason):
            return Answer(row.position, row.external_id, Outcome.UNCHANGED)
        fault = fault or self._refusal(row, invoice, before)
        if fault is not None:
            return quarantined(row, fault)
        self.changes.append(_change(row, invoice, before))
        return Answer(row.position, row.external_id, Outcome.UPDATED if before else Outcome.CREATED)

    def _refusal(self, row: WantedWriteOff, invoice: Invoice, before: WriteOff | None) -> dict[str, Any] | None:
        change = (before.amount if before else Decimal(0)) - row.amount
        part = OpenInvoice(
            number=invoice.number,
            currency=invoice.currency,
            invoice_date=invoice.invoice_date,
            issued_amount=invoice.amount,
            open_amount=self._left[invoice.pk],
        )
        day, first = row.written_off_on, invoice.invoice_date
        try:
            check_effective_date(effective_date=day, not_before=first, field="written_off_on")
            check_reduction(invoice=part, change=change)
        except DomainError as refused:
            return problem_of(refused)
        self._left[invoice.pk] += change
        return None


def _fault_of(row: WantedWriteOff, invoice: Invoice, today: date) -> dict[str, Any] | None:
    if row.currency != invoice.currency:
        return problem("currency_differs", "currency", row.currency, ledger=invoice.currency)
    if fault := amount_fault(row.amount, invoice.currency):
        return fault
    if row.written_off_on > today:
        return problem("date_in_future", "written_off_on", row.written_off_on)
    return None


def _contradiction(row: WantedWriteOff, invoice: Invoice, before: WriteOff | None) -> dict[str, Any] | None:
    if before is None:
        return None if row.amount else problem("nothing_written_off", "amount", "0")
    if before.invoice_id != invoice.pk:
        return problem("write_off_contradicts", "invoice", row.invoice, ledger=before.invoice.external_id)
    if before.written_off_on != row.written_off_on:
        return problem("write_off_contradicts", "written_off_on", row.written_off_on, ledger=before.written_off_on)
    return None


def _change(row: WantedWriteOff, invoice: Invoice, before: WriteOff | None) -> WriteOffChange:
    return WriteOffChange(
        external_id=row.external_id,
        invoice=invoice,
        amount=row.amount,
        written_off_on=row.written_off_on,
        reason=row.reason,
        before=before,
    )


WRITE_OFFS = Taking(
    shapes={**dict.fromkeys(_ALIKE, Shape.TEXT), "amount": Shape.NUMBER, "reason": Shape.TEXT},
    readers=_readers,
    row_of=_row,
    post=_post,
    money=lambda row: (row.currency, str(row.amount)),
    waits_as=BulkKind.WRITE_OFFS,
)
