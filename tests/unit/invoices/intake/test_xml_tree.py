"""XML that means harm, and XML in other encodings."""

from __future__ import annotations

import time

import pytest

from invoices.intake.reasons import FileRefused
from invoices.intake.xml_tree import Node, XmlLimits, as_utf8, parse_xml
from tests.unit.invoices.intake.made import UBL, invoice_of, refusal_of

BILLION = (
    '<!DOCTYPE a [<!ENTITY l "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "&l;" * 10}">' for n in range(10))
    + "]>"
)


def hostile(prolog: str, text: str = UBL) -> str:
    head, body = text.split("\n", 1)
    return f"{head}\n{prolog}\n{body}"


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:1/evil.dtd">',
        '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        '<!DOCTYPE Invoice [<!ATTLIST Invoice a CDATA "b">]>',
        "<!DOCTYPE Invoice>",
        BILLION,
    ],
)
def test_a_document_type_is_refused_before_anything_is_expanded_or_fetched(prolog: str) -> None:
    assert refusal_of(hostile(prolog)).code == "xml_doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_a_document_type_does_not_hide_in_another_encoding(encoding: str) -> None:
    text = hostile('<!DOCTYPE Invoice [<!ENTITY x "y">]>').replace("UTF-8", encoding)
    assert refusal_of(text.encode(encoding)).code == "xml_doctype"


def test_an_entity_that_is_not_declared_is_damage() -> None:
    assert refusal_of(UBL.replace("R-1", "&secret;")).code == "xml_damaged"


def test_quadratic_blowup_needs_a_document_type() -> None:
    entity = f'<!DOCTYPE Invoice [<!ENTITY a "{"a" * 50_000}">]>'
    assert refusal_of(hostile(entity, UBL.replace("R-1", "&a;" * 50_000))).code == "xml_doctype"


def test_a_depth_bomb_is_refused() -> None:
    assert refusal_of(UBL.replace("R-1", "<a>" * 100_000 + "</a>" * 100_000)).code == "xml_damaged"


def test_a_tag_bomb_is_refused_before_it_is_parsed() -> None:
    started = time.monotonic()
    refusal = refusal_of(UBL.replace("<cbc:ID>", "<a/>" * 2_100_000 + "<cbc:ID>", 1))
    assert (refusal.code, refusal.params["limit"]) == ("xml_bomb", 2_000_000)
    assert time.monotonic() - started < 5


def test_an_attribute_bomb_is_refused_before_it_is_parsed() -> None:
    attributes = " ".join(f'a{n}=""' for n in range(50))
    with pytest.raises(FileRefused, match="far more tags"):
        parse_xml(f"<a {attributes}/>".encode(), XmlLimits(max_attributes=49))


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    assert refusal_of(b"<a>" + b" " * (32 * 1024 * 1024)).code == "document_bytes_limit"


def test_a_text_of_more_than_ten_megabytes_is_refused() -> None:
    assert refusal_of(UBL.replace("R-1", "R" * 10_100_000)).code == "xml_damaged"


def test_includes_and_schema_locations_are_not_followed() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    text = UBL.replace("<cbc:ID>R-1", f"{include}<cbc:ID>R-1", 1)
    assert invoice_of(text).number == "R-1"
    location = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a http://127.0.0.1:1/a.xsd"'
    assert invoice_of(UBL.replace("<Invoice ", f"<Invoice {location} ")).number == "R-1"


def test_a_style_sheet_and_comments_change_no_value() -> None:
    text = hostile('<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>', UBL.replace("R-1", "R<!-- x -->-1"))
    assert invoice_of(text).number == "R-1"


def test_a_number_under_another_namespace_is_not_the_number() -> None:
    text = UBL.replace("<cbc:ID>R-1", '<ID xmlns="urn:evil">R-666</ID><cbc:ID>R-1')
    assert invoice_of(text).number == "R-1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"])
def test_every_usual_encoding_gives_the_same_text(encoding: str) -> None:
    text = UBL.replace("Seller AG", "Müller & Söhne €"[: 14 if encoding == "iso-8859-1" else 20].replace("&", "&amp;"))
    named = text.replace("UTF-8", encoding.removesuffix("-sig"))
    assert invoice_of(named.encode(encoding)).seller.name.startswith("Müller & Söhne")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (UBL.replace("Seller", "Müller").encode("iso-8859-1"), "xml_encoding"),
        (UBL.replace("UTF-8", "EBCDIC-CP-BE").encode(), "xml_encoding"),
        (UBL.replace("UTF-8", "utf-7").encode(), "xml_encoding"),
        (UBL.replace("UTF-8", "idna").encode(), "xml_encoding"),
        (UBL.encode().replace(b"R-1", b"\xed\xa0\x80"), "xml_encoding"),
        (UBL.replace("R-1", "&#xD800;").encode(), "xml_damaged"),
        (UBL.encode().replace(b"R-1", b"\x00"), "xml_damaged"),
        (UBL.encode("utf-16")[:-1], "xml_encoding"),
        (UBL.encode()[:-20], "xml_damaged"),
        (b"", "file_empty"),
        (b"<", "xml_damaged"),
        (b"<?xml version='1.0'", "xml_damaged"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, code: str) -> None:
    assert refusal_of(data).code == code


def test_the_declaration_is_cut_off_and_nothing_else() -> None:
    assert as_utf8(b"<?xml version='1.0' encoding='iso-8859-1'?>\n<a>\xe9</a>") == "\n<a>é</a>".encode()


def test_children_are_found_in_the_order_of_the_document() -> None:
    node = Node(parse_xml(b'<a xmlns="n"><b><c>1</c></b><b><c>2</c><c> 3 \n 4 </c></b></a>'), ("n",))
    assert node.texts("b/c") == ("1", "2", "3 4")
    assert (node.text("b/d"), node.child("x")) == ("", None)
