"""Small ledgers for tests, made through the services only."""

from datetime import date
from decimal import Decimal
from itertools import count

from buyers.models import Buyer
from invoices.models import Entry, Invoice, Receipt
from invoices.services.posting.allocations import Allocation, Incoming, allocate_receipt, post_receipt
from invoices.services.posting.issue import NewInvoice, issue_invoice

_numbers = count(1)


def make_buyer(code: str = "", **fields: object) -> Buyer:
    code = code or f"B{next(_numbers):04d}"
    return Buyer.objects.create(code=code, name=f"Buyer {code}", **fields)


def make_invoice(
    buyer: Buyer,
    amount: str = "100",
    *,
    issued: str = "2026-03-01",
    due: str = "2026-03-31",
    currency: str = "USD",
    **fields: object,
) -> Invoice:
    number = f"INV-{next(_numbers):05d}"
    return issue_invoice(
        NewInvoice(
            buyer_id=buyer.pk,
            source="test",
            external_id=number,
            number=number,
            currency=currency,
            amount=Decimal(amount),
            invoice_date=date.fromisoformat(issued),
            due_date=date.fromisoformat(due),
            **fields,
        )
    )


def make_receipt(buyer: Buyer, amount: str, *, day: str, currency: str = "USD") -> Receipt:
    number = f"RCPT-{next(_numbers):05d}"
    return post_receipt(
        Incoming(
            buyer_id=buyer.pk,
            source="test",
            external_id=number,
            currency=currency,
            amount=Decimal(amount),
            day=date.fromisoformat(day),
        )
    )


def pay(invoice: Invoice, amount: str, *, day: str) -> Entry:
    """A receipt of exactly this amount, allocated at once."""
    receipt = make_receipt(invoice.buyer, amount, day=day, currency=invoice.currency)
    return allocate(receipt, invoice, amount, day=day)


def allocate(receipt: Receipt, invoice: Invoice, amount: str, *, day: str) -> Entry:
    return allocate_receipt(
        Allocation(
            source_id=receipt.pk,
            invoice_id=invoice.pk,
            amount=Decimal(amount),
            effective_date=date.fromisoformat(day),
        )
    )
