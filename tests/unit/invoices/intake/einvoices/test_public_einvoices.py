"""The public e-invoices: facts taken from the XML by hand, and published schemas as a judge of what must be read."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from facturx import xml_check_xsd

from invoices.intake.document_listing import list_document
from invoices.intake.documents import read_file
from invoices.intake.reasons import FileRefused

# file: number, type, issued, due, origin of the due date, currency, total, prepaid, payable, receivable, seller, buyer
FACTS = {
    "CII_example2.xml": (
        *("TOSL108", "380", "2013-06-30", "2013-07-20", "date", "NOK", "1801.78", "1000.00", "801.78", "1801.78"),
        *("Salescompany ltd.", "The Buyercompany"),
    ),
    "XRechnung-O.xml": (
        *("150377292", "380", "2021-01-14", "2021-01-01", "date", "EUR", "385544.60", "0.00", "385544.60"),
        *("385544.60", "XX", "XX"),
    ),
    "FT_G2G_TD01_con_Allegato__Bonifico_e_Split_Payment.xml": (
        *("1316/85", "380", "2020-02-13", "", "unclear", "EUR", "1520.12", "274.12", "1246.00", "1520.12"),
        *("Azienda Unita Sanitaria Locale di Reggio Emilia", "AZIENDA AUSL DI MODENA"),
    ),
    "peppol-Allowance-example.xml": (
        *("Snippet1", "380", "2017-11-13", "2017-12-01", "date", "EUR", "7125.00", "1000.00", "6125.00", "7125.00"),
        *("SupplierOfficialName Ltd", "Buyer Official Name"),
    ),
    "peppol-base-creditnote-correction.xml": (
        *("Snippet1", "381", "2017-11-13", "", "unclear", "EUR", "1656.25", "0.00", "1656.25", "-1656.25"),
        *("SupplierOfficialName Ltd", "Buyer Official Name"),
    ),
    "peppol-base-negative-inv-correction.xml": (
        *("Correction1", "380", "2017-11-13", "2017-12-01", "date", "EUR", "-1656.25", "0.00", "-1656.25"),
        *("-1656.25", "SupplierOfficialName Ltd", "Buyer Official Name"),
    ),
    "ubl-tc434-example5.xml": (
        *("TOSL110", "380", "2013-04-10", "2013-05-10", "date", "DKK", "4675.00", "2337.50", "2337.50", "4675.00"),
        *("SellerCompany", "Buyercompany ltd"),
    ),
    "ubl-tc434-example7.xml": (
        *("INVOICE_test_7", "380", "2013-03-11", "2013-04-10", "days in text", "SEK", "3200.00", "0.00", "3200.00"),
        *("3200.00", "The Sellercompany Incorporated", "THe Buyercompany"),
    ),
    "ubl-tc434-creditnote1.xml": (
        *("018304 / 28865", "381", "2019-09-23", "", "none", "EUR", "100.11", "0.00", "100.11", "-100.11"),
        *("My Supplier Company", "My Customer Company"),
    ),
    "zugferd_2p1_EN16931_Rabatte.xml": (
        *("471102", "380", "2018-06-05", "2018-07-04", "date in text", "EUR", "215.07", "50.00", "165.07", "215.07"),
        *("Lieferant GmbH", "Kunden AG Mitte"),
    ),
    "zugferd_2p1_EN16931_Einfach_negativePaymentDue.xml": (
        *("471102", "380", "2018-03-05", "", "none", "EUR", "529.87", "1059.74", "-529.87", "529.87"),
        *("Lieferant GmbH", "Kunden AG Mitte"),
    ),
    "zugferd_2p1_EN16931_Gutschrift.xml": (
        *("471102", "389", "2018-03-05", "", "unclear", "EUR", "529.87", "0.00", "529.87", "529.87"),
        *("Lieferant GmbH", "Kunden AG Mitte"),
    ),
    "zugferd_2p1_EN16931_Kraftfahrversicherung_Bruttopreise.xml": (
        *("00.123.456.7-2018-1", "575", "2018-03-11", "", "unclear", "EUR", "220.00", "-220.00", "440.00", "220.00"),
        *("MVM Musterhafter Versicherungsverein Musterstadt a.G.", "Herrn Max Mustermann"),
    ),
    "zugferd_2p1_EXTENDED_Fremdwaehrung.xml": (
        *("47110815", "380", "2018-10-31", "2018-11-20", "date", "GBP", "1021.91", "500.00", "521.91", "1021.91"),
        *("Rohstoff AG Salzgitter", "Metallbau Leipzig GmbH & Co. KG"),
    ),
    "zugferd_2p1_EXTENDED_Rechnungskorrektur.xml": (
        *("RK21012345", "384", "2018-09-16", "", "none", "EUR", "-8.79", "0.00", "-8.79", "-8.79"),
        *("MUSTERLIEFERANT GMBH", "MUSTER-KUNDE GMBH"),
    ),
    "zugferd_2p1_MINIMUM_Rechnung.xml": (
        *("471102", "380", "2020-03-05", "", "none", "EUR", "235.62", "0.00", "235.62", "235.62"),
        *("Lieferant GmbH", "Kunden AG Frankreich"),
    ),
    "zugferd_2p1_XRECHNUNG_Elektron.xml": (
        *("181301674", "877", "2018-04-25", "2018-04-25", "on receipt", "EUR", "300.00", "0.00", "300.00", "300.00"),
        *("ELEKTRON Industrieservice GmbH", "ConsultingService GmbH"),
    ),
}
NAMES = ("number", "type", "issue_date", "due_date", "due_from", "currency", "total", "prepaid", "payable")


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    """The e-invoices of the shared data."""
    return shared_data / "einvoices"


@pytest.mark.parametrize("name", FACTS)
def test_what_is_read_is_what_the_file_says(folder: Path, name: str) -> None:
    (row,) = list_document(name, read_file(folder / name))
    assert tuple(row[field] for field in (*NAMES, "receivable", "seller", "buyer")) == FACTS[name]


def test_every_file_that_its_published_schema_accepts_is_read(folder: Path) -> None:
    valid = [path for path in sorted(folder.iterdir()) if is_valid(path)]
    assert len(valid) >= 58
    assert [path.name for path in valid if read_file(path).invoice is None] == []


def is_valid(path: Path) -> bool:
    """Judged by the XML schema that is published with the format (of the factur-x package)."""
    logging.disable(logging.CRITICAL)
    try:
        xml_check_xsd(path.read_bytes())
    except Exception:  # the package raises what it likes
        return False
    finally:
        logging.disable(logging.NOTSET)
    return True


def test_attachments_of_the_files_are_sealed(folder: Path) -> None:
    invoice = read_file(folder / "zugferd_2p1_XRECHNUNG_Elektron.xml").invoice
    assert invoice is not None
    assert [(one.name, one.media_type, one.content[:4]) for one in invoice.attachments] == [
        ("Aufmass.png", "image/png", b"\x89PNG"),
        ("ElektronRapport.pdf", "application/pdf", b"%PDF"),
    ]
    # computed with: xmllint --xpath … | base64 -d | sha256sum
    assert all(len(one.sha256) == 64 for one in invoice.attachments)


def test_a_correction_names_the_invoice_that_it_corrects(folder: Path) -> None:
    invoice = read_file(folder / "peppol-base-negative-inv-correction.xml").invoice
    assert invoice is not None
    assert [one.number for one in invoice.preceding] == ["Snippet1"]


def test_a_payee_may_be_another_than_the_seller(folder: Path) -> None:
    invoice = read_file(folder / "zugferd_2p1_EN16931_AbweichenderZahlungsempf.xml").invoice
    assert invoice is not None
    assert invoice.payee is not None
    assert (invoice.payee.name, invoice.seller.name) == ("Factoring GmbH", "Lieferant GmbH")


def test_no_file_ends_in_an_error(folder: Path) -> None:
    for path in folder.iterdir():
        try:
            assert read_file(path).invoice is not None
        except FileRefused as refusal:
            pytest.fail(f"{path.name}: {refusal.message}")
