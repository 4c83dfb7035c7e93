"""Receipts and credit notes in bulk: compared, posted in one bulk posting, their allocations put into suspense.

What can be allocated is allocated at once; what comes before its invoice waits in sight and allocates itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from buyers.services.registry import BuyerRow, upsert_buyers
from core.errors import DomainError
from core.models import User
from core.queries.sql import fetch_all
from invoices.domain.bulks import DECIDED, SuspenseState
from invoices.models import SuspendedAllocation
from invoices.queries.source_documents import KnownAllocation, KnownDocument, known_allocations, known_documents
from invoices.services.bulk import CreditNoteRow, ReceiptRow, post_bulk
from invoices.services.bulks.document_rows import DAYS, DocumentRow, WantedAllocation, readers, row_of, shapes
from invoices.services.bulks.problems import problem
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Taking, quarantined
from invoices.services.imports.results import Outcome
from invoices.services.suspense import settle_suspense

_SETTLED = SuspenseState.ALLOCATED


@dataclass(slots=True)
class Known:
    """What the ledger has of the documents, and which buyer each of the source's codes is."""

    documents: Mapping[str, KnownDocument]
    allocations: Mapping[str, Mapping[str, KnownAllocation]]
    buyers: Mapping[str, int]


@dataclass(slots=True)
class Posted:
    """What is to be written, and the answers."""

    answers: list[Answer] = field(default_factory=list)
    new: list[DocumentRow] = field(default_factory=list)
    asked: list[DocumentRow] = field(default_factory=list)


def _post(kind: str, caller: Caller, rows: list[DocumentRow]) -> list[Answer]:
    """Post what is new, put allocations into suspense and settle what can be."""
    source = caller.source
    known = _known(kind, source, rows)
    posted = Posted()
    for row in rows:
        _decide(row, known, posted)
    _post_new(kind, source, posted.new, known, caller.actor)
    _suspend(kind, source, posted.asked, known)
    if posted.new or posted.asked:
        settle_suspense(source)
    return posted.answers


def _known(kind: str, source: str, rows: list[DocumentRow]) -> Known:
    ids = [row.external_id for row in rows]
    return Known(known_documents(kind, source, ids), known_allocations(kind, source, ids), _buyers(source, rows))


def _buyers(source: str, rows: list[DocumentRow]) -> dict[str, int]:
    """Our ids by the source's codes; the registry is told of those that the rows do not say."""
    told = {row.buyer: row.buyer_id for row in rows if row.buyer_id is not None}
    untold = [BuyerRow(row.buyer, row.buyer_name) for row in rows if row.buyer_id is None]
    return told | (upsert_buyers(untold, source) if untold else {})


def _decide(row: DocumentRow, known: Known, posted: Posted) -> None:
    if fault := _fault_of(row, known):
        posted.answers.append(quarantined(row, fault))
        return
    outcome = Outcome.UNCHANGED
    if row.allocations is not None and _asks_for_more(row, known.allocations.get(row.external_id, {})):
        posted.asked.append(row)
        outcome = Outcome.UPDATED
    if row.external_id not in known.documents:
        posted.new.append(row)
        outcome = Outcome.CREATED
    posted.answers.append(Answer(row.position, row.external_id, outcome))


def _asks_for_more(row: DocumentRow, before: Mapping[str, KnownAllocation]) -> bool:
    wanted = {one.invoice: (one.amount, one.source_amount) for one in row.allocations or ()}
    stands = {name: (one.amount, one.source_amount) for name, one in before.items()}
    open_only = {name for name, one in before.items() if one.state == SuspenseState.WAITING}
    return any(stands.get(name) != value for name, value in wanted.items()) or bool(open_only - wanted.keys())


def _fault_of(row: DocumentRow, known: Known) -> dict[str, Any] | None:
    stands = known.documents.get(row.external_id)
    if stands is not None:
        given = KnownDocument(known.buyers[row.buyer], row.currency, row.amount, row.day)
        for name, wanted, found in zip(KnownDocument._fields, given, stands, strict=True):
            if wanted != found:
                return problem("contradicts_ledger", name.removesuffix("_id"), str(wanted), ledger=str(found))
    before = known.allocations.get(row.external_id, {})
    for one in row.allocations or ():
        made = before.get(one.invoice)
        if made and made.state == _SETTLED and (made.amount, made.source_amount) != (one.amount, one.source_amount):
            return problem("allocation_made", "allocations", one.invoice, ledger=f"{made.amount:f}")
    return None


def _post_new(kind: str, source: str, rows: list[DocumentRow], known: Known, actor: User | None) -> None:
    if not rows:
        return
    posted = ((known.buyers[r.buyer], source, r.external_id, r.currency, r.amount, r.day, r.note) for r in rows)
    if kind == "receipt":
        result = post_bulk(receipts=(ReceiptRow._make(row) for row in posted), actor=actor)
    else:
        result = post_bulk(credit_notes=(CreditNoteRow._make(row) for row in posted), actor=actor)
    if result.contradictions:
        first = result.contradictions[0]
        params = {"field": first.field, "value": first.external_id, "problem": first.code}
        raise DomainError("ledger_refused", _("The ledger refused the record."), params)


def _suspend(kind: str, source: str, rows: list[DocumentRow], known: Known) -> None:
    """Write what is asked for; what is no longer asked for and not made yet is forgotten."""
    wanted = [
        SuspendedAllocation(
            source=source,
            kind=kind,
            document=row.external_id,
            invoice=one.invoice,
            amount=one.amount,
            source_amount=one.source_amount,
        )
        for row in rows
        for one in row.allocations or ()
        if not _stands(known, row.external_id, one)
    ]
    documents = [row.external_id for row in rows if row.external_id in known.allocations]
    pairs = tuple((one.document, one.invoice) for one in wanted) or (("", ""),)
    fetch_all(_FORGET_SQL, {"source": source, "kind": kind, "documents": documents, "pairs": pairs})
    SuspendedAllocation.objects.bulk_create(wanted, batch_size=2_000)


def _stands(known: Known, document: str, one: WantedAllocation) -> bool:
    """True for what was made, and for what a person decided on at this very amount."""
    before = known.allocations.get(document, {}).get(one.invoice)
    if before is None or before.state == SuspenseState.WAITING:
        return False
    return before.state not in DECIDED or (before.amount, before.source_amount) == (one.amount, one.source_amount)


_FORGET_SQL = """
DELETE FROM invoices_suspendedallocation
WHERE source = %(source)s AND kind = %(kind)s AND document = ANY(%(documents)s) AND (
    state = 'waiting' OR (state IN ('moved', 'withdrawn') AND (document, invoice) IN %(pairs)s))
RETURNING id
"""


def _taking(kind: str) -> Taking[DocumentRow]:
    return Taking(
        shapes=shapes(kind),
        readers=partial(readers, kind),
        row_of=partial(row_of, kind),
        post=partial(_post, kind),
        money=lambda row: (row.currency, str(row.amount)),
    )


DOCUMENTS = {kind: _taking(kind) for kind in DAYS}
