"""Why a file or a row was not taken: codes that never change, and the words for them.

A refusal keeps its code and parameters, so that a page can say it again in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from invoices.intake.document_reasons import DOCUMENT_REFUSALS
from invoices.intake.document_waits import DOCUMENT_WAITS
from invoices.intake.record_reasons import BULK_REFUSALS, RECORD_REASONS

FILE_REFUSALS: dict[str, str | Promise] = {
    "file_missing": _("There is no file at %(value)s."),
    "file_not_regular": _("%(value)s is not an ordinary file."),
    "file_unreadable": _("The file %(value)s cannot be read: %(problem)s."),
    "file_empty": _("The file is empty."),
    "file_too_large": _(
        "The file has %(value)s bytes; at most %(limit)s are taken. Split it, or raise UPLOAD_MAX_BYTES."
    ),
    "file_type_unsupported": _("This is %(found)s. Save the table as CSV or as an Excel workbook (.xlsx)."),
    "extension_unsupported": _("A file that ends in %(value)s is not taken; use .csv, .txt, .tsv or .xlsx."),
    "extension_mismatch": _(
        "The name ends in %(value)s, but the content is %(found)s. Give the file its right ending."
    ),
    "binary_content": _("The file holds binary data, not text. Save the table as CSV or as an Excel workbook (.xlsx)."),
    "encoding_unknown": _(
        "The text is neither UTF-8, UTF-16 with a mark, GB18030 nor Windows-1252. Save it as UTF-8, or name "
        "its encoding in the profile."
    ),
    "encoding_broken": _(
        "The text is UTF-8 except for damaged bytes near line %(line)s. Save the file again as UTF-8."
    ),
    "encoding_mismatch": _(
        "The profile says %(encoding)s, but near line %(line)s the bytes are something else. Correct "
        "file.encoding, or leave it out."
    ),
    "line_too_long": _("Line %(line)s is longer than %(limit)s characters."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it."),
    "too_many_empty_rows": _("The file has more than %(limit)s empty rows. Delete the empty rows and save it again."),
    "too_many_buyers": _("The file names more than %(limit)s different buyers and spellings. Split it."),
    "too_many_columns": _("Line %(line)s has %(value)s columns; at most %(limit)s are read."),
    "no_header": _("No line with column names was found."),
    "no_rows": _("The file has column names but no rows."),
    "columns_duplicate": _("The column name %(value)s appears more than once. Give every column a name of its own."),
    "columns_missing": _(
        "The profile %(profile)s needs the column %(value)s; line %(line)s has: %(found)s. "
        "The first line must hold the column names."
    ),
    "workbook_damaged": _("The workbook is damaged or is not an Excel workbook (.xlsx): %(problem)s."),
    "workbook_encrypted": _("The workbook is protected by a password. Save it without one."),
    "workbook_bomb": _("The workbook unpacks to far more data than a table needs (%(value)s). It is not opened."),
    "workbook_entities": _("The workbook defines XML entities, which no spreadsheet needs. It is not opened."),
    "sheet_missing": _("The workbook has no sheet named %(value)s; it has: %(found)s."),
    "sheet_none": _("The workbook has no visible sheet."),
    **BULK_REFUSALS,
}

ROW_REASONS: dict[str, str | Promise] = {
    "value_missing": _("%(field)s is empty; every row needs it."),
    "value_too_long": _("%(field)s has more than %(limit)s characters."),
    "value_unknown": _("%(field)s: the profile does not know the value %(value)s; it knows: %(expected)s."),
    "control_character": _("%(field)s holds a control character that no text contains."),
    "date_invalid": _("%(field)s: %(value)s is not a date written as %(expected)s."),
    "date_out_of_range": _("%(field)s: %(value)s lies outside %(expected)s."),
    "number_invalid": _("%(field)s: %(value)s is not a number written like %(expected)s."),
    "number_too_large": _("%(field)s: %(value)s has more than 16 digits before the decimal point."),
    "amount_zero": _("An invoice of 0 is not a receivable."),
    "amount_negative": _(
        "The amount %(value)s is negative. If negative rows are credit notes, say so in the profile: "
        'amounts.negative = "credit_note".'
    ),
    "amount_precision": _("%(value)s has more decimals than the currency has (%(expected)s)."),
    "currency_unknown": _("%(value)s is not an ISO 4217 currency code such as USD."),
    "country_unknown": _("%(value)s is not an ISO 3166 country code of two letters such as DE."),
    "whole_number_invalid": _("%(field)s: %(value)s is not a whole number."),
    "credit_note_settled": _(
        "A credit note that was set against something does not say against which invoice. Post it by hand."
    ),
    "paid_without_date": _("There is a paid amount but no date on which it was paid."),
    "paid_more_than_amount": _("The paid amount %(value)s is more than the amount of the invoice."),
    "formula_cell": _("%(field)s holds a formula (%(value)s). Paste it as a value."),
    "error_cell": _("%(field)s holds a spreadsheet error (%(value)s)."),
    "too_few_fields": _("The row has %(value)s fields; the header has %(expected)s."),
    "too_many_fields": _("The row has %(value)s fields; the header has %(expected)s."),
    "malformed_quotes": _("A quotation mark is opened and not closed, or text follows a closing one."),
    "field_too_long": _("A field has more than %(limit)s characters."),
    "duplicate_in_file": _(
        "The file has this invoice again, with other content, on line %(other_line)s. None of the rows was taken."
    ),
    "contradicts_ledger": _("The ledger has %(ledger)s for %(field)s of this invoice; the file says %(value)s."),
    "refused_by_ledger": _("The ledger refused the row: %(problem)s."),
    **RECORD_REASONS,
}


_TEMPLATES = {**DOCUMENT_WAITS, **DOCUMENT_REFUSALS, **ROW_REASONS, **FILE_REFUSALS}


def words(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for a refusal's code, in the active language; unknown parameters are left empty."""
    template = _TEMPLATES.get(code)
    if template is None:
        return code
    named = _Lenient(params)
    if code in _NAMED_KINDS:  # what the file is instead: one of our own words (sniff.py)
        named["found"] = gettext(str(named["found"]))
    return str(template) % named


_NAMED_KINDS = frozenset({"file_type_unsupported", "extension_mismatch"})


class _Lenient(dict[str, Any]):
    """A missing parameter must not hide the refusal itself."""

    def __missing__(self, key: str) -> str:
        return "?"


class FileRefused(DomainError):
    """The file as a whole is not taken; nothing of it was applied."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, words(code, params), {"field": "file", **params})
