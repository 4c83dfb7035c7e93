"""UN/CEFACT Cross Industry Invoice D16B (EN 16931, XRechnung, ZUGFeRD 2 / Factur-X) to an :class:`EInvoice`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from invoices.intake.document_values import ZERO, amount_at, amount_of, compact_date, needed_amount, needed_text
from invoices.intake.einvoices.common import Term, checked, due_of, embedded, linked, type_code_of
from invoices.intake.einvoices.records import (
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

_BASE = "urn:un:unece:uncefact:data:standard:"
ROOT = f"{{{_BASE}CrossIndustryInvoice:100}}CrossIndustryInvoice"
_NAMESPACES = (
    f"{_BASE}ReusableAggregateBusinessInformationEntity:100",
    f"{_BASE}CrossIndustryInvoice:100",
    f"{_BASE}UnqualifiedDataType:100",
    f"{_BASE}QualifiedDataType:100",
)
_AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
_SETTLEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"
_LINE = "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem"
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_cii(root: Any) -> EInvoice:
    """The invoice or credit note under a CII root element, its totals checked."""
    node = Node(root, _NAMESPACES)
    agreement, settlement = _section(node, _AGREEMENT), _section(node, _SETTLEMENT)
    issued = _issue_date(node)
    due, instalments = due_of(list(_terms(settlement)), issued)
    currency = needed_text(settlement, "InvoiceCurrencyCode", rule="BR-05")
    invoice = EInvoice(
        syntax=Syntax.CII,
        profile=node.text("ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"),
        number=needed_text(node, "ExchangedDocument/ID", rule="BR-02"),
        type_code=type_code_of(needed_text(node, "ExchangedDocument/TypeCode", rule="BR-04"), field="TypeCode"),
        issue_date=issued,
        currency=currency,
        seller=_party(agreement.child("SellerTradeParty"), rule="BR-06", who="SellerTradeParty"),
        buyer=_party(agreement.child("BuyerTradeParty"), rule="BR-07", who="BuyerTradeParty"),
        payee=_payee(settlement.child("PayeeTradeParty")),
        totals=_totals(settlement, currency),
        parts=_parts(node, settlement),
        due=due,
        instalments=instalments,
        order_reference=agreement.text("BuyerOrderReferencedDocument/IssuerAssignedID"),
        buyer_reference=agreement.text("BuyerReference"),
        payment_references=settlement.texts("PaymentReference"),
        accounts=settlement.texts("SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"),
        preceding=tuple(_preceding(settlement)),
        attachments=tuple(_attachments(agreement)),
    )
    return checked(invoice)


def _section(node: Node, path: str) -> Node:
    found = node.child(path)
    if found is None:
        raise FileRefused("element_missing", field=path.rpartition("/")[2], rule="UN/CEFACT CII D16B")
    return found


def _issue_date(node: Node) -> date:
    needed_text(node, "ExchangedDocument/IssueDateTime/DateTimeString", rule="BR-03")
    found = _date(node.child("ExchangedDocument/IssueDateTime/DateTimeString"), rule="BR-03")
    if found is None:
        raise FileRefused("element_missing", field="IssueDateTime", rule="BR-03")
    return found


def _date(node: Node | None, *, rule: str) -> date | None:
    """A date of format 102 (YYYYMMDD), the only one that EN 16931 allows."""
    if node is None or not node.own_text:
        return None
    return compact_date(node.own_text, field=node.place, rule=rule)


def _terms(settlement: Node) -> Iterator[Term]:
    for block in settlement.children("SpecifiedTradePaymentTerms"):
        day = _date(block.child("DueDateDateTime/DateTimeString"), rule="BT-9")
        amount = amount_at(block, "PartialPaymentAmount")
        part = Instalment(amount=amount, due_date=day) if amount is not None and day is not None else None
        yield Term(
            day=day, text="\n".join(one.raw_text.strip() for one in block.children("Description")), instalment=part
        )


def _party(node: Node | None, *, rule: str, who: str) -> Party:
    if node is None:
        raise FileRefused("element_missing", field=who, rule=rule)
    name = node.text("Name")
    if not name:
        raise FileRefused("element_missing", field=f"{who}/Name", rule=rule)
    taxes = {one.attribute("schemeID"): one.own_text for one in node.children("SpecifiedTaxRegistration/ID")}
    return Party(
        name=name,
        trading_name=node.text("SpecifiedLegalOrganization/TradingBusinessName"),
        vat_id=taxes.get("VA", ""),
        tax_number=taxes.get("FC", ""),
        registration=node.text("SpecifiedLegalOrganization/ID"),
        endpoint=node.text("URIUniversalCommunication/URIID"),
        country=node.text("PostalTradeAddress/CountryID"),
        identifiers=_identifiers(node),
    )


def _identifiers(node: Node) -> tuple[Identifier, ...]:
    found = (*node.children("ID"), *node.children("GlobalID"))
    return tuple(Identifier(value=one.own_text, scheme=one.attribute("schemeID")) for one in found if one.own_text)


def _payee(node: Node | None) -> Party | None:
    if node is None:
        return None
    registration = node.text("SpecifiedLegalOrganization/ID")
    return Party(name=node.text("Name"), registration=registration, identifiers=_identifiers(node))


def _totals(settlement: Node, currency: str) -> Totals:
    sums = settlement.child("SpecifiedTradeSettlementHeaderMonetarySummation")
    if sums is None:
        raise FileRefused("element_missing", field="SpecifiedTradeSettlementHeaderMonetarySummation", rule="BR-13")
    return Totals(
        lines=amount_at(sums, "LineTotalAmount"),
        allowances=amount_at(sums, "AllowanceTotalAmount"),
        charges=amount_at(sums, "ChargeTotalAmount"),
        net=needed_amount(sums, "TaxBasisTotalAmount", rule="BR-13"),
        tax=_tax(sums, currency),
        gross=needed_amount(sums, "GrandTotalAmount", rule="BR-14"),
        prepaid=amount_at(sums, "TotalPrepaidAmount"),
        rounding=amount_at(sums, "RoundingAmount"),
        payable=needed_amount(sums, "DuePayableAmount", rule="BR-15"),
    )


def _tax(sums: Node, currency: str) -> Decimal | None:
    """The VAT in the invoice currency (BT-110); the one in the accounting currency (BT-111) is left aside."""
    amounts = list(sums.children("TaxTotalAmount"))
    own = [amount for amount in amounts if amount.attribute("currencyID") in {"", currency}]
    if amounts and not own:
        value = amounts[0].attribute("currencyID")
        raise FileRefused("currencies_differ", field=amounts[0].place, value=value, expected=currency, rule="BR-CL-03")
    return amount_of(own[0]) if own else None


def _parts(node: Node, settlement: Node) -> Parts:
    changes = list(settlement.children("SpecifiedTradeAllowanceCharge"))
    logistics = settlement.children("SpecifiedLogisticsServiceCharge/AppliedAmount")
    return Parts(
        lines=tuple(_lines(node)),
        allowances=tuple(_actual(one) for one in changes if not _is_charge(one)),
        charges=(*(_actual(one) for one in changes if _is_charge(one)), *(amount_of(one) for one in logistics)),
        taxes=tuple(_taxes(settlement)),
    )


def _lines(node: Node) -> Iterator[Decimal]:
    """Net amounts of the lines that count: groups and mere information of the EXTENDED profile do not."""
    for line in node.children(_LINE):
        if line.text("AssociatedDocumentLineDocument/LineStatusReasonCode") in {"GROUP", "INFORMATION"}:
            continue
        path = "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
        yield needed_amount(line, path, rule="BR-24")


def _is_charge(node: Node) -> bool:
    return _FLAGS.get(node.text("ChargeIndicator/Indicator"), False)


def _actual(node: Node) -> Decimal:
    return amount_at(node, "ActualAmount") or ZERO


def _taxes(settlement: Node) -> Iterator[TaxLine]:
    for line in settlement.children("ApplicableTradeTax"):
        yield TaxLine(
            category=line.text("CategoryCode"),
            rate=amount_at(line, "RateApplicablePercent"),
            basis=amount_at(line, "BasisAmount"),
            tax=needed_amount(line, "CalculatedAmount", rule="BR-46"),
        )


def _preceding(settlement: Node) -> Iterator[Preceding]:
    for reference in settlement.children("InvoiceReferencedDocument"):
        issued = _date(reference.child("FormattedIssueDateTime/DateTimeString"), rule="BT-26")
        yield Preceding(number=reference.text("IssuerAssignedID"), issue_date=issued)


def _attachments(agreement: Node) -> Iterator[Attachment]:
    for reference in agreement.children("AdditionalReferencedDocument"):
        name = reference.text("IssuerAssignedID")
        for file in reference.children("AttachmentBinaryObject"):
            named = file.attribute("filename") or name
            yield embedded(file.raw_text, name=named, media_type=file.attribute("mimeCode"))
        for link in reference.texts("URIID"):
            yield linked(link, name=name)
