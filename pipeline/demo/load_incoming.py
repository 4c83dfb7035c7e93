"""E-invoices and a bank statement of the demo, taken in like any other: so that the matching desk has work."""

from __future__ import annotations

from datetime import date

from core.house import DESK
from core.models import AuditEvent
from core.services import audit
from credit.services.closing import close_settled_orders
from invoices.models import BankLine, IncomingDocument, Invoice
from invoices.services.bank.matching import match_lines
from invoices.services.documents.receiving import receive_document
from invoices.services.documents.sellers import add_own_seller
from pipeline.demo import bank, einvoices
from pipeline.demo.records import SOURCE
from pipeline.demo.stories import CORVANDEL, VELMORA

DONE = "pipeline.demo.incoming"


def load_incoming(*, seed: int, end: date) -> dict[str, int]:
    """Once for a database; the buyers that the demo's stories are about stay as they are."""
    if AuditEvent.objects.filter(action=DONE).exists():
        return {}
    before = IncomingDocument.objects.count()
    add_own_seller(name=einvoices.SELLER, vat_id=einvoices.SELLER_VAT)
    payable = _payable(end)
    if payable:
        first = payable[-1].buyer
        customer = einvoices.Buyer(first.code, first.name, bank.CURRENCY)
        for name, data in einvoices.documents_of(customer, end=end):
            receive_document(data, file_name=name, source=DESK, actor=None, today=end)
    payments = bank.payments_of([_open(one) for one in payable], seed=seed)
    statement = bank.statement_of(payments, day=end)
    receive_document(statement, file_name=f"{bank.ACCOUNT}-{end}.xml", source=DESK, actor=None, today=end)
    match_lines()
    close_settled_orders()  # as beat does every hour: some of them are paid now
    audit.record(actor=None, action=DONE, subject_type="demo", subject_id=str(seed))
    return {"documents": IncomingDocument.objects.count() - before, "bank_lines": BankLine.objects.count()}


def _payable(end: date) -> list[Invoice]:
    """Of each buyer the open invoice in dollars that was due first, not disputed; the stories' buyers pay nothing."""
    rows = Invoice.objects.filter(source=SOURCE, currency=bank.CURRENCY, open_amount__gt=1_000, disputed_amount=0)
    rows = rows.exclude(buyer__code=VELMORA).exclude(buyer__group__code=CORVANDEL.code)
    rows = rows.exclude(buyer__code__endswith="41730")  # the buyer that two systems wrote
    rows = rows.filter(invoice_date__lte=end).select_related("buyer__group")
    first = rows.order_by("buyer__code", "due_date", "external_id").distinct("buyer__code")
    return list(first[:60])


def _open(row: Invoice) -> bank.OpenInvoice:
    group = row.buyer.group.name if row.buyer.group else ""
    return bank.OpenInvoice(row.number, row.buyer.name, group, row.open_amount)
