"""E-invoices of the demo (UBL 2.1): one that posts, and some that a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

SELLER, SELLER_VAT = "Lantern Bay Trading Co., Ltd.", "91440300MA5LBT001X"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


class Buyer(NamedTuple):
    """A customer as the document names it."""

    code: str
    name: str
    currency: str


def documents_of(buyer: Buyer, *, end: date) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file: sound; of a buyer spelled otherwise; due unclear; totals that do not add up."""
    issued, due = end - timedelta(days=3), end + timedelta(days=57)
    yield "LB-90001.xml", _invoice("LB-90001", buyer, "18240.00", issued, due=due)
    other = buyer._replace(code="", name=f"{buyer.name.split(' ')[0]} Imports")
    yield "LB-90002.xml", _invoice("LB-90002", other, "9675.50", issued, due=due)
    yield "LB-90003.xml", _invoice("LB-90003", buyer, "4310.00", issued, terms="Payable once the goods are accepted")
    yield "LB-90004.xml", _invoice("LB-90004", buyer, "2750.00", issued, due=due, payable="2751.00")


def _invoice(
    number: str,
    buyer: Buyer,
    amount: str,
    issued: date,
    *,
    due: date | None = None,
    terms: str = "",
    payable: str = "",
) -> bytes:
    code = buyer.currency
    day = f"<cbc:DueDate>{due}</cbc:DueDate>" if due else ""
    words = f"<cac:PaymentTerms><cbc:Note>{terms}</cbc:Note></cac:PaymentTerms>" if terms else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="{_UBL}Invoice-2" '
        f'xmlns:cbc="{_UBL}CommonBasicComponents-2" xmlns:cac="{_UBL}CommonAggregateComponents-2">'
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>{day}"
        f"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>{code}</cbc:DocumentCurrencyCode>"
        f"{_party('AccountingSupplierParty', SELLER, vat=SELLER_VAT)}"
        f"{_party('AccountingCustomerParty', buyer.name, code=buyer.code)}{words}"
        f"<cac:TaxTotal>{_money('TaxAmount', '0.00', code)}<cac:TaxSubtotal>"
        f"{_money('TaxableAmount', amount, code)}{_money('TaxAmount', '0.00', code)}<cac:TaxCategory><cbc:ID>G</cbc:ID>"
        "<cbc:Percent>0</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f"{_money('LineExtensionAmount', amount, code)}{_money('TaxExclusiveAmount', amount, code)}"
        f"{_money('TaxInclusiveAmount', amount, code)}{_money('PayableAmount', payable or amount, code)}"
        "</cac:LegalMonetaryTotal><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
        f"{_money('LineExtensionAmount', amount, code)}</cac:InvoiceLine></Invoice>"
    ).encode()


def _party(role: str, name: str, *, vat: str = "", code: str = "") -> str:
    known = f"<cac:PartyIdentification><cbc:ID>{escape(code)}</cbc:ID></cac:PartyIdentification>" if code else ""
    tax = f"<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    tax = f"{tax}</cac:PartyTaxScheme>" if vat else ""
    legal = f"<cac:PartyLegalEntity><cbc:RegistrationName>{escape(name)}</cbc:RegistrationName></cac:PartyLegalEntity>"
    return f"<cac:{role}><cac:Party>{known}{tax}{legal}</cac:Party></cac:{role}>"


def _money(name: str, value: str, currency: str) -> str:
    return f'<cbc:{name} currencyID="{currency}">{value}</cbc:{name}>'
