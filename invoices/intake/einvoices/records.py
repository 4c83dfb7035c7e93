"""What an e-invoice says, as typed rows: the same for every syntax."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

# UNTDID 1001 as EN 16931 allows it: documents that take money back.
CREDIT_NOTE_CODES = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
)  # fmt: skip
INVOICE_CODES = frozenset(
    {
        *("71", "80", "82", "84", "102", "130", "202", "203", "204", "211", "218", "219", "295", "325", "326", "331"),
        *("380", "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456", "457"),
        *("471", "472", "473", "500", "501", "527", "553", "575", "623", "633", "751", "780", "817", "870", "875"),
        *("876", "877", "935"),
    }
)


class Syntax(StrEnum):
    """How the document is written."""

    UBL = "UBL 2.1"
    CII = "UN/CEFACT CII"


class DueSource(StrEnum):
    """Where a due date comes from."""

    DATE = "date"  # the document states the date
    TEXT_DATE = "date in text"  # "netto bis 04.07.2018"
    TEXT_DAYS = "days in text"  # "14 Tage", counted from the issue date
    ON_RECEIPT = "on receipt"  # "sofort": the issue date
    INSTALMENTS = "instalments"  # the first of several dates
    UNCLEAR = "unclear"  # there are words, and a person must read them
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier with its scheme (ISO 6523 code such as 0088, or the syntax's own word); empty if none is named."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller, buyer or payee."""

    name: str
    trading_name: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration: str = ""
    endpoint: str = ""
    country: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When the amount is due, where that was found, and the words of the terms."""

    day: date | None
    source: DueSource
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of the amount with a date of its own."""

    amount: Decimal
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the document, sealed by its hash; or only a link to one, which is never followed."""

    name: str
    media_type: str
    sha256: str
    size: int
    link: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preceding:
    """The invoice that this document corrects or follows (BG-3)."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """One line of the VAT breakdown (BG-23)."""

    category: str
    rate: Decimal | None
    basis: Decimal | None
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the totals must agree with: amounts of lines, allowances, charges and the VAT breakdown."""

    lines: tuple[Decimal, ...]
    allowances: tuple[Decimal, ...]
    charges: tuple[Decimal, ...]
    taxes: tuple[TaxLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Document totals (BG-22) in the invoice currency, with the document's own signs; None = not stated."""

    lines: Decimal | None
    allowances: Decimal | None
    charges: Decimal | None
    net: Decimal
    tax: Decimal | None
    gross: Decimal
    prepaid: Decimal | None
    rounding: Decimal | None
    payable: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """An invoice or credit note of EN 16931."""

    syntax: Syntax
    profile: str
    number: str
    type_code: str
    issue_date: date
    currency: str
    seller: Party
    buyer: Party
    payee: Party | None
    totals: Totals
    parts: Parts
    due: Due
    instalments: tuple[Instalment, ...] = ()
    order_reference: str = ""
    buyer_reference: str = ""
    payment_references: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def sign(self) -> int:
        """1, or -1 for a credit note: its amounts are positive and take money back.

        A negative invoice (380, 384) keeps its own minus, so ``sign x gross`` is below 0 for both ways of crediting.
        """
        return -1 if self.type_code in CREDIT_NOTE_CODES else 1

    @property
    def receivable(self) -> Decimal:
        """What the document adds to the receivable: gross amount, negative where it credits."""
        return self.sign * self.totals.gross

    @property
    def prepaid(self) -> Decimal:
        """Paid already: as stated, or the difference where a short profile (MINIMUM) does not state it."""
        if self.totals.prepaid is not None:
            return self.totals.prepaid
        return self.totals.gross + (self.totals.rounding or Decimal(0)) - self.totals.payable

    @property
    def is_credit(self) -> bool:
        """True for a credit note (381 and the like) and for a negative invoice."""
        return self.receivable < 0
