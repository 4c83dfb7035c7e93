"""The fields of the ledger that a file's columns can be mapped to, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """How a field's text is read."""

    TEXT = "text"
    CURRENCY = "currency"
    COUNTRY = "country"
    AMOUNT = "amount"
    DATE = "date"
    DAYS = "days"
    TERMS = "terms"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is read, whether every row needs it, how long its text may be, what it means."""

    kind: Kind
    label: Promise
    is_required: bool = False
    max_chars: int = 255


FIELDS: dict[str, Field] = {
    "invoice_id": Field(Kind.TEXT, _("Invoice ID: text, unique in the source"), is_required=True, max_chars=120),
    "invoice_number": Field(Kind.TEXT, _("Invoice number as printed; without it the invoice ID"), max_chars=120),
    "buyer_code": Field(Kind.TEXT, _("Buyer code: text, leading zeros matter"), is_required=True, max_chars=60),
    "buyer_name": Field(Kind.TEXT, _("Buyer name; every spelling is kept")),
    "buyer_name_zh": Field(Kind.TEXT, _("Buyer name in Chinese")),
    "buyer_country": Field(Kind.COUNTRY, _("Buyer country/region, ISO 3166 code of two letters")),
    "currency": Field(Kind.CURRENCY, _("Currency, ISO 4217 code"), is_required=True),
    "amount": Field(Kind.AMOUNT, _("Invoice amount"), is_required=True),
    "invoice_date": Field(Kind.DATE, _("Invoice date"), is_required=True),
    "due_date": Field(Kind.DATE, _("Due date")),
    "due_days": Field(Kind.DAYS, _("Days from invoice date to due date, where there is no due date")),
    "terms": Field(Kind.TERMS, _("Payment terms")),
    "settled_date": Field(Kind.DATE, _("Date on which the invoice was paid; empty = still open")),
    "paid_amount": Field(Kind.AMOUNT, _("Amount paid on the settled date; without it the whole invoice")),
    "disputed": Field(Kind.FLAG, _("Whether the buyer disputes the invoice")),
    "dispute_reason": Field(Kind.TEXT, _("Reason of the dispute"), max_chars=40),
}
# A profile must give one of these.
DUE_FIELDS = ("due_date", "due_days")
