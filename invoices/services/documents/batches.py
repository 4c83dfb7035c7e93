"""Many files at once: each taken by itself, all of them counted, and their sums beside the ledger's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.services.documents import undone
from core.services.idempotency import try_again
from invoices.domain.documents import DocumentKind, DocumentState
from invoices.intake.document_listing import amount_in
from invoices.intake.documents import bytes_of, read_file
from invoices.intake.reasons import FileRefused, words
from invoices.models import IncomingDocument, Invoice
from invoices.queries.documents import ledger_amount, posted_invoices
from invoices.services.documents.receiving import receive_document
from invoices.services.documents.sellers import add_own_seller

ZERO = Decimal(0)
# The source of a sample: nobody's name.
SAMPLE = "sample of documents"


@dataclass(slots=True)
class Batch:
    """What became of the files.

    ``told`` and ``stands``: by currency, what the posted e-invoices add to the receivable (below 0 where they credit),
    and what the ledger has of them.
    """

    source: str
    is_dry_run: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, Decimal] = field(default_factory=dict)
    stands: dict[str, Decimal] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Counts, sums and one row for each file."""
        states = Counter(row["state"] for row in self.rows)
        sums = {currency: self._sums(currency) for currency in sorted(self.told)}
        return {
            "source": self.source,
            "dry_run": self.is_dry_run,
            "files": len(self.rows),
            "states": {state.value: states[state.value] for state in DocumentState},
            "sums": sums,
            "documents": self.rows,
        }

    def _sums(self, currency: str) -> dict[str, str]:
        return {
            "documents": amount_in(self.told[currency], currency),
            "ledger": amount_in(self.stands[currency], currency),
        }

    def add(self, name: str, row: IncomingDocument) -> None:
        """Count a document in."""
        invoices = posted_invoices(row)
        amount = ledger_amount(row, invoices)
        self.rows.append(
            {
                "file": name,
                "state": str(row.state),
                "kind": str(row.kind),
                "number": row.number,
                "document": row.pk,
                "detail": _detail(row),
                **_became(row, amount, invoices),
            }
        )
        if row.state == DocumentState.POSTED and row.kind == DocumentKind.EINVOICE:
            currency = row.reading["currency"]
            self.told[currency] = self.told.get(currency, ZERO) + _told(row)
            self.stands[currency] = self.stands.get(currency, ZERO) + amount

    def add_refused(self, name: str, refusal: FileRefused) -> None:
        """Count a file in that is none or too large."""
        shown = {"file": name, "state": DocumentState.REFUSED.value, "kind": DocumentKind.UNKNOWN.value, "number": ""}
        self.rows.append({**shown, "document": None, "detail": refusal.message})


def receive_files(
    files: Iterable[tuple[str, Path]], *, source: str, today: date, creates_buyers: bool, is_dry_run: bool
) -> Batch:
    """Take every file in, one transaction each; a file that is refused stops no other.

    ``is_dry_run``: in one transaction that is undone at the end.
    """
    batch = Batch(source, is_dry_run)
    if not is_dry_run:
        _receive_all(batch, files, today, creates_buyers=creates_buyers)
        return batch
    with undone():
        _receive_all(batch, files, today, creates_buyers=creates_buyers)
    return batch


def sample_files(files: Iterable[tuple[str, Path]], *, today: date) -> Batch:
    """What would become of each file by itself in an empty ledger, if its seller were we and its buyer new.

    Each is taken and undone again.
    """
    batch = Batch(SAMPLE, is_dry_run=True)
    for name, path in files:
        with undone():
            _own_seller_of(path)
            _receive_all(batch, [(name, path)], today, creates_buyers=True)
    return batch


def _own_seller_of(path: Path) -> None:
    try:
        invoice = read_file(path).invoice
    except FileRefused:
        return
    if invoice is not None:
        add_own_seller(name=invoice.seller.name, vat_id=invoice.seller.vat_id)


def _receive_all(batch: Batch, files: Iterable[tuple[str, Path]], today: date, *, creates_buyers: bool) -> None:
    for name, path in files:
        try:
            data = bytes_of(path)
        except FileRefused as refusal:
            batch.add_refused(name, refusal)
            continue
        batch.add(name, _receive(data, path.name, batch.source, today, creates_buyers))


def _receive(data: bytes, name: str, source: str, today: date, creates_buyers: bool) -> IncomingDocument:
    return try_again(
        lambda: receive_document(
            data, file_name=name, source=source, actor=None, today=today, creates_buyers=creates_buyers
        )
    ).document


def _told(row: IncomingDocument) -> Decimal:
    amount = abs(Decimal(row.reading["payable"]) + Decimal(row.reading["prepaid"]))
    return -amount if row.credit_note is not None else amount


def _detail(row: IncomingDocument) -> str:
    reasons = [row.problem] if row.problem else row.warnings
    return " ".join(words(one["code"], one["params"]) for one in reasons)


def _became(row: IncomingDocument, amount: Decimal, invoices: Sequence[Invoice]) -> dict[str, Any]:
    """What the ledger has of it: the amount (below 0 for a credit), what is open of it, and when it is due."""
    if row.invoice is None and row.credit_note is None:
        return {}
    currency = row.reading["currency"]
    return {
        "currency": currency,
        "amount": amount_in(amount, currency),
        "open": amount_in(sum((one.open_amount for one in invoices), ZERO), currency) if invoices else "",
        "due_date": ", ".join(one.due_date.isoformat() for one in invoices),
    }
