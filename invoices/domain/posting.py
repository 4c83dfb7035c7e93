"""What a posting must satisfy before it is written: pure checks on amounts and dates (domain.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import DomainError
from core.money import check_currency, minor_digits
from core.words import Sentence
from core.words import sentence as _
from invoices.domain.kinds import EntryKind

# More than any column of money holds.
LARGEST = Decimal("1e16")

# What a person may post by hand besides receipts and credit notes; FX differences go both ways.
ADJUSTMENTS = frozenset(
    {
        EntryKind.WRITE_OFF,
        EntryKind.BANK_CHARGE,
        EntryKind.DISCOUNT,
        EntryKind.WITHHOLDING_TAX,
        EntryKind.FX_DIFFERENCE,
    }
)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """The part of an invoice that a posting is checked against."""

    number: str
    currency: str
    invoice_date: date
    issued_amount: Decimal
    open_amount: Decimal


def refusal(code: str, field: str, value: object, message: Sentence) -> DomainError:
    """An error that names the field, the value, and what would be right."""
    return DomainError(code, message, {"field": field, "value": str(value)})


def check_amount(*, amount: Decimal, currency: str, field: str = "amount") -> None:
    """A positive, finite amount in whole minor units of a known currency.

    Raises ``amount_invalid`` or ``currency_unknown``. Example: 10.005 USD is refused, 10.005 KWD is not.
    """
    check_currency(currency)
    if not amount.is_finite() or amount <= 0:
        raise refusal("amount_invalid", field, amount, _("%(field)s must be greater than 0.", field=field))
    if amount >= LARGEST:
        raise refusal(
            "amount_invalid",
            field,
            amount,
            _("%(field)s has more than 16 digits before the decimal point.", field=field),
        )
    if amount != round(amount, minor_digits(currency)):
        raise refusal(
            "amount_invalid",
            field,
            amount,
            _(
                "%(field)s has more decimals than %(currency)s (%(minor_digits)s).",
                field=field,
                currency=currency,
                minor_digits=minor_digits(currency),
            ),
        )


def check_due_date(*, due_date: date, invoice_date: date) -> None:
    """The due date is not before the invoice date; raises ``due_before_invoice``."""
    if due_date < invoice_date:
        raise refusal(
            "due_before_invoice",
            "due_date",
            due_date,
            _("due_date must not be before the invoice date %(invoice_date)s.", invoice_date=invoice_date),
        )


def check_effective_date(*, effective_date: date, not_before: date, field: str = "effective_date") -> None:
    """Nothing counts before what it stands on exists; raises ``date_too_early``."""
    if effective_date < not_before:
        raise refusal(
            "date_too_early",
            field,
            effective_date,
            _("%(field)s must not be before %(not_before)s.", field=field, not_before=not_before),
        )


def check_reduction(*, invoice: OpenInvoice, change: Decimal) -> None:
    """A posting may bring what is open to zero, never past it; raises ``over_allocation``.

    ``change`` is signed (a receipt is negative). Example: 100 open, change −100.01 is refused; a credit invoice of
    −40 takes at most +40.
    """
    after = invoice.open_amount + change
    if after * (1 if invoice.issued_amount >= 0 else -1) < 0:
        raise refusal(
            "over_allocation",
            "amount",
            abs(change),
            _(
                "Invoice %(number)s has %(open_amount)s %(currency)s open; at most that can be posted.",
                number=invoice.number,
                open_amount=invoice.open_amount,
                currency=invoice.currency,
            ),
        )


def check_unapplied(*, what: str, unapplied: Decimal, wanted: Decimal, currency: str) -> None:
    """A receipt or credit note gives at most what is left of it; raises ``nothing_left``."""
    if wanted > unapplied:
        raise refusal(
            "nothing_left",
            "source_amount",
            wanted,
            _(
                "%(what)s has %(unapplied)s %(currency)s left; at most that can be used.",
                what=what,
                unapplied=unapplied,
                currency=currency,
            ),
        )


def check_source_amount(
    *, amount: Decimal, currency: str, source_amount: Decimal | None, source_currency: str
) -> Decimal:
    """The part in the source's own currency: the same amount where currencies agree, else it must be given.

    Raises ``source_amount_needed`` (currencies differ) or ``source_amount_differs`` (they agree, the amounts do not).
    """
    if currency == source_currency:
        if source_amount is not None and source_amount != amount:
            raise refusal(
                "source_amount_differs",
                "source_amount",
                source_amount,
                _("source_amount must be %(amount)s.", amount=amount),
            )
        return amount
    if source_amount is None:
        raise refusal(
            "source_amount_needed",
            "source_amount",
            "",
            _(
                "The money is in %(source_currency)s, the invoice in %(currency)s: give the part used in "
                "%(source_currency)s.",
                source_currency=source_currency,
                currency=currency,
            ),
        )
    check_amount(amount=source_amount, currency=source_currency, field="source_amount")
    return source_amount
