"""Write-offs as their sources tell them: an entry in the ledger, a correction by reversal and new entry, 0 taken back.

Any number of them in a few statements; the invoices and balances are locked in the order of every posting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.models import User
from core.services import audit
from invoices.domain.kinds import EntryKind
from invoices.models import Entry, Invoice, WriteOff
from invoices.services.posting import ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffChange:
    """What a write-off shall be from now on, and the version that stands; the invoice is locked."""

    external_id: str
    invoice: Invoice
    amount: Decimal
    written_off_on: date
    reason: str
    before: WriteOff | None = None

    @property
    def moves(self) -> bool:
        """True if the ledger has something to say about it, not only the reason."""
        return self.before is None or self.before.amount != self.amount

    def effective_date(self, today: date) -> date:
        """A new one counts from its own day; a correction from today on: the books of past days stay."""
        return self.written_off_on if self.before is None else max(today, self.written_off_on)


def write_off(
    changes: Sequence[WriteOffChange], *, source: str, today: date, actor: User | None = None, label: str = ""
) -> None:
    """Post the changes, in the caller's transaction; each was found to fit what is open of its invoice."""
    ledger.lock_balances((change.invoice.buyer_id, change.invoice.currency) for change in changes)
    reversals = [_reversal(change, today) for change in changes if change.moves and change.before is not None]
    entries = {change.external_id: _entry(change, today) for change in changes if change.moves and change.amount}
    lines = [entry for entry in (*reversals, *entries.values()) if entry is not None]
    if lines:
        ledger.write_entries(lines)
    versions = [_version(change, source, entries.get(change.external_id)) for change in changes]
    WriteOff.objects.bulk_create(versions, batch_size=ledger.BATCH)
    _audit(changes, source, actor, label)
    ledger.close_posting(*{change.invoice.buyer_id for change in changes}, cause="posted")


def _reversal(change: WriteOffChange, today: date) -> Entry | None:
    """What stood of it, taken back; None if nothing stood."""
    stood = change.before.entry if change.before else None
    if stood is None:
        return None
    day = max(today, stood.effective_date)
    return _line(change.invoice, kind=EntryKind.REVERSAL, amount=-stood.amount, effective_date=day, reverses=stood)


def _entry(change: WriteOffChange, today: date) -> Entry:
    day = change.effective_date(today)
    return _line(change.invoice, kind=EntryKind.WRITE_OFF, amount=-change.amount, effective_date=day)


def _line(invoice: Invoice, **said: Any) -> Entry:
    return Entry(invoice=invoice, buyer_id=invoice.buyer_id, currency=invoice.currency, **said)


def _version(change: WriteOffChange, source: str, written: Entry | None) -> WriteOff:
    kept = change.before.entry if change.before and not change.moves else None
    return WriteOff(
        source=source,
        external_id=change.external_id,
        invoice=change.invoice,
        buyer_id=change.invoice.buyer_id,
        amount=change.amount,
        written_off_on=change.written_off_on,
        reason=change.reason,
        entry=written or kept,
    )


def _audit(changes: Sequence[WriteOffChange], source: str, actor: User | None, label: str) -> None:
    """One event for the call; it names the invoice where there is one only."""
    of_one = {"subject_type": "invoice", "subject_id": changes[0].invoice.pk}
    audit.record(
        actor=actor,
        actor_label=label,
        action="invoices.invoice.write_off",
        **(of_one if len(changes) == 1 else {"subject_type": "source", "subject_id": source}),
        data={"write_offs": len(changes), "first": changes[0].external_id, "amount": str(changes[0].amount)},
    )
