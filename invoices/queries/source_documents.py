"""Receipts and credit notes by their source's numbers: what a bulk of them is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.queries.sql import fetch_all, fetch_one
from invoices.models import SuspendedAllocation

_TABLES = {"receipt": ("invoices_receipt", "received_on"), "credit_note": ("invoices_creditnote", "issued_on")}


class KnownDocument(NamedTuple):
    """A receipt or credit note on record."""

    buyer_id: int
    currency: str
    amount: Decimal
    day: date


class KnownAllocation(NamedTuple):
    """An allocation that was asked for before."""

    amount: Decimal
    source_amount: Decimal | None
    state: str


def known_documents(kind: str, source: str, ids: Iterable[str]) -> dict[str, KnownDocument]:
    """By external id."""
    table, day = _TABLES[kind]
    sql = (
        f"SELECT external_id, buyer_id, currency, amount, {day} FROM {table} "
        "WHERE source = %(source)s AND external_id = ANY(%(ids)s)"
    )
    rows = fetch_all(sql, {"source": source, "ids": list(ids)})
    return {row[0]: KnownDocument._make(row[1:]) for row in rows}


def known_allocations(kind: str, source: str, ids: Iterable[str]) -> dict[str, dict[str, KnownAllocation]]:
    """What was asked for of each document, by invoice."""
    sql = (
        "SELECT document, invoice, amount, source_amount, state FROM invoices_suspendedallocation "
        "WHERE source = %(source)s AND kind = %(kind)s AND document = ANY(%(ids)s)"
    )
    found: dict[str, dict[str, KnownAllocation]] = {}
    for document, invoice, *rest in fetch_all(sql, {"source": source, "kind": kind, "ids": list(ids)}):
        found.setdefault(document, {})[invoice] = KnownAllocation._make(rest)
    return found


def list_suspense(*, source: str | None, state: str, invoice: str | None) -> QuerySet[SuspendedAllocation]:
    """Allocations in one state; of this source only if one is given."""
    rows = SuspendedAllocation.objects.filter(state=state)
    rows = rows if source is None else rows.filter(source=source)
    return rows if invoice is None else rows.filter(invoice=invoice)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A receipt or credit note by its source's number: what is left of it, and what was asked to be allocated."""

    source: str
    external_id: str
    buyer: str
    currency: str
    amount: Decimal
    day: date
    unapplied: Decimal
    allocations: tuple[SuspendedAllocation, ...]


def get_document(kind: str, *, source: str, external_id: str) -> DocumentView:
    """As it stands today; raises ``receipt_not_found`` or ``credit_note_not_found``."""
    table, day = _TABLES[kind]
    bounced = f"(SELECT sum(b.amount) FROM {table} b WHERE b.reverses_id = d.id)" if kind == "receipt" else "NULL"
    sql = (
        f"SELECT d.source, d.external_id, b.code, d.currency, d.amount, d.{day}, d.amount + coalesce({bounced}, 0) - "
        f"coalesce((SELECT sum(e.source_amount) FROM invoices_entry e WHERE e.{kind}_id = d.id), 0) "
        f"FROM {table} d JOIN buyers_buyer b ON b.id = d.buyer_id "
        "WHERE d.source = %(source)s AND d.external_id = %(id)s"
    )
    row = fetch_one(sql, {"source": source, "id": external_id})
    if row is None:
        params = {"field": "external_id", "value": external_id}
        raise NotFound(f"{kind}_not_found", _("%(source)s has no such number.") % {"source": source}, params)
    asked = SuspendedAllocation.objects.filter(source=source, kind=kind, document=external_id).order_by("pk")
    found_source, number, buyer, currency, amount, booked, unapplied = row
    return DocumentView(found_source, number, buyer, currency, amount, booked, unapplied, tuple(asked))
