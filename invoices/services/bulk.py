"""Posting many documents and entries at once: what file imports, the demo and the REST intake stand on.

Rows stream in by COPY; everything after that is a fixed number of set-based statements, so that the cost grows with
the rows only. The same rows again change nothing; rows that contradict the ledger are listed and not applied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import connection, transaction

from buyers.services.rechecks import ask_recheck_of_moved
from core.models import User
from core.planning import joins_for
from core.queries.counters import get_version
from core.services import audit, counters
from invoices.services import bulk_checks, bulk_copies, bulk_limits, bulk_stage, bulk_write
from invoices.services.bulk_rows import (
    BulkResult,
    Contradiction,
    CreditNoteRow,
    DisputeRow,
    DueDateRow,
    EntryRow,
    InvoiceRow,
    KindCount,
    ReceiptRow,
)

__all__ = [
    "BulkResult",
    "Contradiction",
    "CreditNoteRow",
    "DisputeRow",
    "DueDateRow",
    "EntryRow",
    "InvoiceRow",
    "KindCount",
    "ReceiptRow",
    "post_bulk",
]


@transaction.atomic
def post_bulk(
    *,
    invoices: Iterable[InvoiceRow] = (),
    receipts: Iterable[ReceiptRow] = (),
    credit_notes: Iterable[CreditNoteRow] = (),
    entries: Iterable[EntryRow] = (),
    disputes: Iterable[DisputeRow] = (),
    due_dates: Iterable[DueDateRow] = (),
    batch_id: int | None = None,
    issue: bool = True,
    actor: User | None = None,
) -> BulkResult:
    """Post everything that is new and valid; report the rest.

    ``issue`` writes the issue entry of each new invoice (False: the entries bring it). A document known with the
    same content is unchanged; with another content it is a contradiction. An invoice with any refused row is not
    touched at all, and receipts that this call brings for refused invoices only are not posted either.
    """
    with connection.cursor() as cursor:
        bulk_stage.create_tables(cursor)
        given = {
            staged.kind: bulk_stage.load(cursor, staged, rows)
            for staged, rows in zip(
                bulk_stage.ALL, (invoices, receipts, credit_notes, entries, disputes, due_dates), strict=True
            )
        }
        with joins_for(cursor, max(given.values())):
            result = _post(cursor, given, batch_id=batch_id, issue=issue)
        bulk_stage.drop_tables(cursor)
    if not result.created:
        return result
    return _close(result, batch_id, actor)


def _post(cursor: Any, given: dict[str, int], *, batch_id: int | None, issue: bool) -> BulkResult:
    # One bulk posting at a time: two files with the same new documents must not both find them unknown.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('invoices.post_bulk'))")
    gone = _check(cursor, issue=issue)
    written = bulk_write.write_documents(cursor, batch_id=batch_id, issue=issue)
    written["entry"] = bulk_write.write_entries(cursor, issue=issue)
    written["dispute"], written["due_date"] = bulk_write.write_versions(cursor)
    bulk_copies.refresh_copies(cursor)
    bulk_copies.move_balances(cursor, issue=issue)
    return _result(cursor, given, written, gone)


def _check(cursor: Any, *, issue: bool) -> Counter[str]:
    """Set aside what cannot be posted, in three steps: a row refused in one is not judged again in the next."""
    digits = bulk_stage.currency_digits(cursor)
    bulk_stage.match_documents(cursor)
    bulk_write.resolve_references(cursor)
    bulk_write.lock(cursor)
    bulk_checks.refuse_documents(cursor, digits)
    gone = bulk_limits.drop_refused(cursor)
    bulk_checks.set_known_entries_aside(cursor)
    bulk_checks.set_known_versions_aside(cursor)
    bulk_checks.refuse_entries(cursor, digits, issue=issue)
    bulk_limits.refuse_versions(cursor)
    gone += bulk_limits.drop_refused(cursor)
    bulk_limits.refuse_overdrawn(cursor, issue=issue)
    return gone + bulk_limits.drop_refused(cursor)


def _result(cursor: Any, given: dict[str, int], written: dict[str, int], refused: Counter[str]) -> BulkResult:
    counts = {
        kind: KindCount(n, written[kind], n - written[kind] - refused[kind], refused[kind]) for kind, n in given.items()
    }
    return BulkResult(
        invoices=counts["invoice"],
        receipts=counts["receipt"],
        credit_notes=counts["credit_note"],
        entries=counts["entry"],
        disputes=counts["dispute"],
        due_dates=counts["due_date"],
        contradictions=bulk_limits.list_refused(cursor),
        updated=bulk_copies.list_updated(cursor),
        ledger_version=get_version(counters.LEDGER),
    )


def _close(result: BulkResult, batch_id: int | None, actor: User | None) -> BulkResult:
    kinds = ("invoices", "receipts", "credit_notes", "entries", "disputes", "due_dates")
    audit.record(
        actor=actor,
        action="invoices.bulk.posted",
        subject_type="batch",
        subject_id=batch_id or "",
        data={kind: getattr(result, kind).created for kind in kinds} | {"refused": len(result.contradictions)},
    )
    ask_recheck_of_moved()
    # The version is raised last: its row stays locked until the commit.
    return replace(result, ledger_version=counters.bump(counters.LEDGER))
