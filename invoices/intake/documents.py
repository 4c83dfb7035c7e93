"""Any document of the intake, by its content: an e-invoice, or a file of bank statements."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, gettext_noop
from lxml import etree

from invoices.intake.einvoices import cii, pdf, ubl
from invoices.intake.einvoices.records import EInvoice
from invoices.intake.limits import Limits
from invoices.intake.reasons import FileRefused
from invoices.intake.sniff import CSV, check_file, signature_of
from invoices.intake.statements import camt, mt, mt_fields
from invoices.intake.statements.outcome import Outcome
from invoices.intake.text import show
from invoices.intake.xml_tree import DEFAULT_XML_LIMITS, check_bytes, parse_xml

_XML_STARTS = (b"<", b"\xff\xfe<", b"\xfe\xff\x00<", b"<\x00", b"\x00<")
_CAMT, _HEAD = re.compile(rb"c\x00?a\x00?m\x00?t\x00?\.\x00?0\x00?5"), 4_000
_REFUSED_ROOTS = {
    "FatturaElettronica": gettext_noop("a FatturaPA invoice"),
    "CrossIndustryDocument": gettext_noop("a ZUGFeRD 1 invoice"),
    "SCRDMCCBDACIOMessageStructure": gettext_noop("an Order-X order"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file holds: an invoice, or the outcome of its statements; sealed by the hash of its bytes."""

    sha256: str
    invoice: EInvoice | None = None
    statements: Outcome | None = None


def read_file(path: Path) -> Document:
    """The document in a file; raises ``FileRefused`` also for a file that is missing, empty, special or too large."""
    return read_document(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """What a file holds; raises ``FileRefused`` for one that is missing, empty, special or too large."""
    check_file(path, Limits(max_bytes=DEFAULT_XML_LIMITS.max_bytes))
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileRefused("file_unreadable", value=str(path), problem=error.strerror) from error


def read_document(data: bytes) -> Document:
    """The document in these bytes; raises ``FileRefused`` with the reason, and nothing else."""
    check_bytes(data, DEFAULT_XML_LIMITS.max_bytes)
    seal = hashlib.sha256(data).hexdigest()
    if pdf.is_pdf(data):
        return _of_xml(pdf.xml_of_pdf(data), seal, is_inside=True)
    if _is_xml(data):
        return _of_xml(data, seal)
    text, _encoding = mt_fields.decode_mt(data)
    if mt_fields.is_mt(text):
        return Document(sha256=seal, statements=mt.read_mt(text))
    raise _unknown(data)


def kind_of(data: bytes) -> str | None:
    """``einvoice`` or ``statements`` for what looks like one, sound or not; None for anything else, such as a table."""
    if pdf.is_pdf(data):
        return "einvoice"
    if _is_xml(data):
        return "statements" if _CAMT.search(data[:_HEAD]) else "einvoice"
    text, _encoding = mt_fields.decode_mt(data[:20_000])
    return "statements" if mt_fields.is_mt(text) else None


def _is_xml(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_XML_STARTS)


def _of_xml(data: bytes, seal: str, *, is_inside: bool = False) -> Document:
    root = parse_xml(data)
    if root.tag in ubl.ROOTS:
        return Document(sha256=seal, invoice=ubl.read_ubl(root))
    if root.tag == cii.ROOT:
        return Document(sha256=seal, invoice=cii.read_cii(root))
    if camt.is_camt(root) and not is_inside:
        return Document(sha256=seal, statements=camt.read_camt(root))
    raise _other_xml(root)


def _other_xml(root: Any) -> FileRefused:
    name = str(etree.QName(root).localname)
    if name in _REFUSED_ROOTS:
        return FileRefused("document_format_refused", found=gettext(_REFUSED_ROOTS[name]))
    return FileRefused("document_unknown", found=f"XML <{show(name, 60)}>")


def _unknown(data: bytes) -> FileRefused:
    kind = signature_of(data[:64])
    return FileRefused("document_unknown", found=gettext("text") if kind == CSV else gettext(kind))
