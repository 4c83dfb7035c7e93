"""What every posting shares: locks in one order, entries, maintained copies, version.

Lock order everywhere: invoices by id, then control balances by buyer and currency. Receipts and credit notes are
append-only (no row lock possible for the runtime role); the balance row of their buyer stands for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from buyers.services.rechecks import ask_recheck
from core.errors import NotFound
from core.queries.sql import fetch_all
from core.services import counters
from core.words import sentence as _
from invoices.domain.posting import OpenInvoice
from invoices.models import ControlBalance, CreditNote, Entry, Invoice, Receipt
from invoices.services.copies import refresh_amounts

ZERO = Decimal(0)
BATCH = 2_000


def lock_invoices(ids: Iterable[int]) -> dict[int, Invoice]:
    """The invoices, locked in id order; raises ``invoice_not_found`` naming the first that is missing."""
    wanted = sorted(set(ids))
    found = {i.pk: i for i in Invoice.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    for pk in wanted:
        if pk not in found:
            raise NotFound(
                "invoice_not_found", _("There is no invoice %(pk)s.", pk=pk), {"field": "invoice", "value": str(pk)}
            )
    return found


def lock_invoice(pk: int) -> Invoice:
    """One invoice, locked."""
    return lock_invoices([pk])[pk]


def lock_balances(accounts: Iterable[tuple[int, str]]) -> None:
    """Create where missing and lock the control balances of (buyer, currency) pairs, in order."""
    wanted = sorted(set(accounts))
    rows = [ControlBalance(buyer_id=buyer_id, currency=currency) for buyer_id, currency in wanted]
    ControlBalance.objects.bulk_create(rows, ignore_conflicts=True)
    pairs = {"buyers": [pair[0] for pair in wanted], "currencies": [pair[1] for pair in wanted]}
    fetch_all(_LOCK_BALANCES_SQL, pairs)


_LOCK_BALANCES_SQL = """
SELECT FROM invoices_controlbalance
WHERE (buyer_id, currency) IN (SELECT * FROM unnest(%(buyers)s::bigint[], %(currencies)s::text[]))
ORDER BY buyer_id, currency FOR UPDATE
"""


def add_to_balance(
    buyer_id: int, currency: str, *, receivable: Decimal = ZERO, cash: Decimal = ZERO, credit: Decimal = ZERO
) -> None:
    """Move a locked control balance."""
    ControlBalance.objects.filter(buyer_id=buyer_id, currency=currency).update(
        receivable=F("receivable") + receivable,
        unapplied_cash=F("unapplied_cash") + cash,
        unapplied_credit=F("unapplied_credit") + credit,
    )


def open_part(invoice: Invoice) -> OpenInvoice:
    """What the pure checks need of an invoice."""
    return OpenInvoice(
        number=invoice.number,
        currency=invoice.currency,
        invoice_date=invoice.invoice_date,
        issued_amount=invoice.amount,
        open_amount=invoice.open_amount,
    )


def unapplied_of(source: Receipt | CreditNote) -> Decimal:
    """What is left of a receipt or credit note: its amount less all allocations (a reversal gives back)."""
    reversal = Receipt.objects.filter(reverses=source.pk).first() if isinstance(source, Receipt) else None
    used: Decimal = source.allocations.aggregate(used=Sum("source_amount"))["used"] or ZERO
    left: Decimal = source.amount + (reversal.amount if reversal else ZERO) - used
    return left


def write_entry(*, invoice: Invoice, kind: str, amount: Decimal, effective_date: date, **links: Any) -> Entry:
    """Append one entry and keep the invoice's copies and its buyer's balance; the invoice must be locked."""
    entry = Entry.objects.create(
        invoice=invoice,
        buyer_id=invoice.buyer_id,
        kind=kind,
        currency=invoice.currency,
        amount=amount,
        effective_date=effective_date,
        **links,
        **_other_account(invoice, links.get("receipt") or links.get("credit_note")),
    )
    add_to_balance(invoice.buyer_id, invoice.currency, receivable=amount)
    refresh_copies(invoice.pk)
    invoice.refresh_from_db()
    return entry


def write_entries(entries: Sequence[Entry]) -> list[Entry]:
    """Append many entries that stand alone, with no receipt or credit note; invoices and balances must be locked."""
    written = Entry.objects.bulk_create(entries, batch_size=BATCH)
    moved: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for entry in written:
        moved[entry.buyer_id, entry.currency] += entry.amount
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*((*pair, amount) for pair, amount in moved.items()), strict=True)]
        cursor.execute(_MOVE_BALANCES_SQL, columns)
        ids = sorted({entry.invoice_id for entry in written})
        refresh_amounts(cursor, wanted="SELECT unnest(%(invoices)s::bigint[])", params={"invoices": ids})
    return written


_MOVE_BALANCES_SQL = """
UPDATE invoices_controlbalance b SET receivable = b.receivable + moved.amount
FROM unnest(%s::bigint[], %s::text[], %s::numeric[]) AS moved(buyer_id, currency, amount)
WHERE b.buyer_id = moved.buyer_id AND b.currency = moved.currency
"""


def _other_account(invoice: Invoice, source: Receipt | CreditNote | None) -> dict[str, Any]:
    """Whose money an allocation uses and in which currency, where that is not the invoice's own."""
    if source is None:
        return {}
    return {
        "source_buyer_id": None if source.buyer_id == invoice.buyer_id else source.buyer_id,
        "source_currency": "" if source.currency == invoice.currency else source.currency,
    }


def refresh_copies(invoice_id: int) -> None:
    """Set ``open_amount`` and ``settled_on`` from the entries."""
    with connection.cursor() as cursor:
        refresh_amounts(cursor, wanted="SELECT %(invoice)s::bigint", params={"invoice": invoice_id})


def close_posting(*buyer_ids: int, cause: str) -> None:
    """The last statements of a posting: orders of these buyers are checked again, the ledger has a new version."""
    ask_recheck(buyer_ids, cause=cause)
    counters.bump(counters.LEDGER)
