"""Why an e-invoice or a bank statement was not taken: codes that never change, and the words for them.

A refusal names the clause of the standard that the file breaks (``rule``). Without a clause the fault is ours: the
file may be valid, and we do not read it.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DOCUMENT_REFUSALS: dict[str, str | Promise] = {
    "document_unknown": _(
        "This is neither an e-invoice (UBL, CII, PDF with embedded XML) nor a bank statement (camt.052, camt.053, "
        "camt.054, MT940, MT942): %(found)s."
    ),
    "document_format_refused": _(
        "This is %(found)s, which is not read. Ask the sender for UBL 2.1, UN/CEFACT CII or ZUGFeRD 2 / Factur-X."
    ),
    "document_bytes_limit": _("The file has %(value)s bytes; at most %(limit)s are read."),
    "xml_damaged": _("The XML is damaged near line %(line)s: %(problem)s. Ask the sender for the file again."),
    "xml_encoding": _(
        "The text is not in the encoding that the file names (%(encoding)s), or the encoding is not one that is read "
        "(UTF-8, UTF-16, ISO 8859, Windows-1252)."
    ),
    "xml_doctype": _("The XML declares a document type or entities, which no invoice and no statement needs."),
    "xml_bomb": _("The XML holds far more tags than an invoice or a statement needs (%(value)s; at most %(limit)s)."),
    "pdf_damaged": _("The PDF is damaged or protected: %(problem)s. Ask the sender for the file again."),
    "pdf_without_invoice": _("The PDF holds no XML invoice (ZUGFeRD, Factur-X). It is a picture of an invoice."),
    "element_missing": _("%(field)s is missing; the standard requires it (%(rule)s)."),
    "amount_invalid": _("%(field)s: %(value)s is not an amount written as %(expected)s."),
    "amount_too_large": _("%(field)s: %(value)s has more digits than any ledger holds (16 before, 6 after the point)."),
    "sign_invalid": _("%(field)s: %(value)s is neither a credit nor a debit; it must be %(expected)s."),
    "day_invalid": _("%(field)s: %(value)s is not a date written as %(expected)s."),
    "currency_invalid": _("%(field)s: %(value)s is not an ISO 4217 currency code such as EUR."),
    "currencies_differ": _("%(field)s is in %(value)s, the document is in %(expected)s: a sum needs one currency."),
    "type_unknown": _("%(field)s: %(value)s is not a kind of invoice or credit note that the standard knows."),
    "sum_differs": _(
        "%(field)s is %(value)s; %(formula)s gives %(expected)s. The difference is %(difference)s (%(rule)s)."
    ),
    "attachment_invalid": _("The attachment %(value)s is not written as Base64 throughout; it cannot be sealed."),
    "field_missing": _(
        "Field %(field)s (%(meaning)s) is missing: this is a piece of a message, and every statement has the field "
        "(%(rule)s). Ask the bank for the whole file."
    ),
    "statement_empty": _("The file holds no statement: %(expected)s is missing."),
    "field_invalid": _("%(field)s: %(value)s is not written as %(expected)s."),
    "statement_incomplete": _(
        "The pages of statement %(value)s are not complete: %(problem)s. Ask the bank for all pages in one file."
    ),
    "balance_differs": _(
        "The balances do not add up: opening %(opening)s plus entries %(entries)s is %(expected)s, the closing balance "
        "is %(value)s. The difference is %(difference)s: entries are missing or doubled. Ask the bank for the "
        "file again."
    ),
    "fields_limit": _("The file holds far more fields than statements need (%(value)s; at most %(limit)s)."),
    "count_differs": _("%(field)s is %(value)s; the entries listed are %(expected)s. Entries are missing or doubled."),
}
