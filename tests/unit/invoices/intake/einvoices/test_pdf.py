"""PDF with an XML invoice inside, made by two independent writers (factur-x and pypdf)."""

from __future__ import annotations

import logging
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from facturx import generate_from_binary
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from invoices.intake.documents import read_document
from invoices.intake.reasons import FileRefused
from tests.unit.invoices.intake.made import CII, UBL, invoice_of, refusal_of


def pdf_with(files: dict[str, bytes], *, password: str = "") -> bytes:
    """A page with embedded files."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    for name, content in files.items():
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "invoice_4711.xml"])
def test_the_invoice_inside_is_read(name: str) -> None:
    assert invoice_of(pdf_with({name: CII.encode()})).number == "R-2"


def test_the_named_invoice_wins_over_other_files() -> None:
    files = {"a.xml": b"<a/>", "note.txt": b"x", "factur-x.xml": CII.encode(), "z.xml": UBL.encode()}
    assert invoice_of(pdf_with(files)).number == "R-2"


def test_a_file_that_factur_x_made_is_read(shared_data: Path) -> None:
    logging.disable(logging.CRITICAL)
    xml = (shared_data / "einvoices" / "zugferd_2p1_EN16931_Einfach.xml").read_bytes()
    made = generate_from_binary(pdf_with({}), xml, check_schematron=False)
    logging.disable(logging.NOTSET)
    assert (invoice_of(made).number, invoice_of(made).totals.gross) == (
        invoice_of(xml).number,
        invoice_of(xml).totals.gross,
    )


def test_a_picture_of_an_invoice_is_named() -> None:
    assert refusal_of(pdf_with({"note.txt": b"x"})).code == "pdf_without_invoice"


def test_a_password_is_named() -> None:
    assert refusal_of(pdf_with({"factur-x.xml": CII.encode()}, password="secret")).code == "pdf_damaged"


def test_entities_inside_a_pdf_are_refused_too() -> None:
    xml = CII.replace("?>", '?><!DOCTYPE a [<!ENTITY x "y">]>', 1)
    assert refusal_of(pdf_with({"factur-x.xml": xml.encode()})).code == "xml_doctype"


def test_a_statement_inside_a_pdf_is_no_invoice() -> None:
    xml = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>'
    assert refusal_of(pdf_with({"statement.xml": xml})).code == "document_unknown"


PDF = pdf_with({"factur-x.xml": CII.encode()})


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(PDF) - 1), st.binary(min_size=0, max_size=20))
def test_a_damaged_pdf_is_read_or_refused(at: int, noise: bytes) -> None:
    logging.disable(logging.CRITICAL)
    for data in (PDF[:at], PDF[:at] + noise + PDF[at + len(noise) :]):
        with suppress(FileRefused):
            read_document(data)
    logging.disable(logging.NOTSET)
