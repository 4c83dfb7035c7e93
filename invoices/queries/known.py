"""What the ledger already holds under a source's ids: what an import compares its rows with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection


class KnownInvoice(NamedTuple):
    """An invoice on record, with the state that a file may bring up to date."""

    buyer_id: int
    currency: str
    amount: Decimal
    invoice_date: date
    due_date: date
    open_amount: Decimal
    buyer_code: str = ""


class KnownReceipt(NamedTuple):
    """A receipt on record."""

    amount: Decimal
    received_on: date


class KnownDispute(NamedTuple):
    """The latest version of a dispute under one key."""

    amount: Decimal
    valid_from: date


def has_source(source: str) -> bool:
    """True if the ledger holds anything of this source."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM invoices_invoice WHERE source = %(source)s) "
            "OR EXISTS (SELECT FROM invoices_creditnote WHERE source = %(source)s)",
            {"source": source},
        )
        return bool(cursor.fetchone()[0])


def known_buyers(source: str, codes: Iterable[str]) -> dict[str, int]:
    """Buyer ids by the source's code."""
    sql = "SELECT external_id, buyer_id FROM buyers_buyercode WHERE source = %s AND external_id = ANY(%s)"
    return dict(_rows(sql, source, codes))


def known_invoices(source: str, ids: Sequence[str]) -> dict[str, KnownInvoice]:
    """Invoices by external id."""
    sql = (
        "SELECT i.external_id, i.buyer_id, i.currency, i.amount, i.invoice_date, i.due_date, i.open_amount, b.code "
        "FROM invoices_invoice i JOIN buyers_buyer b ON b.id = i.buyer_id "
        "WHERE i.source = %s AND i.external_id = ANY(%s)"
    )
    return {row[0]: KnownInvoice._make(row[1:]) for row in _rows(sql, source, ids)}


def issued_amounts(source: str, ids: Sequence[str]) -> dict[str, Decimal]:
    """What invoices stand at after corrections: the issues that were not reversed, by external id."""
    sql = (
        "SELECT i.external_id, sum(e.amount) FROM invoices_invoice i JOIN invoices_entry e ON e.invoice_id = i.id "
        "LEFT JOIN invoices_entry o ON o.id = e.reverses_id "
        "WHERE i.source = %s AND i.external_id = ANY(%s) AND (e.kind = 'issue' OR o.kind = 'issue') "
        "GROUP BY i.external_id"
    )
    return dict(_rows(sql, source, ids))


def known_receipts(source: str, ids: Sequence[str]) -> dict[str, KnownReceipt]:
    """Receipts by external id."""
    sql = "SELECT external_id, amount, received_on FROM invoices_receipt WHERE source = %s AND external_id = ANY(%s)"
    return {row[0]: KnownReceipt._make(row[1:]) for row in _rows(sql, source, ids)}


def known_credit_notes(source: str, ids: Sequence[str]) -> dict[str, KnownInvoice]:
    """Credit notes by external id, seen as the invoices of a negative amount that a file shows them as."""
    sql = (
        "SELECT n.external_id, n.buyer_id, n.currency, -n.amount, n.issued_on, n.issued_on, 0, b.code "
        "FROM invoices_creditnote n JOIN buyers_buyer b ON b.id = n.buyer_id "
        "WHERE n.source = %s AND n.external_id = ANY(%s)"
    )
    return {row[0]: KnownInvoice._make(row[1:]) for row in _rows(sql, source, ids)}


def known_disputes(source: str, ids: Sequence[str], key: str) -> dict[str, KnownDispute]:
    """The latest version under ``key`` by the invoice's external id."""
    sql = (
        "SELECT DISTINCT ON (i.external_id) i.external_id, d.amount, d.valid_from "
        "FROM invoices_disputeversion d JOIN invoices_invoice i ON i.id = d.invoice_id "
        "WHERE i.source = %s AND i.external_id = ANY(%s) AND d.dispute_key = %s "
        "ORDER BY i.external_id, d.valid_from DESC, d.recorded_at DESC, d.id DESC"
    )
    return {row[0]: KnownDispute._make(row[1:]) for row in _rows(sql, source, ids, key)}


def _rows(sql: str, source: str, ids: Iterable[str], *more: str) -> list[Any]:
    wanted = list(ids)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [source, wanted, *more])
        return list(cursor.fetchall())
