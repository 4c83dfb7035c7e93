"""A plan written to the ledger: buyers first, then everything of the file in one bulk posting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.services.registry import BuyerRow, upsert_buyers
from invoices.domain.kinds import EntryKind
from invoices.intake.profile import DisputeStart
from invoices.intake.rows import InvoiceLine
from invoices.services.bulk import (
    BulkResult,
    CreditNoteRow,
    DisputeRow,
    DueDateRow,
    EntryRow,
    InvoiceRow,
    ReceiptRow,
    post_bulk,
)
from invoices.services.imports.planning import (
    CLOSE,
    CREATE,
    CREDIT_NOTE,
    DISPUTE,
    DISPUTE_KEY,
    DUE_DATE,
    RECEIPT,
    REFUSED,
    REOPEN,
    Plan,
    iter_planned,
    receipt_id,
    received,
)
from invoices.services.imports.reading import Reading

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Posting:
    """Everything that the rows of one posting are made from."""

    reading: Reading
    plan: Plan
    buyers: Mapping[str, int]
    today: date

    @property
    def source(self) -> str:
        """The system that the ids are unique in."""
        return self.reading.profile.source

    def invoices(self) -> Iterator[InvoiceRow]:
        """New invoices."""
        for _, line in iter_planned(self.reading, self.plan, CREATE):
            yield InvoiceRow(
                self.buyers[line.buyer_code],
                self.source,
                line.invoice_id,
                line.invoice_number,
                line.currency,
                Decimal(line.amount),
                date.fromisoformat(line.invoice_date),
                date.fromisoformat(line.due_date),
                line.terms,
            )

    def credit_notes(self) -> Iterator[CreditNoteRow]:
        """New credit notes: negative rows, where the profile says so."""
        for _, line in iter_planned(self.reading, self.plan, CREDIT_NOTE):
            issued_on = date.fromisoformat(line.invoice_date)
            buyer_id, amount = self.buyers[line.buyer_code], -Decimal(line.amount)
            yield CreditNoteRow(buyer_id, self.source, line.invoice_id, line.currency, amount, issued_on)

    def receipts(self) -> Iterator[ReceiptRow]:
        """What the settled dates say was received."""
        for line, amount in self._received():
            buyer_id, received_on = self.buyers[line.buyer_code], date.fromisoformat(line.settled_date)
            yield ReceiptRow(buyer_id, self.source, receipt_id(line.invoice_id), line.currency, amount, received_on)

    def entries(self) -> Iterator[EntryRow]:
        """The allocation of each such receipt to its invoice."""
        for line, amount in self._received():
            effective_date = date.fromisoformat(line.settled_date)
            yield EntryRow(
                self.source, line.invoice_id, EntryKind.RECEIPT, -amount, effective_date, receipt_id(line.invoice_id)
            )

    def _received(self) -> Iterator[tuple[InvoiceLine, Decimal]]:
        partial, profile = self.plan.receipt_amounts, self.reading.profile
        for index, line in iter_planned(self.reading, self.plan, RECEIPT):
            yield line, partial.get(index) or Decimal(received(profile, line))

    def due_dates(self) -> Iterator[DueDateRow]:
        """Due dates that changed: they count from today on."""
        for _, line in iter_planned(self.reading, self.plan, DUE_DATE):
            yield DueDateRow(self.source, line.invoice_id, date.fromisoformat(line.due_date), self.today)

    def disputes(self) -> Iterator[DisputeRow]:
        """Disputes opened and closed by the file's flag."""
        acts = self.plan.acts
        for index, line in iter_planned(self.reading, self.plan, DISPUTE | REOPEN | CLOSE):
            start = self.today if acts[index] & REOPEN else self._dispute_start(line)
            start = start if line.settled_date else min(start, self.today)
            end = date.fromisoformat(line.settled_date) if line.settled_date else self.today
            is_closed = bool(acts[index] & CLOSE)
            if acts[index] & (DISPUTE | REOPEN) and not (is_closed and end <= start):
                yield self._dispute_row(line, Decimal(line.amount), start)
            if is_closed:
                yield self._dispute_row(line, ZERO, end)

    def _dispute_start(self, line: InvoiceLine) -> date:
        start = self.reading.profile.disputes.start
        if start is DisputeStart.IMPORT_DATE:
            return self.today
        return date.fromisoformat(line.invoice_date if start is DisputeStart.INVOICE_DATE else line.due_date)

    def _dispute_row(self, line: InvoiceLine, amount: Decimal, valid_from: date) -> DisputeRow:
        reason = line.dispute_reason or self.reading.profile.disputes.reason
        return DisputeRow(self.source, line.invoice_id, DISPUTE_KEY, amount, reason, valid_from)


def post_plan(reading: Reading, plan: Plan, *, today: date, batch_id: int | None) -> BulkResult:
    """Write the plan inside the caller's transaction."""
    buyers = upsert_buyers(_buyer_rows(reading, plan), reading.profile.source)
    posting = Posting(reading, plan, buyers, today)
    return post_bulk(
        invoices=posting.invoices(),
        receipts=posting.receipts(),
        credit_notes=posting.credit_notes(),
        entries=posting.entries(),
        disputes=posting.disputes(),
        due_dates=posting.due_dates(),
        batch_id=batch_id,
    )


def _buyer_rows(reading: Reading, plan: Plan) -> Iterator[BuyerRow]:
    """Each buyer's most frequent spelling first (the alphabet decides a tie), then the others as aliases.

    Counting, not the first row, decides: the order of the file must not.
    """
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for index, row in enumerate(reading.accepted):
        if plan.acts[index] != REFUSED:
            line = InvoiceLine._make(row)
            seen[line.buyer_code, line.buyer_name, line.buyer_name_zh, line.buyer_country] += 1
    for spelling in sorted(seen, key=lambda given: (given[0], -seen[given], given)):
        yield BuyerRow(*spelling)
