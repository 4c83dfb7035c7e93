"""The lines of a statement as rows: one for each payment that the bank lists, else one for the entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from invoices.domain.bank_lines import first_state, is_listed
from invoices.intake.statements.records import Charge, Counterparty, Detail, Entry, Reference, Statement
from invoices.models import BankLine, BankStatement

# References of a whole batch name none of its payments.
ENTRY_PREFIX = "entry:"


def lines_of(statement: Statement, row: BankStatement, *, fallback: date) -> list[BankLine]:
    """All lines in the statement's order; together they are its entries to the cent."""
    lines: list[BankLine] = []
    for number, entry in enumerate(statement.entries, start=1):
        for line in _of(entry):
            line.statement, line.account = row, row.account
            line.entry, line.position = number, len(lines) + 1
            line.day = line.value_date or line.booking_date or fallback
            lines.append(line)
    return lines


def _of(entry: Entry) -> list[BankLine]:
    if is_listed(amount=entry.amount, currency=entry.currency, details=entry.details):
        return [_of_detail(entry, detail) for detail in entry.details]
    return [_of_entry(entry)]


def _of_entry(entry: Entry) -> BankLine:
    line = _line(entry, entry.amount, entry.counterparty, entry.remittance)
    single = entry.details[0].charges if len(entry.details) == 1 else ()
    line.references, line.charges = _references(entry.references), _charges((*entry.charges, *single))
    return line


def _of_detail(entry: Entry, detail: Detail) -> BankLine:
    line = _line(entry, detail.amount or Decimal(0), detail.counterparty, detail.remittance or entry.remittance)
    line.references = [*_references(detail.references), *_references(entry.references, prefix=ENTRY_PREFIX)]
    line.charges = _charges(detail.charges)
    return line


def _line(entry: Entry, amount: Decimal, payer: Counterparty, remittance: str) -> BankLine:
    state, why_not = first_state(
        amount=amount, status=entry.status.value, is_reversal=entry.is_reversal, code=entry.code
    )
    return BankLine(
        amount=amount,
        currency=entry.currency,
        booking_date=entry.booking_date,
        value_date=entry.value_date,
        status=entry.status.value,
        payer_name=_clean(payer.name, 255),
        payer_account=_clean(payer.account, 60).replace(" ", ""),
        payer_bank=_clean(payer.bank, 140),
        payer_ultimate=_clean(payer.ultimate, 255),
        remittance=_clean(remittance),
        code=_clean(entry.code, 60),
        is_reversal=entry.is_reversal,
        state=state,
        why_not=why_not,
    )


def _references(references: Iterable[Reference], *, prefix: str = "") -> list[dict[str, str]]:
    return [{"kind": prefix + one.kind, "value": _clean(one.value, 140)} for one in references]


def _charges(charges: Sequence[Charge]) -> list[dict[str, Any]]:
    return [{"amount": str(one.amount), "currency": one.currency, "is_included": one.is_included} for one in charges]


def _clean(text: str, most: int | None = None) -> str:
    """Text that the database holds: no null and no half characters."""
    whole = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return whole[:most]
