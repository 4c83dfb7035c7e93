"""What a document says, in the words of the rules: whose it is, and what it claims."""

from __future__ import annotations

from typing import Any

from babel import Locale

from buyers.domain.parties import Party
from core.errors import DomainError
from invoices.domain.einvoices import Claim, Held
from invoices.domain.einvoices import Part as ClaimPart
from invoices.intake.document_listing import list_document
from invoices.intake.documents import Document, read_document
from invoices.intake.einvoices.records import DueSource, EInvoice
from invoices.intake.einvoices.records import Party as ReadParty
from invoices.intake.reasons import FileRefused
from invoices.intake.text import show

_LONGEST_NAME, _LONGEST_TEXT = 255, 2_000
_MOST_ATTACHMENTS, _MOST_IDENTIFIERS = 200, 50


class Stop(Exception):
    """Nothing is posted, for this reason; what was begun is undone."""

    def __init__(self, held: Held) -> None:
        super().__init__(held.code)
        self.held = held


def read_or_refusal(data: bytes) -> Document | FileRefused:
    """The document, or why it is none that can be taken; more files inside than anybody needs are a reason, too."""
    try:
        found = read_document(data)
    except FileRefused as refusal:
        return refusal.with_traceback(None)
    count = len(found.invoice.attachments) if found.invoice is not None else 0
    return FileRefused("attachments_many", value=count, limit=_MOST_ATTACHMENTS) if count > _MOST_ATTACHMENTS else found


def claim_of(invoice: EInvoice) -> Claim:
    """The money that it asks for or gives back."""
    totals, sign = invoice.totals, invoice.sign
    return Claim(
        type_code=invoice.type_code,
        number=invoice.number,
        currency=invoice.currency,
        issued_on=invoice.issue_date,
        amount=sign * (totals.payable + invoice.prepaid),
        prepaid=sign * invoice.prepaid,
        due_date=invoice.due.day,
        due_words=invoice.due.text if invoice.due.source is not DueSource.NONE else "",
        instalments=tuple(ClaimPart(amount=one.amount, due_date=one.due_date) for one in invoice.instalments),
        originals=tuple(dict.fromkeys(one.number for one in invoice.preceding if one.number)),
    )


def party_of(party: ReadParty) -> Party:
    """Seller or buyer as the rules see them; a country that ISO 3166 does not know is none."""
    country = party.country.upper()
    return Party(
        name=party.name[:_LONGEST_NAME],
        trading_name=party.trading_name[:_LONGEST_NAME],
        vat_id=party.vat_id,
        registration=party.registration,
        tax_number=party.tax_number,
        endpoint=party.endpoint,
        country=country if len(country) == 2 and country in Locale("en").territories else "",
        identifiers=tuple((one.scheme, one.value) for one in party.identifiers[:_MOST_IDENTIFIERS]),
    )


def identifier_of(party: Party) -> str:
    """The number that names the party best, for people; a dash if there is none."""
    first = next((value for _, value in party.identifiers), "")
    return party.vat_id or party.registration or first or party.tax_number or "–"


def safe_name(name: str) -> str:
    """A file's name as text that can be stored and shown: no folders, no control characters, no half characters.

    Example: ``..\\..\\a\\x00.xml`` gives ``a␀.xml``.
    """
    bare = name.encode("utf-8", "replace").decode().replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(one for one in show(bare, 1_000) if one.isprintable())
    return printable.strip(". ")[:_LONGEST_NAME] or "document"


def reading_of(document: Document) -> dict[str, Any]:
    """What was read, as flat rows fit to be stored."""
    rows = [_storable(row) for row in list_document("", document)]
    return rows[0] if document.invoice is not None else {"statements": rows}


def problem_of(error: DomainError | Held) -> dict[str, Any]:
    """Code and parameters, fit to be stored."""
    return {
        "code": error.code,
        "params": {name: show(str(value), _LONGEST_TEXT) for name, value in error.params.items()},
    }


def _storable(value: Any) -> Any:
    """The same with control characters made visible: a JSON column holds no NUL."""
    if isinstance(value, str):
        return show(value, _LONGEST_TEXT)
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value
