"""UBL 2.1 Invoice and CreditNote (EN 16931, Peppol BIS, XRechnung) to an :class:`EInvoice`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from invoices.intake.document_values import amount_at, amount_of, iso_date, needed_amount, needed_text
from invoices.intake.einvoices.common import Term, checked, due_of, embedded, linked, type_code_of
from invoices.intake.einvoices.records import (
    CREDIT_NOTE_CODES,
    INVOICE_CODES,
    Attachment,
    EInvoice,
    Identifier,
    Instalment,
    Parts,
    Party,
    Preceding,
    Syntax,
    TaxLine,
    Totals,
)
from invoices.intake.reasons import FileRefused
from invoices.intake.xml_tree import Node

_BASE = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = {f"{{{_BASE}Invoice-2}}Invoice": "Invoice", f"{{{_BASE}CreditNote-2}}CreditNote": "CreditNote"}
_NAMESPACES = (f"{_BASE}CommonBasicComponents-2", f"{_BASE}CommonAggregateComponents-2")


def read_ubl(root: Any) -> EInvoice:
    """The invoice or credit note under a UBL root element, its totals checked."""
    node, kind = Node(root, _NAMESPACES), ROOTS[root.tag]
    issued = iso_date(needed_text(node, "IssueDate", rule="BR-03"), field="IssueDate", rule="BR-03")
    currency = needed_text(node, "DocumentCurrencyCode", rule="BR-05")
    due, instalments = due_of(list(_terms(node)), issued)
    invoice = EInvoice(
        syntax=Syntax.UBL,
        profile=node.text("CustomizationID"),
        number=needed_text(node, "ID", rule="BR-02"),
        type_code=_type_code(node, kind),
        issue_date=issued,
        currency=currency,
        seller=_party(node.child("AccountingSupplierParty/Party"), rule="BR-06", who="AccountingSupplierParty"),
        buyer=_party(node.child("AccountingCustomerParty/Party"), rule="BR-07", who="AccountingCustomerParty"),
        payee=_payee(node.child("PayeeParty")),
        totals=_totals(node, currency),
        parts=_parts(node, kind, currency),
        due=due,
        instalments=instalments,
        order_reference=node.text("OrderReference/ID"),
        buyer_reference=node.text("BuyerReference"),
        payment_references=node.texts("PaymentMeans/PaymentID"),
        accounts=node.texts("PaymentMeans/PayeeFinancialAccount/ID"),
        preceding=tuple(_preceding(node)),
        attachments=tuple(_attachments(node)),
    )
    return checked(invoice)


def _type_code(node: Node, kind: str) -> str:
    allowed = CREDIT_NOTE_CODES if kind == "CreditNote" else INVOICE_CODES
    return type_code_of(needed_text(node, f"{kind}TypeCode", rule="BR-04"), field=f"{kind}TypeCode", allowed=allowed)


def _terms(node: Node) -> Iterator[Term]:
    dates = (*node.texts("DueDate"), *node.texts("PaymentMeans/PaymentDueDate"))
    yield from (Term(day=iso_date(text, field="DueDate", rule="BT-9")) for text in dates)
    for block in node.children("PaymentTerms"):
        day = block.text("InstallmentDueDate") or block.text("PaymentDueDate")
        due = iso_date(day, field="PaymentTerms", rule="BT-9") if day else None
        amount = amount_at(block, "Amount")
        part = Instalment(amount=amount, due_date=due) if amount is not None and due is not None else None
        yield Term(day=due, text="\n".join(one.raw_text.strip() for one in block.children("Note")), instalment=part)


def _party(node: Node | None, *, rule: str, who: str) -> Party:
    if node is None:
        raise FileRefused("element_missing", field=who, rule=rule)
    legal, trading = node.text("PartyLegalEntity/RegistrationName"), node.text("PartyName/Name")
    if not legal and not trading:
        raise FileRefused("element_missing", field=f"{who}: name", rule=rule)
    vat_id, tax_number = _tax_ids(node)
    return Party(
        name=legal or trading,
        trading_name=trading if legal else "",
        vat_id=vat_id,
        tax_number=tax_number,
        registration=node.text("PartyLegalEntity/CompanyID"),
        endpoint=node.text("EndpointID"),
        country=node.text("PostalAddress/Country/IdentificationCode"),
        identifiers=tuple(_identifier(one) for one in node.children("PartyIdentification/ID")),
    )


def _tax_ids(node: Node) -> tuple[str, str]:
    """VAT identifier and any other tax number."""
    found = {
        (scheme.text("TaxScheme/ID").upper() == "VAT"): scheme.text("CompanyID")
        for scheme in node.children("PartyTaxScheme")
    }
    return found.get(True, ""), found.get(False, "")


def _identifier(node: Node) -> Identifier:
    return Identifier(value=node.own_text, scheme=node.attribute("schemeID"))


def _payee(node: Node | None) -> Party | None:
    if node is None:
        return None
    return Party(
        name=node.text("PartyName/Name"),
        registration=node.text("PartyLegalEntity/CompanyID"),
        identifiers=tuple(_identifier(one) for one in node.children("PartyIdentification/ID")),
    )


def _totals(node: Node, currency: str) -> Totals:
    sums = node.child("LegalMonetaryTotal")
    if sums is None:
        raise FileRefused("element_missing", field="LegalMonetaryTotal", rule="BR-12")
    for amount in _amounts(sums):
        if amount.attribute("currencyID") not in {"", currency}:
            raise _other_currency(amount, currency)
    return Totals(
        lines=needed_amount(sums, "LineExtensionAmount", rule="BR-12"),
        allowances=amount_at(sums, "AllowanceTotalAmount"),
        charges=amount_at(sums, "ChargeTotalAmount"),
        net=needed_amount(sums, "TaxExclusiveAmount", rule="BR-13"),
        tax=_tax(node, currency),
        gross=needed_amount(sums, "TaxInclusiveAmount", rule="BR-14"),
        prepaid=amount_at(sums, "PrepaidAmount"),
        rounding=amount_at(sums, "PayableRoundingAmount"),
        payable=needed_amount(sums, "PayableAmount", rule="BR-15"),
    )


_MONEY = ("LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PrepaidAmount", "PayableAmount")


def _amounts(sums: Node) -> Iterator[Node]:
    for name in _MONEY:
        yield from sums.children(name)


def _other_currency(amount: Node, currency: str) -> FileRefused:
    value = amount.attribute("currencyID")
    return FileRefused("currencies_differ", field=amount.place, value=value, expected=currency, rule="BR-CL-03")


def _tax(node: Node, currency: str) -> Decimal | None:
    """The VAT in the invoice currency (BT-110); the one in the accounting currency (BT-111) is left aside."""
    amounts = list(node.children("TaxTotal/TaxAmount"))
    own = [amount for amount in amounts if amount.attribute("currencyID") in {"", currency}]
    if amounts and not own:
        raise _other_currency(amounts[0], currency)
    return amount_of(own[0]) if own else None


def _parts(node: Node, kind: str, currency: str) -> Parts:
    changes = [(one.text("ChargeIndicator"), amount_at(one, "Amount")) for one in node.children("AllowanceCharge")]
    lines = [amount_of(one) for one in node.children(f"{kind}Line/LineExtensionAmount")]
    return Parts(
        lines=tuple(lines),
        allowances=tuple(amount for flag, amount in changes if amount is not None and flag not in {"true", "1"}),
        charges=tuple(amount for flag, amount in changes if amount is not None and flag in {"true", "1"}),
        taxes=tuple(_taxes(node, currency)),
    )


def _taxes(node: Node, currency: str) -> Iterator[TaxLine]:
    for line in node.children("TaxTotal/TaxSubtotal"):
        amount = line.child("TaxAmount")
        if amount is None or amount.attribute("currencyID") not in {"", currency}:
            continue
        yield TaxLine(
            category=line.text("TaxCategory/ID"),
            rate=amount_at(line, "TaxCategory/Percent"),
            basis=amount_at(line, "TaxableAmount"),
            tax=amount_of(amount),
        )


def _preceding(node: Node) -> Iterator[Preceding]:
    for reference in node.children("BillingReference/InvoiceDocumentReference"):
        day = reference.text("IssueDate")
        issued = iso_date(day, field="BillingReference/IssueDate", rule="BT-26") if day else None
        yield Preceding(number=reference.text("ID"), issue_date=issued)


def _attachments(node: Node) -> Iterator[Attachment]:
    for reference in node.children("AdditionalDocumentReference"):
        name = reference.text("ID")
        for file in reference.children("Attachment/EmbeddedDocumentBinaryObject"):
            named = file.attribute("filename") or name
            yield embedded(file.raw_text, name=named, media_type=file.attribute("mimeCode"))
        for link in reference.texts("Attachment/ExternalReference/URI"):
            yield linked(link, name=name)
