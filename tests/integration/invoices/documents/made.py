"""E-invoices for tests, sound as they stand: one call says what is particular about one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from buyers.models import Buyer
from invoices.models import ControlBalance
from invoices.services.documents.receiving import receive_document
from invoices.services.documents.sellers import add_own_seller

TODAY = date(2026, 6, 1)
SOURCE = "erp"
_BASE = "urn:oasis:names:specification:ubl:schema:xsd:"


def einvoice(
    number: str = "F-1",
    gross: str = "119.00",
    *,
    kind: str = "380",
    issued: str = "2026-03-01",
    due: str | None = "2026-03-31",
    terms: str = "",
    prepaid: str = "",
    currency: str = "EUR",
    seller: str = "Seller AG",
    seller_vat: str = "DE136695976",
    buyer: str = "Buyer SA",
    buyer_vat: str = "FR40303265045",
    buyer_ids: str = "",
    payee: str = "",
    original: str = "",
    order: str = "",
    instalments: tuple[tuple[str, str], ...] = (),
    attachment: tuple[str, str] | None = None,
) -> bytes:
    """A UBL invoice, or a credit note for type 381; no VAT, one line."""
    root = "CreditNote" if kind == "381" else "Invoice"
    head = _head(root, number, kind, issued, due, currency) + _references(order, original, attachment)
    parties = _party("AccountingSupplierParty", seller, seller_vat)
    parties += _party("AccountingCustomerParty", buyer, buyer_vat, buyer_ids) + _payee(payee)
    sums = _sums(gross, prepaid, f"{Decimal(gross) - Decimal(prepaid or 0)}", currency)
    line = f"<cac:{root}Line><cbc:ID>1</cbc:ID>{_amount('LineExtensionAmount', gross, currency)}</cac:{root}Line>"
    names = f'xmlns="{_BASE}{root}-2" xmlns:cbc="{_BASE}CommonBasicComponents-2"'
    names += f' xmlns:cac="{_BASE}CommonAggregateComponents-2"'
    return f"<{root} {names}>{head}{parties}{_terms(terms, instalments)}{sums}{line}</{root}>".encode()


def _head(root: str, number: str, kind: str, issued: str, due: str | None, currency: str) -> str:
    head = f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>"
    head += f"<cbc:DueDate>{due}</cbc:DueDate>" if due and root == "Invoice" else ""
    code = f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>"
    return f"{head}<cbc:{root}TypeCode>{kind}</cbc:{root}TypeCode>{code}"


def _references(order: str, original: str, attachment: tuple[str, str] | None) -> str:
    found = f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>" if order else ""
    if original:
        found += "<cac:BillingReference><cac:InvoiceDocumentReference>"
        found += f"<cbc:ID>{original}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
    if attachment:
        found += "<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject "
        found += f'mimeCode="text/html" filename="{attachment[0]}">{attachment[1]}'
        found += "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    return found


def _payee(name: str) -> str:
    called = f"<cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>"
    return f"<cac:PayeeParty>{called}</cac:PayeeParty>" if name else ""


def _terms(words: str, instalments: tuple[tuple[str, str], ...]) -> str:
    blocks = f"<cac:PaymentTerms><cbc:Note>{words}</cbc:Note></cac:PaymentTerms>" if words else ""
    for day, amount in instalments:
        blocks += f"<cac:PaymentTerms><cbc:Amount>{amount}</cbc:Amount>"
        blocks += f"<cbc:InstallmentDueDate>{day}</cbc:InstallmentDueDate></cac:PaymentTerms>"
    return blocks


def _party(role: str, name: str, vat: str, ids: str = "") -> str:
    number = f"<cac:PartyIdentification><cbc:ID>{ids}</cbc:ID></cac:PartyIdentification>" if ids else ""
    tax = f"<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    tax = f"{tax}</cac:PartyTaxScheme>" if vat else ""
    legal = f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>"
    return f"<cac:{role}><cac:Party>{number}{tax}{legal}</cac:Party></cac:{role}>"


def _sums(gross: str, prepaid: str, payable: str, currency: str) -> str:
    tax = f"<cac:TaxTotal>{_amount('TaxAmount', '0.00', currency)}<cac:TaxSubtotal>"
    tax += f"{_amount('TaxableAmount', gross, currency)}{_amount('TaxAmount', '0.00', currency)}<cac:TaxCategory>"
    tax += "<cbc:ID>E</cbc:ID><cbc:Percent>0</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
    parts = [_amount("LineExtensionAmount", gross, currency), _amount("TaxExclusiveAmount", gross, currency)]
    parts += [_amount("TaxInclusiveAmount", gross, currency)]
    parts += [_amount("PrepaidAmount", prepaid, currency)] if prepaid else []
    parts += [_amount("PayableAmount", payable, currency)]
    return f"{tax}<cac:LegalMonetaryTotal>{''.join(parts)}</cac:LegalMonetaryTotal>"


def _amount(name: str, value: str, currency: str) -> str:
    return f'<cbc:{name} currencyID="{currency}">{value}</cbc:{name}>'


def own_seller() -> None:
    add_own_seller(name="Seller AG", vat_id="DE 136 695 976")


def receive(data: bytes, *, source: str = SOURCE, name: str = "f.xml", creates_buyers: bool = True) -> Any:
    return receive_document(
        data, file_name=name, source=source, actor=None, today=TODAY, creates_buyers=creates_buyers
    ).document


def balance(buyer: Buyer | None, currency: str = "EUR") -> Decimal:
    """What the buyer owes, all in all."""
    row = ControlBalance.objects.filter(buyer=buyer, currency=currency).first()
    return Decimal(0) if row is None else row.receivable - row.unapplied_cash - row.unapplied_credit
