"""What each accepted row would do to the ledger: decided by comparison, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoices.intake.profile import Profile, SettledAmount
from invoices.intake.rows import InvoiceLine
from invoices.intake.spool import Spool
from invoices.queries.known import (
    KnownDispute,
    KnownInvoice,
    KnownReceipt,
    has_source,
    issued_amounts,
    known_buyers,
    known_credit_notes,
    known_disputes,
    known_invoices,
    known_receipts,
)
from invoices.services.imports.reading import Reading
from invoices.services.imports.results import Outcome, Tally

DISPUTE_KEY = "file"
RECEIPT_PREFIX = "settled:"
Refusal = tuple[str, str, str, dict[str, Any]]  # field, value, reason, params

# What is to be written for a row, one bit each (a byte a row: a file may have a million). 0 = unchanged.
CREATE, CREDIT_NOTE, RECEIPT, DUE_DATE, DISPUTE, REOPEN, CLOSE, REFUSED = (1 << bit for bit in range(8))


@dataclass(slots=True)
class Plan:
    """Acts for each accepted row, by index; amounts of receipts that differ from what the file says."""

    tally: Tally
    refusals: Spool
    acts: bytearray = field(default_factory=bytearray)
    receipt_amounts: dict[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger holds for one chunk of rows."""

    invoices: Mapping[str, KnownInvoice] = field(default_factory=dict)
    receipts: Mapping[str, KnownReceipt] = field(default_factory=dict)
    credit_notes: Mapping[str, KnownInvoice] = field(default_factory=dict)
    disputes: Mapping[str, KnownDispute] = field(default_factory=dict)
    buyers: Mapping[str, int] = field(default_factory=dict)


def receipt_id(invoice_id: str) -> str:
    """The id of the receipt that a settled date stands for: one for each invoice."""
    return RECEIPT_PREFIX + invoice_id


def received(profile: Profile, line: InvoiceLine) -> str:
    """How much the row says was received; empty = nothing."""
    if not line.settled_date:
        return ""
    given = line.paid_amount if profile.settled_amount is SettledAmount.PAID_AMOUNT else ""
    return "" if given == "0" else given or line.amount


def make_plan(reading: Reading, plan: Plan, refused: Mapping[str, Refusal]) -> Plan:
    """Decide every accepted row; ``refused`` are ids that the ledger refused when it was tried."""
    planner = _Planner(reading, plan, refused)
    is_known_source = has_source(reading.profile.source)
    for chunk in reading.accepted.chunks():
        lines = [InvoiceLine._make(row) for row in chunk]
        planner.decide(lines, _look_up(reading.profile, lines) if is_known_source else _Known())
    return plan


def _look_up(profile: Profile, lines: list[InvoiceLine]) -> _Known:
    source, ids = profile.source, [line.invoice_id for line in lines]
    invoices = _known_invoices(source, lines)
    again = [line for line in lines if line.invoice_id in invoices]
    settled = [receipt_id(line.invoice_id) for line in again if line.settled_date]
    flagged = [line.invoice_id for line in again] if "disputed" in profile.columns else []
    return _Known(
        invoices=invoices,
        receipts=known_receipts(source, settled),
        credit_notes=known_credit_notes(source, [i for i in ids if i not in invoices]),
        disputes=known_disputes(source, flagged, DISPUTE_KEY),
        buyers=known_buyers(source, {line.buyer_code for line in lines}),
    )


def _known_invoices(source: str, lines: list[InvoiceLine]) -> dict[str, KnownInvoice]:
    """Invoices on record, at their corrected amounts where the first amount is not what the file says."""
    found = known_invoices(source, [line.invoice_id for line in lines])
    given = {line.invoice_id: Decimal(line.amount) for line in lines if line.invoice_id in found}
    differing = [external_id for external_id, amount in given.items() if amount != found[external_id].amount]
    for external_id, amount in issued_amounts(source, differing).items():
        found[external_id] = found[external_id]._replace(amount=amount)
    return found


class _Planner:
    """Decides row after row; keeps the index."""

    def __init__(self, reading: Reading, plan: Plan, refused: Mapping[str, Refusal]) -> None:
        self._reading, self._plan, self._refused = reading, plan, refused
        self._profile = reading.profile
        self._reads_disputes = "disputed" in reading.profile.columns
        self._index = 0

    def decide(self, lines: list[InvoiceLine], known: _Known) -> None:
        """Decide a chunk of rows."""
        for line in lines:
            refusal = self._refusal(line)
            acts = 0
            if refusal is None:
                acts, refusal = self._compare(line, known)
            if refusal is not None:
                self._plan.refusals.add((line.line, *refusal))
                acts = REFUSED
            self._plan.acts.append(acts)
            self._plan.tally.add(outcome_of(acts), line.currency, line.amount)
            self._index += 1

    def _refusal(self, line: InvoiceLine) -> Refusal | None:
        other_line = self._reading.conflicts.get(self._index)
        if other_line:
            return ("invoice_id", line.invoice_id, "duplicate_in_file", {"other_line": other_line})
        return self._refused.get(line.invoice_id)

    def _compare(self, line: InvoiceLine, known: _Known) -> tuple[int, Refusal | None]:
        if self._index in self._reading.repeats:
            return 0, None
        invoice = known.invoices.get(line.invoice_id)
        if invoice is not None:
            refusal = _contradiction(line, invoice, known)
            return (0, refusal) if refusal else self._bring_up_to_date(line, invoice, known)
        credit_note = known.credit_notes.get(line.invoice_id)
        if credit_note is not None:
            return 0, _contradiction(line, credit_note, known)
        return self._new(line), None

    def _new(self, line: InvoiceLine) -> int:
        if line.amount.startswith("-"):
            return CREDIT_NOTE
        acts = CREATE
        if line.settled_date and received(self._profile, line):
            acts |= RECEIPT
        if line.disputed:
            acts |= DISPUTE | CLOSE if line.settled_date else DISPUTE
        return acts

    def _bring_up_to_date(self, line: InvoiceLine, invoice: KnownInvoice, known: _Known) -> tuple[int, Refusal | None]:
        acts = 0 if line.due_date == invoice.due_date.isoformat() else DUE_DATE
        if line.settled_date:
            receipt = known.receipts.get(receipt_id(line.invoice_id))
            if receipt is None:
                acts |= self._settle(line, invoice)
            elif line.settled_date != receipt.received_on.isoformat():
                return 0, _contradicts("settled_date", line.settled_date, receipt.received_on.isoformat())
        if self._reads_disputes:
            acts |= _dispute(line, known.disputes.get(line.invoice_id))
        return acts, None

    def _settle(self, line: InvoiceLine, invoice: KnownInvoice) -> int:
        """A receipt of what is still open, at most of what the file says was paid."""
        given = Decimal(received(self._profile, line) or 0)
        amount = min(invoice.open_amount, given)
        if amount <= 0:
            return 0
        if amount != given:
            self._plan.receipt_amounts[self._index] = amount
        return RECEIPT


def outcome_of(acts: int) -> Outcome:
    """What became of a row with these acts."""
    if not acts:
        return Outcome.UNCHANGED
    if acts & REFUSED:
        return Outcome.QUARANTINED
    return Outcome.CREATED if acts & (CREATE | CREDIT_NOTE) else Outcome.UPDATED


def _contradiction(line: InvoiceLine, known: KnownInvoice, given: _Known) -> Refusal | None:
    if given.buyers.get(line.buyer_code) != known.buyer_id:
        return _contradicts("buyer_code", line.buyer_code, known.buyer_code)
    if line.currency != known.currency:
        return _contradicts("currency", line.currency, known.currency)
    if Decimal(line.amount) != known.amount:
        return _contradicts("amount", line.amount, f"{known.amount.normalize():f}")
    if line.invoice_date != known.invoice_date.isoformat():
        return _contradicts("invoice_date", line.invoice_date, known.invoice_date.isoformat())
    return None


def _contradicts(name: str, value: str, ledger: str) -> Refusal:
    return (name, value, "contradicts_ledger", {"ledger": ledger})


def _dispute(line: InvoiceLine, known: KnownDispute | None) -> int:
    """What the flag asks for, beside the latest version on record."""
    if known is None:
        opened = DISPUTE | CLOSE if line.settled_date else DISPUTE
        return opened if line.disputed else 0
    is_wanted = bool(line.disputed) and not line.settled_date
    if known.amount > 0:
        return 0 if is_wanted else CLOSE
    return REOPEN if is_wanted else 0


def iter_planned(reading: Reading, plan: Plan, wanted: int) -> Iterator[tuple[int, InvoiceLine]]:
    """Index and row of those with any of the wanted acts."""
    acts = plan.acts
    for index, row in enumerate(reading.accepted):
        if acts[index] & wanted:
            yield index, InvoiceLine._make(row)
