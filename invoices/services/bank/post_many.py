"""Lines that are sure enough, into the ledger at once: receipts and allocations in bulk, charges one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError
from core.services import audit
from invoices.domain.bank import LineState, LineWarning
from invoices.domain.kinds import EntryKind
from invoices.domain.matching import weakened
from invoices.domain.matching_records import Candidate, Reason, ReasonCode
from invoices.models import BankLine, Invoice, Receipt
from invoices.services.bank.payers import learn_payers, warn_of_payers
from invoices.services.bank.posting import Share, post_line, receipt_id, receipt_of, receipt_source
from invoices.services.bank.storing import store
from invoices.services.bulk import EntryRow, ReceiptRow, post_bulk


@dataclass(frozen=True, slots=True)
class Sure:
    """A locked line and what it is posted as."""

    line: BankLine
    candidate: Candidate


class _Refused(Exception):
    """The ledger refused some of a bulk: these receipts, and what pays these invoices."""

    def __init__(self, receipts: set[str], invoices: set[tuple[str, str]]) -> None:
        super().__init__()
        self.receipts, self.invoices = receipts, invoices


def post_many(sure: Sequence[Sure]) -> None:
    """Post these lines in the caller's transaction; one that the ledger refuses is left to a person, with a warning.

    Lines without charges go as one bulk; a bulk with a refused row is taken back and tried again without its lines.
    """
    if not sure:
        return
    plain: list[Sure] = []
    charged: list[Sure] = []
    for one in sure:
        (plain if all(part.kind is EntryKind.RECEIPT for part in one.candidate.parts) else charged).append(one)
    posted, refused = _in_bulk(plain)
    for one in charged:
        (posted if _alone(one) else refused).append(one)
    _finish(posted)
    _leave(refused)


def _in_bulk(sure: Sequence[Sure]) -> tuple[list[Sure], list[Sure]]:
    left, refused = list(sure), []
    invoices = _external_ids(left)
    while left:
        try:
            _bulk(left, invoices)
        except _Refused as problem:
            # A refusal that no line is named by leaves all of them to a person.
            bad = [one for one in left if _is_hit(one, problem, invoices)] or left
            refused += bad
            left = [one for one in left if one not in bad]
        else:
            break
    return left, refused


def _external_ids(sure: Iterable[Sure]) -> dict[int, tuple[str, str]]:
    wanted = {part.invoice_id for one in sure for part in one.candidate.parts}
    rows = Invoice.objects.filter(pk__in=wanted).values_list("pk", "source", "external_id")
    return {pk: (source, external_id) for pk, source, external_id in rows}


def _is_hit(one: Sure, problem: _Refused, invoices: dict[int, tuple[str, str]]) -> bool:
    paid = {invoices[part.invoice_id] for part in one.candidate.parts}
    return receipt_id(one.line) in problem.receipts or bool(paid & problem.invoices)


@transaction.atomic
def _bulk(sure: Sequence[Sure], invoices: dict[int, tuple[str, str]]) -> None:
    result = post_bulk(
        receipts=[_receipt_row(one) for one in sure],
        entries=[row for one in sure for row in _entry_rows(one, invoices)],
    )
    if result.contradictions:
        receipts = {item.external_id for item in result.contradictions if item.kind == "receipt"}
        paid = {(item.source, item.external_id) for item in result.contradictions if item.kind != "receipt"}
        raise _Refused(receipts, paid)
    keys = {(receipt_source(one.line.account.number), receipt_id(one.line)): one.line for one in sure}
    found = Receipt.objects.filter(
        source__in={source for source, _id in keys}, external_id__in={external_id for _source, external_id in keys}
    )
    for receipt in found:
        keys[receipt.source, receipt.external_id].receipt = receipt


def _receipt_row(one: Sure) -> ReceiptRow:
    new = receipt_of(one.line, one.candidate.buyer_id)
    return ReceiptRow(new.buyer_id, new.source, new.external_id, new.currency, new.amount, new.day, new.note)


def _entry_rows(one: Sure, invoices: dict[int, tuple[str, str]]) -> Iterable[EntryRow]:
    for part in one.candidate.parts:
        source, external_id = invoices[part.invoice_id]
        yield EntryRow(
            source=source,
            invoice_external_id=external_id,
            kind=EntryKind.RECEIPT.value,
            amount=-part.amount,
            effective_date=one.line.day,
            receipt_external_id=receipt_id(one.line),
            document_source=receipt_source(one.line.account.number),
        )


def _alone(one: Sure) -> bool:
    shares = [Share(invoice_id=part.invoice_id, amount=part.amount, kind=part.kind) for part in one.candidate.parts]
    try:
        with transaction.atomic():
            post_line(one.line, buyer_id=one.candidate.buyer_id, shares=shares, actor=None)
    except DomainError:
        return False
    one.line.postings -= 1  # counted with the others below
    return True


_POSTED = {
    "state": "text",
    "buyer_id": "bigint",
    "receipt_id": "bigint",
    "postings": "int",
    "adjustments": "jsonb",
    "warnings": "jsonb",
    "version": "int",
    "decided_at": "timestamptz",
}


def _finish(sure: Sequence[Sure]) -> None:
    """The lines say what was posted; accounts are learned, and each posting is an event."""
    pairs = [(one.line, one.candidate.buyer_id) for one in sure]
    now = timezone.now()
    for (line, buyer_id), warnings in zip(pairs, warn_of_payers(pairs), strict=True):
        _mark(line, buyer_id, now, warnings)
    store([line for line, _buyer in pairs], _POSTED)
    learn_payers(pairs)
    audit.record_many(
        action="invoices.bank_line.matched",
        subject_type="bank_line",
        subjects=[(one.line.pk, _data(one)) for one in sure],
    )


def _mark(line: BankLine, buyer_id: int, now: datetime, warnings: list[dict[str, Any]]) -> None:
    line.state, line.buyer_id, line.decided_at = LineState.POSTED, buyer_id, now
    line.warnings = [*line.warnings, *warnings]
    line.version, line.postings = line.version + 1, line.postings + 1


def _data(one: Sure) -> dict[str, Any]:
    return {
        "receipt": one.line.receipt_id,
        "buyer": one.candidate.buyer_id,
        "confidence": str(one.candidate.confidence),
        "reasons": [reason.code.value for reason in one.candidate.reasons],
    }


def _leave(refused: Sequence[Sure]) -> None:
    for one in refused:
        weaker = weakened(one.candidate, Reason(ReasonCode.LEDGER_REFUSED))
        one.line.confidence, one.line.proposal = weaker.confidence, {**(one.line.proposal or {}), **weaker.as_json()}
        one.line.warnings = [*one.line.warnings, {"code": LineWarning.LEDGER_REFUSED.value, "params": {}}]
    store([one.line for one in refused], {"confidence": "numeric", "proposal": "jsonb", "warnings": "jsonb"})
