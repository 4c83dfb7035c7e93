"""Any file at all: read, or refused with a reason; never an error of the program."""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoices.intake.document_listing import list_document
from invoices.intake.document_reasons import DOCUMENT_REFUSALS
from invoices.intake.documents import Document, kind_of, read_document, read_file
from invoices.intake.reasons import FileRefused, words
from tests.unit.invoices.intake.made import CAMT, CII, MT940, UBL, read, refusal_of

PAGE = Path(__file__).resolve().parents[4] / "docs" / "documents.md"
TEXTS = [UBL.encode(), CII.encode(), CAMT.encode(), MT940.encode()]


def consume(data: bytes) -> None:
    """Read, and list all that was read: what the command and a page do."""
    with suppress(FileRefused):
        assert json.dumps(list(list_document("file", read_document(data))))


@given(st.sampled_from(TEXTS), st.data())
def test_a_file_cut_off_anywhere_is_read_or_refused(text: bytes, data: st.DataObject) -> None:
    consume(text[: data.draw(st.integers(min_value=0, max_value=len(text)))])


@given(st.sampled_from(TEXTS), st.data(), st.binary(max_size=12))
def test_a_file_with_noise_anywhere_is_read_or_refused(text: bytes, data: st.DataObject, noise: bytes) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(text)))
    consume(text[:at] + noise + text[at:])
    consume(text[:at] + noise + text[at + len(noise) :])


VALUES = st.sampled_from(
    [
        "NaN",
        "1e400",
        "-0.00",
        "-1",
        "0000-00-00",
        "",
        " ",
        "9" * 40,
        "0," * 9,
        "\u202e",
        "é",
        "&#0;",
        "&#xDFFF;",
        "𐍈" * 9,
    ]
)


@given(st.sampled_from([UBL, CII, CAMT, MT940]), st.data(), VALUES)
def test_any_value_replaced_is_read_or_refused(text: str, data: st.DataObject, value: str) -> None:
    found = [*re.finditer(r">([^<>\n]+)<", text), *re.finditer(r"^:\w+:(.+)$", text, re.MULTILINE)]
    match = data.draw(st.sampled_from(found))
    consume((text[: match.start(1)] + value + text[match.end(1) :]).encode())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), noise=st.binary(max_size=6))
def test_damage_to_the_public_files_is_read_or_refused(shared_data: Path, data: st.DataObject, noise: bytes) -> None:
    files = [one for one in sorted(shared_data.glob("[eb]*/*")) if one.stat().st_size < 60_000]
    content = data.draw(st.sampled_from(files)).read_bytes()
    at = data.draw(st.integers(min_value=0, max_value=len(content)))
    consume(content[:at])
    consume(content[:at] + noise + content[at + len(noise) :])


def test_public_pdf_invoices_without_xml_are_named(shared_data: Path) -> None:
    logging.disable(logging.CRITICAL)
    codes = {}
    for path in sorted((shared_data / "pdf_invoices").glob("*.pdf")):
        with pytest.raises(FileRefused) as caught:
            read_file(path)
        codes[path.name] = caught.value.code
    logging.disable(logging.NOTSET)
    assert set(codes.values()) == {"pdf_without_invoice"}


@pytest.mark.parametrize(
    ("data", "code", "words_in_it"),
    [
        (b"PK\x03\x04 zip", "document_unknown", "xlsx"),
        (b"a;b;c\n1;2;3\n", "document_unknown", "text"),
        (b"\x89PNG\r\n", "document_unknown", "picture"),
        (b"<html><body/></html>", "document_unknown", "XML <html>"),
        (b'<p:FatturaElettronica xmlns:p="x"/>', "document_format_refused", "FatturaPA"),
        (b'<r:CrossIndustryDocument xmlns:r="x"/>', "document_format_refused", "ZUGFeRD 1"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>', "document_unknown", "Document"),
        (b"", "file_empty", "empty"),
    ],
)
def test_other_files_are_named(data: bytes, code: str, words_in_it: str) -> None:
    refusal = refusal_of(data)
    assert refusal.code == code
    assert words_in_it in refusal.message


def test_a_missing_file_a_folder_and_a_huge_file_are_named(tmp_path: Path) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    codes = []
    for path in (tmp_path / "nowhere.xml", tmp_path, huge):
        with pytest.raises(FileRefused) as caught:
            read_file(path)
        codes.append(caught.value.code)
    assert codes == ["file_missing", "file_not_regular", "file_too_large"]


def test_the_same_bytes_have_the_same_seal() -> None:
    assert read(UBL).sha256 == read(UBL).sha256 != read(UBL.replace("R-1", "R-3")).sha256
    assert isinstance(read(UBL), Document)


@pytest.mark.parametrize("code", DOCUMENT_REFUSALS)
def test_every_reason_has_words_without_gaps(code: str) -> None:
    assert words(code, {}) != code
    assert "%(" not in words(code, {})


def test_every_reason_is_described() -> None:
    assert set(DOCUMENT_REFUSALS) <= set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (UBL.encode(), "einvoice"),
        (CII.encode("utf-8-sig"), "einvoice"),
        (b"%PDF-1.7 damaged", "einvoice"),
        (b"<broken", "einvoice"),
        (CAMT.encode(), "statements"),
        (CAMT.replace("UTF-8", "UTF-16").encode("utf-16"), "statements"),
        (MT940.encode(), "statements"),
        (b"number,amount\n1,2\n", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_what_looks_like_a_document_is_one(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind
