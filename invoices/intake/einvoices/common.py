"""What both syntaxes share: kinds, attachments, the due date, and the checks of a finished document."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from invoices.intake.document_values import currency_of
from invoices.intake.einvoices.records import (
    CREDIT_NOTE_CODES,
    INVOICE_CODES,
    Attachment,
    Due,
    DueSource,
    EInvoice,
    Instalment,
)
from invoices.intake.einvoices.terms import due_from_text, is_discount
from invoices.intake.einvoices.totals import check_totals
from invoices.intake.reasons import FileRefused
from invoices.intake.text import show

# Profiles of ZUGFeRD / Factur-X that carry no lines, and no VAT breakdown.
_WITHOUT_LINES = re.compile(r":(?:minimum|basicwl)$")
_WITHOUT_BREAKDOWN = re.compile(r":minimum$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One block of payment terms: a date, words, whether it is a discount, and the part of the amount it is for."""

    day: date | None = None
    text: str = ""
    instalment: Instalment | None = None


def type_code_of(text: str, *, field: str, allowed: frozenset[str] = CREDIT_NOTE_CODES | INVOICE_CODES) -> str:
    """The kind of document (UNTDID 1001); raises ``type_unknown``.

    UBL has an element for each of the two kinds: a credit note that calls itself an invoice would change its sign.
    """
    if text not in allowed:
        raise FileRefused("type_unknown", field=field, value=show(text, 60), rule="BR-CL-01")
    return text


def due_of(terms: Sequence[Term], issue_date: date) -> tuple[Due, tuple[Instalment, ...]]:
    """The due date and the instalments: stated dates first, then words; terms of a discount are left aside."""
    instalments = tuple(term.instalment for term in terms if term.instalment is not None)
    text = "\n".join(term.text for term in terms if term.text)
    if len(instalments) > 1:
        first = min(instalment.due_date for instalment in instalments)
        return Due(day=first, source=DueSource.INSTALMENTS, text=text), instalments
    days = _stated_days(terms)
    if len(days) == 1:
        return Due(day=days.pop(), source=DueSource.DATE, text=text), instalments
    if days:
        return Due(day=None, source=DueSource.UNCLEAR, text=text), instalments
    return due_from_text(text=text, issue_date=issue_date), instalments


def _stated_days(terms: Sequence[Term]) -> set[date]:
    """The dates that the terms state; where there are several, those of a discount are left aside."""
    dated = [term for term in terms if term.day is not None]
    if len({term.day for term in dated}) > 1:
        dated = [term for term in dated if not is_discount(term.text)]
    return {term.day for term in dated if term.day is not None}


def embedded(text: str, *, name: str, media_type: str) -> Attachment:
    """A file out of its Base64 text, sealed; raises ``attachment_invalid``."""
    try:
        content = base64.b64decode(text.encode("ascii").translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileRefused(
            "attachment_invalid", field="attachment", value=show(name, 60), rule="xsd:base64Binary"
        ) from error
    seal = hashlib.sha256(content).hexdigest()
    return Attachment(name=name, media_type=media_type, sha256=seal, size=len(content), content=content)


def linked(link: str, *, name: str) -> Attachment:
    """A file that lies elsewhere: noted, never fetched."""
    return Attachment(name=name, media_type="", sha256="", size=0, link=link)


def checked(invoice: EInvoice) -> EInvoice:
    """The document, if its lines, taxes and totals agree."""
    has_lines = not _WITHOUT_LINES.search(invoice.profile)
    if has_lines and not invoice.parts.lines:
        raise FileRefused("element_missing", field="invoice line", rule="BR-16")
    has_breakdown = not _WITHOUT_BREAKDOWN.search(invoice.profile)
    check_totals(totals=invoice.totals, parts=invoice.parts, has_lines=has_lines, has_breakdown=has_breakdown)
    currency_of(invoice.currency, field="currency (BT-5)", rule="BR-CL-04")
    return invoice
