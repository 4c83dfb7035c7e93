"""UBL and CII: what one document says, and what makes it refused."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.intake.einvoices.records import DueSource, Syntax
from tests.unit.invoices.intake.made import CII, UBL, invoice_of, refusal_of

_LINE = ">100.00</cbc:LineExtensionAmount>\n</cac:InvoiceLine>"
_CII_LINE = "<ram:LineTotalAmount>100.00</ram:LineTotalAmount>\n</ram:SpecifiedTradeSettlementLine"


@pytest.mark.parametrize(("text", "syntax", "number"), [(UBL, Syntax.UBL, "R-1"), (CII, Syntax.CII, "R-2")])
def test_both_syntaxes_say_the_same(text: str, syntax: Syntax, number: str) -> None:
    invoice = invoice_of(text)
    assert (invoice.syntax, invoice.number, invoice.type_code) == (syntax, number, "380")
    assert (invoice.issue_date, invoice.due.day, invoice.due.source) == (
        date(2026, 1, 31),
        date(2026, 3, 2),
        DueSource.DATE,
    )
    assert (invoice.seller.name, invoice.buyer.name, invoice.currency) == ("Seller AG", "Buyer SA", "EUR")
    assert (invoice.totals.net, invoice.totals.tax, invoice.totals.gross) == (Decimal(100), Decimal(19), Decimal(119))
    assert (invoice.prepaid, invoice.totals.payable, invoice.receivable) == (Decimal(0), Decimal(119), Decimal(119))


@pytest.mark.parametrize(
    ("old", "new", "rule", "difference"),
    [
        (_LINE, _LINE.replace("100.00", "99.99"), "BR-CO-10", "0.01"),
        (">100.00</cbc:TaxExclusiveAmount>", ">100.01</cbc:TaxExclusiveAmount>", "BR-CO-13", "0.01"),
        ("19.00</cbc:TaxAmount><cac:TaxSubtotal>", "19.02</cbc:TaxAmount><cac:TaxSubtotal>", "BR-CO-14", "0.02"),
        (">119.00</cbc:TaxInclusiveAmount>", ">118.99</cbc:TaxInclusiveAmount>", "BR-CO-15", "-0.01"),
        (">119.00</cbc:PayableAmount>", ">120.00</cbc:PayableAmount>", "BR-CO-16", "1.00"),
        ("<cbc:Percent>19<", "<cbc:Percent>25<", "BR-CO-17", "-6.00"),
    ],
)  # fmt: skip
def test_totals_that_do_not_agree_are_refused_with_the_difference(
    old: str, new: str, rule: str, difference: str
) -> None:
    assert old in UBL
    refusal = refusal_of(UBL.replace(old, new))
    assert (refusal.code, refusal.params["rule"]) == ("sum_differs", rule)
    assert refusal.params["difference"] == Decimal(difference)
    assert difference in refusal.message


def test_prepaid_and_rounding_count_in_the_amount_due() -> None:
    paid = '<cbc:PrepaidAmount currencyID="EUR">19.02</cbc:PrepaidAmount>'
    rounded = '<cbc:PayableRoundingAmount currencyID="EUR">0.02</cbc:PayableRoundingAmount>'
    text = UBL.replace(
        '<cbc:PayableAmount currencyID="EUR">119.00', f'{paid}{rounded}<cbc:PayableAmount currencyID="EUR">100.00'
    )
    invoice = invoice_of(text)
    assert (invoice.prepaid, invoice.totals.rounding, invoice.totals.payable) == (
        Decimal("19.02"),
        Decimal("0.02"),
        Decimal(100),
    )


def test_allowances_and_charges_count_in_the_net_amount() -> None:
    changes = "".join(
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{flag}</cbc:ChargeIndicator>"
        f'<cbc:Amount currencyID="EUR">{amount}</cbc:Amount></cac:AllowanceCharge>'
        for flag, amount in (("false", "30.00"), ("true", "30.00"))
    )
    totals = (
        '<cbc:AllowanceTotalAmount currencyID="EUR">30.00</cbc:AllowanceTotalAmount>'
        '<cbc:ChargeTotalAmount currencyID="EUR">30.00</cbc:ChargeTotalAmount><cbc:PayableAmount '
    )
    stated = UBL.replace("<cbc:PayableAmount ", totals)
    assert invoice_of(stated.replace("<cac:TaxTotal>", f"{changes}<cac:TaxTotal>", 1)).parts.charges == (Decimal(30),)
    assert refusal_of(stated).params["rule"] == "BR-CO-11"


def credit_note(text: str) -> str:
    return text.replace("Invoice-2", "CreditNote-2").replace("Invoice", "CreditNote").replace(">380<", ">381<")


def test_a_credit_note_takes_money_back() -> None:
    invoice = invoice_of(credit_note(UBL))
    assert (invoice.type_code, invoice.is_credit, invoice.receivable) == ("381", True, Decimal(-119))


def test_a_credit_note_that_calls_itself_an_invoice_is_refused() -> None:
    assert refusal_of(credit_note(UBL).replace(">381<", ">380<")).params["rule"] == "BR-CL-01"


def test_a_negative_invoice_takes_money_back_too() -> None:
    text = UBL.replace(">100.00<", ">-100.00<").replace(">19.00<", ">-19.00<").replace(">119.00<", ">-119.00<")
    invoice = invoice_of(text)
    assert (invoice.type_code, invoice.is_credit, invoice.receivable) == ("380", True, Decimal(-119))


def test_a_credit_note_finds_its_due_date_in_the_payment_means() -> None:
    text = credit_note(UBL).replace("<cbc:DueDate>2026-03-02</cbc:DueDate>", "")
    means = "<cac:PaymentMeans><cbc:PaymentDueDate>2026-02-14</cbc:PaymentDueDate></cac:PaymentMeans><cac:TaxTotal>"
    assert invoice_of(text.replace("<cac:TaxTotal>", means, 1)).due.day == date(2026, 2, 14)


def test_instalments_have_dates_of_their_own() -> None:
    terms = "".join(
        f'<cac:PaymentTerms><cbc:Amount currencyID="EUR">{amount}</cbc:Amount>'
        f"<cbc:InstallmentDueDate>{day}</cbc:InstallmentDueDate></cac:PaymentTerms>"
        for amount, day in (("19.00", "2026-03-01"), ("100.00", "2026-04-01"))
    )
    text = UBL.replace("<cbc:DueDate>2026-03-02</cbc:DueDate>", "")
    invoice = invoice_of(text.replace("<cac:TaxTotal>", f"{terms}<cac:TaxTotal>", 1))
    assert (invoice.due.day, invoice.due.source) == (date(2026, 3, 1), DueSource.INSTALMENTS)
    assert [(one.due_date.month, one.amount) for one in invoice.instalments] == [(3, Decimal(19)), (4, Decimal(100))]


def test_the_date_of_a_discount_is_not_the_due_date() -> None:
    discount = (
        "<ram:SpecifiedTradePaymentTerms><ram:Description>Zahlbar mit 2% Skonto bis</ram:Description>"
        '<ram:DueDateDateTime><udt:DateTimeString format="102">20260210</udt:DateTimeString></ram:DueDateDateTime>'
        "</ram:SpecifiedTradePaymentTerms>"
    )
    text = CII.replace("<ram:SpecifiedTradePaymentTerms>", f"{discount}<ram:SpecifiedTradePaymentTerms>", 1)
    assert invoice_of(text).due.day == date(2026, 3, 2)


def test_attachments_are_sealed_and_links_are_not_followed() -> None:
    content = b"%PDF-1.4 delivery note"
    file = (
        "<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject "
        f'mimeCode="application/pdf" filename="note.pdf">{base64.b64encode(content).decode()}'
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    link = (
        "<cac:AdditionalDocumentReference><cbc:ID>B</cbc:ID><cac:Attachment><cac:ExternalReference>"
        "<cbc:URI>http://127.0.0.1:1/x</cbc:URI></cac:ExternalReference></cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
    )
    found, linked = invoice_of(UBL.replace("<cac:TaxTotal>", f"{file}{link}<cac:TaxTotal>", 1)).attachments
    assert (found.name, found.size, found.content) == ("note.pdf", len(content), content)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert (linked.link, linked.sha256) == ("http://127.0.0.1:1/x", "")


def test_an_attachment_that_is_no_base64_is_refused() -> None:
    file = (
        "<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject>"
        "###</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    assert refusal_of(UBL.replace("<cac:TaxTotal>", f"{file}<cac:TaxTotal>", 1)).code == "attachment_invalid"


@pytest.mark.parametrize(
    ("text", "old", "new", "code", "rule"),
    [
        (UBL, "<cbc:ID>R-1</cbc:ID>", "", "element_missing", "BR-02"),
        (UBL, "<cbc:IssueDate>2026-01-31</cbc:IssueDate>", "", "element_missing", "BR-03"),
        (UBL, "2026-01-31", "0000-00-00", "day_invalid", "BR-03"),
        (UBL, ">380<", "><", "element_missing", "BR-04"),
        (UBL, ">380<", ">999<", "type_unknown", "BR-CL-01"),
        (UBL, ">380<", ">381<", "type_unknown", "BR-CL-01"),
        (UBL, "Code>EUR<", "Code><", "element_missing", "BR-05"),
        (UBL, "Seller AG", " ", "element_missing", "BR-06"),
        (UBL, "Buyer SA", " ", "element_missing", "BR-07"),
        (UBL, "LegalMonetaryTotal", "Other", "element_missing", "BR-12"),
        (UBL, ">119.00</cbc:PayableAmount>", ">NaN</cbc:PayableAmount>", "amount_invalid", "BR-15"),
        (UBL, ">119.00</cbc:PayableAmount>", ">1e400</cbc:PayableAmount>", "amount_invalid", "BR-15"),
        (UBL, ">119.00</cbc:PayableAmount>", "></cbc:PayableAmount>", "element_missing", "BR-15"),
        (UBL, '"EUR">119.00</cbc:PayableAmount>', '"USD">119.00</cbc:PayableAmount>', "currencies_differ", "BR-CL-03"),
        (UBL, "InvoiceLine", "Other", "element_missing", "BR-16"),
        (UBL, "EUR", "XXQ", "currency_invalid", "BR-CL-04"),
        (CII, "<ram:ID>R-2</ram:ID>", "", "element_missing", "BR-02"),
        (CII, "20260131", "20260231", "day_invalid", "BR-03"),
        (CII, "20260131", "31.01.26", "day_invalid", "BR-03"),
        (CII, "ram:BuyerTradeParty", "ram:Nobody", "element_missing", "BR-07"),
        (CII, "<ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>", "", "element_missing", "BR-14"),
        (CII, 'currencyID="EUR">19', 'currencyID="SEK">19', "currencies_differ", "BR-CL-03"),
        (CII, _CII_LINE, "\n</ram:SpecifiedTradeSettlementLine", "element_missing", "BR-24"),
    ],
)  # fmt: skip
def test_what_the_standard_requires_is_named_when_it_is_missing(
    text: str, old: str, new: str, code: str, rule: str
) -> None:
    assert old in text
    refusal = refusal_of(text.replace(old, new))
    assert (refusal.code, refusal.params["rule"]) == (code, rule)
    assert refusal.params["field"] != "file"


def test_a_profile_without_lines_is_checked_by_its_totals() -> None:
    text = CII.replace("urn:cen.eu:en16931:2017", "urn:factur-x.eu:1p0:minimum")
    start, end = text.index("<ram:IncludedSupply"), text.index("<ram:ApplicableHeaderTradeAgreement>")
    minimum = text[:start] + text[end:]
    assert invoice_of(minimum.replace("DuePayableAmount>119.00", "DuePayableAmount>69.00")).prepaid == Decimal(50)
    wrong = minimum.replace("<ram:GrandTotalAmount>119.00", "<ram:GrandTotalAmount>118.00")
    assert refusal_of(wrong).params["rule"] == "BR-CO-15"


def test_groups_of_lines_are_not_counted_twice() -> None:
    line = CII[CII.index("<ram:IncludedSupply") : CII.index("<ram:ApplicableHeaderTradeAgreement>")]
    status = "<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>"
    document = f"<ram:AssociatedDocumentLineDocument>{status}</ram:AssociatedDocumentLineDocument>"
    group = line.replace("<ram:SpecifiedLineTradeS", f"{document}<ram:SpecifiedLineTradeS", 1)
    assert invoice_of(CII.replace(line, group + line)).parts.lines == (Decimal(100),)
    assert refusal_of(CII.replace(line, line + line)).params["rule"] == "BR-CO-10"


@given(
    st.lists(st.decimals(min_value=-99_999, max_value=99_999, places=2), min_size=1, max_size=12),
    st.decimals(min_value=-1, max_value=1, places=2),
)
def test_an_invoice_is_taken_exactly_when_its_lines_add_up(lines: list[Decimal], error: Decimal) -> None:
    line = UBL[UBL.index("<cac:InvoiceLine>") : UBL.index("</Invoice>")]
    total = f"{sum(lines, error):f}"
    text = UBL.replace("<cbc:Percent>19<", "<cbc:Percent>0<").replace(">19.00<", ">0<")
    text = text.replace(line, "@").replace(">100.00<", f">{total}<").replace(">119.00<", f">{total}<")
    text = text.replace("@", "".join(line.replace("100.00", f"{amount:f}") for amount in lines))
    if error:
        refusal = refusal_of(text)
        assert (refusal.params["rule"], refusal.params["difference"]) == ("BR-CO-10", error)
    else:
        assert invoice_of(text).totals.net == sum(lines)
