"""What was read from a document, and what was refused, as flat rows for people and for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.money import minor_digits
from invoices.intake.documents import Document
from invoices.intake.einvoices.records import EInvoice, Party
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.records import Balance, Statement

Row = dict[str, Any]


def list_document(file: str, document: Document) -> Iterator[Row]:
    """One row for the invoice; one for every statement, taken or refused."""
    if document.invoice is not None:
        yield {"file": file, "sha256": document.sha256, **_invoice(document.invoice)}
    if document.statements is not None:
        for statement in document.statements.statements:
            yield {"file": file, "sha256": document.sha256, **_statement(statement)}
        for one in document.statements.refused:
            yield list_refusal(file, one.refusal, part=f"{one.position}: {one.name}")


def list_refusal(file: str, refusal: FileRefused, *, part: str = "") -> Row:
    """Why a file, or one statement of it, was not taken; ``rule`` is the clause that it breaks."""
    params = {name: str(value) for name, value in refusal.params.items() if name != "rule"}
    rule = str(refusal.params.get("rule", ""))
    return {"file": file, "kind": "refused", "part": part, **params, "code": refusal.code, "rule": rule} | {
        "message": refusal.message
    }


def amount_in(amount: Decimal | None, currency: str) -> str:
    """Plain digits, at least the minor digits of the currency. Example: ``1125250.4`` EUR is 1125250.40."""
    if amount is None:
        return ""
    exponent = amount.normalize().as_tuple().exponent
    places = max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0)
    return f"{amount:.{places}f}"


def _invoice(invoice: EInvoice) -> Row:
    currency, totals = invoice.currency, invoice.totals
    return {
        "kind": "e-invoice",
        "syntax": invoice.syntax.value,
        "profile": invoice.profile,
        "number": invoice.number,
        "type": invoice.type_code,
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due.day.isoformat() if invoice.due.day else "",
        "due_from": invoice.due.source.value,
        "seller": invoice.seller.name,
        "seller_id": _identifier(invoice.seller),
        "buyer": invoice.buyer.name,
        "buyer_id": _identifier(invoice.buyer),
        "payee": invoice.payee.name if invoice.payee else "",
        "currency": currency,
        "net": amount_in(totals.net, currency),
        "tax": amount_in(totals.tax or Decimal(0), currency),
        "total": amount_in(totals.gross, currency),
        "prepaid": amount_in(invoice.prepaid, currency),
        "payable": amount_in(totals.payable, currency),
        "receivable": amount_in(invoice.receivable, currency),
        "lines": len(invoice.parts.lines),
        "instalments": [[one.due_date.isoformat(), amount_in(one.amount, currency)] for one in invoice.instalments],
        "order": invoice.order_reference,
        "preceding": [one.number for one in invoice.preceding],
        "attachments": [_attachment(one.name, one.size, one.sha256, one.link) for one in invoice.attachments],
    }


def _attachment(name: str, size: int, sha256: str, link: str) -> Row:
    return {"name": name, "link": link} if link else {"name": name, "size": size, "sha256": sha256}


def _identifier(party: Party) -> str:
    """VAT identifier, else register number, else the first identifier, else the tax number."""
    first = party.identifiers[0].value if party.identifiers else ""
    return party.vat_id or party.registration or first or party.tax_number


def _statement(statement: Statement) -> Row:
    currency = statement.currency
    dates = sorted(day for entry in statement.entries if (day := entry.booking_date or entry.value_date))
    return {
        "kind": statement.kind.value,
        "syntax": statement.format,
        "account": statement.account.number,
        "number": "/".join(filter(None, (statement.number, statement.sequence))) or statement.identification,
        "currency": currency,
        "from": dates[0].isoformat() if dates else "",
        "to": dates[-1].isoformat() if dates else "",
        "opening": _balance(statement.opening),
        "credits": amount_in(statement.credits, currency),
        "debits": amount_in(statement.debits, currency),
        "closing": _balance(statement.closing),
        "entries": len(statement.entries),
        "booked": len(statement.booked),
    }


def _balance(balance: Balance | None) -> str:
    return amount_in(balance.amount, balance.currency) if balance else ""
