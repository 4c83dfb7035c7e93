"""Writes the demo through the posting services: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from buyers.models import BuyerCode
from buyers.services.merges import propose_duplicates
from buyers.services.registry import BuyerRow, upsert_buyers
from invoices.models import Order, Shipment
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
from pipeline.demo.dataset import Book, Dataset
from pipeline.demo.load_facts import load_facts
from pipeline.demo.load_groups import load_groups
from pipeline.demo.records import SOURCE

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of each kind were new."""

    buyers: int
    groups: int
    orders: int
    shipments: int
    invoices: int
    receipts: int
    credit_notes: int
    entries: int
    facts: int

    @property
    def is_nothing(self) -> bool:
        """True if everything was there already."""
        return not any(asdict(self).values())


@transaction.atomic
def load(*, dataset: Dataset, owner_ids: Mapping[str, int]) -> Loaded:
    """Post the dataset. Rows that are there already are left as they are; a second load changes nothing."""
    books = list(dataset.books())
    ids, new_buyers = _buyers(dataset, owner_ids)
    groups = load_groups(dataset=dataset, buyer_ids=ids)
    facts = load_facts(files=dataset.fact_files(), buyer_ids=ids)
    orders, order_ids = _orders(books, ids)
    shipments = _shipments(books, ids, order_ids)
    posted = _post(books, ids, order_ids)
    propose_duplicates()
    return Loaded(
        buyers=new_buyers,
        groups=groups,
        orders=orders,
        shipments=shipments,
        invoices=posted.invoices.created,
        receipts=posted.receipts.created,
        credit_notes=posted.credit_notes.created,
        entries=posted.entries.created,
        facts=facts,
    )


def _buyers(dataset: Dataset, owner_ids: Mapping[str, int]) -> tuple[dict[str, int], int]:
    rows = [
        BuyerRow(
            external_id=buyer.code,
            name=buyer.name,
            name_zh=buyer.name_zh,
            country=buyer.country,
            currency=buyer.currency,
            sales_owner_id=owner_ids.get(buyer.owner),
            founded_on=buyer.founded_on,
            website=buyer.website,
        )
        for buyer in dataset.buyers
    ]
    known = _known_buyers()
    return upsert_buyers(rows, SOURCE), len(rows) - known


def _known_buyers() -> int:
    return BuyerCode.objects.filter(source=SOURCE).count()


def _orders(books: list[Book], ids: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    have = set(Order.objects.filter(source=SOURCE).values_list("external_id", flat=True))
    fresh = [
        Order(buyer_id=ids[book.code], source=SOURCE, **row._asdict())
        for book in books
        for row in book.orders
        if row.external_id not in have
    ]
    Order.objects.bulk_create(fresh, batch_size=BATCH)
    return len(fresh), dict(Order.objects.filter(source=SOURCE).values_list("external_id", "pk"))


def _shipments(books: list[Book], ids: Mapping[str, int], order_ids: Mapping[str, int]) -> int:
    have = set(Shipment.objects.filter(source=SOURCE).values_list("external_id", flat=True))
    fresh = [
        Shipment(buyer_id=ids[book.code], source=SOURCE, **(row._asdict() | {"order_id": order_ids[row.order_id]}))
        for book in books
        for row in book.shipments
        if row.external_id not in have
    ]
    Shipment.objects.bulk_create(fresh, batch_size=BATCH)
    return len(fresh)


def _post(books: list[Book], ids: Mapping[str, int], order_ids: Mapping[str, int]) -> BulkResult:
    posted = post_bulk(
        invoices=_invoices(books, ids, order_ids),
        receipts=_of_buyer(books, ids, "receipts", ReceiptRow),
        credit_notes=_of_buyer(books, ids, "credit_notes", CreditNoteRow),
        entries=_entries(books),
        disputes=(DisputeRow(SOURCE, *row) for book in books for row in book.settled.disputes),
        due_dates=(DueDateRow(SOURCE, *row) for book in books for row in book.settled.due_dates),
    )
    if posted.contradictions:
        raise RuntimeError(f"the demo contradicts the ledger: {posted.contradictions[:3]}")
    return posted


def _invoices(books: list[Book], ids: Mapping[str, int], order_ids: Mapping[str, int]) -> Iterator[InvoiceRow]:
    for book in books:
        for row in book.invoices:
            fields = row._asdict() | {"order_id": order_ids[row.order_id]}
            yield InvoiceRow(buyer_id=ids[book.code], source=SOURCE, **fields)


def _of_buyer(books: list[Book], ids: Mapping[str, int], kind: str, make: Any) -> Iterator[Any]:
    for book in books:
        for row in getattr(book.settled, kind):
            yield make(buyer_id=ids[book.code], source=SOURCE, **row._asdict())


def _entries(books: list[Book]) -> Iterator[EntryRow]:
    for book in books:
        for row in book.settled.entries:
            yield EntryRow(
                source=SOURCE,
                invoice_external_id=row.invoice_id,
                kind=row.kind,
                amount=row.amount,
                effective_date=row.effective_date,
                receipt_external_id=row.receipt_id,
                credit_note_external_id=row.credit_note_id,
            )
