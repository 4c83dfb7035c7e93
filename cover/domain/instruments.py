"""Securities, accepted bills and sold receivables: what makes one impossible, pure (domain.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import DomainError
from core.money import Money, check_currency, minor_digits
from core.words import Sentence
from core.words import sentence as _
from cover.domain.kinds import SecurityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityRecord:
    """A confirmed letter of credit, standby L/C or cash guarantee; amount 0 takes it away.

    ``order_id`` None secures the whole account; bound to an order it pays for that order alone.
    """

    buyer_id: int
    source: str
    external_id: str
    kind: str
    amount: Money
    valid_from: date
    valid_to: date | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRecord:
    """A bill that the buyer accepted for an invoice; ``ended_on`` when it was paid or dishonoured."""

    buyer_id: int
    source: str
    external_id: str
    invoice_id: int
    amount: Money
    accepted_on: date
    matures_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRecord:
    """A receivable sold to a financier; ``ended_on`` when the buyer paid it or we bought it back."""

    buyer_id: int
    source: str
    external_id: str
    invoice_id: int
    amount: Money
    with_recourse: bool
    sold_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """The part of an invoice that bills and sales are checked against; ``taken`` is in other live ones of its kind."""

    number: str
    currency: str
    amount: Decimal
    invoice_date: date
    taken: Decimal


def check_security(record: SecurityRecord) -> None:
    """Raise ``cover_invalid`` naming field, value and what would be right, or ``currency_unknown``."""
    _check_id(record.external_id)
    _check_amount(record.amount, least=Decimal(0))
    if record.kind not in list(SecurityKind):
        raise refusal("kind", record.kind, _("kind must be one of: %(known)s.", known=", ".join(SecurityKind)))
    _check_order("valid_to", record.valid_to, record.valid_from)


def check_bill(record: BillRecord, invoice: InvoiceFacts) -> None:
    """The bill fits its invoice: its currency, no more than its amount with the other live bills, days in order.

    Example: 60 on an invoice of 100 that has a live bill of 50 is refused.
    """
    _check_id(record.external_id)
    _check_amount(record.amount)
    _check_order("accepted_on", record.accepted_on, invoice.invoice_date)
    _check_order("matures_on", record.matures_on, record.accepted_on)
    _check_order("ended_on", record.ended_on, record.accepted_on)
    _check_fits(record.amount, invoice)


def check_sale(record: SaleRecord, invoice: InvoiceFacts) -> None:
    """The sale fits its invoice; an invoice is financed once, so no other live sale may stand beside it."""
    _check_id(record.external_id)
    _check_amount(record.amount)
    _check_order("sold_on", record.sold_on, invoice.invoice_date)
    _check_order("ended_on", record.ended_on, record.sold_on)
    if invoice.taken and record.ended_on is None:
        raise refusal("invoice", invoice.number, _("Invoice %(number)s is sold already.", number=invoice.number))
    _check_fits(record.amount, invoice)


def _check_id(external_id: str) -> None:
    if not external_id.strip() or len(external_id) > 120:
        raise refusal("external_id", external_id[:120], _("external_id is needed, with at most 120 characters."))


def _check_amount(amount: Money, *, least: Decimal | None = None) -> None:
    check_currency(amount.currency)
    value = amount.amount
    if not value.is_finite() or value < 0 or (least is None and value == 0):
        bound = _("amount must be greater than 0.") if least is None else _("amount must be ≥ 0.")
        raise refusal("amount", value, bound)
    digits = minor_digits(amount.currency)
    if value != round(value, digits) or value.adjusted() >= 16:
        raise refusal(
            "amount",
            value,
            _(
                "amount must have at most 16 digits and %(digits)s decimals (%(currency)s).",
                digits=digits,
                currency=amount.currency,
            ),
        )


def _check_order(field: str, day: date | None, not_before: date) -> None:
    if day is not None and day < not_before:
        raise refusal(field, day, _("%(field)s must not be before %(not_before)s.", field=field, not_before=not_before))


def _check_fits(amount: Money, invoice: InvoiceFacts) -> None:
    if amount.currency != invoice.currency:
        raise refusal(
            "currency",
            amount.currency,
            _("Invoice %(number)s is in %(currency)s.", number=invoice.number, currency=invoice.currency),
        )
    left = invoice.amount - invoice.taken
    if amount.amount > left:
        raise refusal(
            "amount",
            amount.amount,
            _(
                "Only %(left)s %(currency)s of invoice %(number)s are left.",
                left=left,
                currency=invoice.currency,
                number=invoice.number,
            ),
        )


def refusal(field: str, value: object, message: Sentence) -> DomainError:
    """An error that names the field, the value, and what would be right."""
    return DomainError("cover_invalid", message, {"field": field, "value": str(value)})
