"""A PDF with an XML invoice inside (ZUGFeRD, Factur-X): the XML is taken out, the rest of the PDF is not interpreted.

Read with pypdf and not through factur-x: that package parses every attachment with lxml's own settings before it can be
checked, and passes over in silence what it does not like (docs/adr/0025).
"""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from invoices.intake.reasons import FileRefused
from invoices.intake.text import show

# The names that ZUGFeRD 1 and 2, Factur-X and XRechnung give the file; the first that is there is the invoice.
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
_MOST_FILES = 50
_MOST_BYTES = 32 * 1024 * 1024


def is_pdf(data: bytes) -> bool:
    """True for a PDF; some writers put bytes before its mark."""
    return b"%PDF-" in data[:1024]


def xml_of_pdf(data: bytes) -> bytes:
    """The XML of the invoice; raises ``pdf_without_invoice`` or ``pdf_damaged``."""
    try:
        files = _embedded(data)
    except FileRefused:
        raise
    except Exception as error:  # pypdf raises whatever a damaged structure leads it to
        problem = show(str(error) or type(error).__name__, 100)
        raise FileRefused("pdf_damaged", problem=problem, rule="ISO 32000") from error
    for name in (*NAMES, *(name for name in files if name.endswith(".xml"))):
        if name in files:
            return files[name]
    raise FileRefused("pdf_without_invoice", rule="ISO 32000 EmbeddedFiles")


def _embedded(data: bytes) -> dict[str, bytes]:
    """Embedded XML files by their name in lower case; of two with one name the first."""
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise FileRefused("pdf_damaged", problem="password", rule="ISO 32000")
    files: dict[str, bytes] = {}
    for index, file in enumerate(reader.attachment_list):
        name = file.name.lower()
        if index < _MOST_FILES and name.endswith(".xml") and name not in files:
            content = file.content
            files[name] = bytes(content) if len(content) <= _MOST_BYTES else b""
    return files
