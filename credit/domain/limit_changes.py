"""What a limit is to be, what makes it impossible, and whether it gives less than the one before: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import DomainError
from core.money import Money, check_currency, minor_digits
from core.words import Sentence
from core.words import sentence as _
from credit.domain.kinds import LimitKind
from credit.domain.pd import DAYS_A_YEAR

LONGEST_DIGITS = 16
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class NewLimit:
    """What a limit is to be: kind, amount in any currency, first and last day (None: without end)."""

    kind: LimitKind
    amount: Money
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class FormerLimit:
    """The version that would count without the new one; ``amount_base`` None where it cannot be converted."""

    amount: Money
    amount_base: Decimal | None
    valid_to: date | None


def days_of(new: NewLimit) -> int:
    """How many days the limit holds, both ends included; a year where it has no end: it is reviewed by then.

    Example: 1 to 30 April holds 30 days.
    """
    return DAYS_A_YEAR if new.valid_to is None else (new.valid_to - new.valid_from).days + 1


def check_new_limit(*, new: NewLimit, as_of: date) -> None:
    """Raise ``limit_invalid`` naming field, value and what would be right, or ``currency_unknown``.

    Examples: a negative amount, 0.001 USD, a first day before today, a temporary limit without an end.
    """
    check_currency(new.amount.currency)
    _check_amount(new.amount)
    if new.valid_from < as_of:
        raise invalid(
            "valid_from",
            new.valid_from,
            _("A limit begins today (%(as_of)s) or later; the past is on record.", as_of=as_of),
        )
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise invalid(
            "valid_to",
            new.valid_to,
            _("The last day must not be before the first (%(valid_from)s).", valid_from=new.valid_from),
        )
    if new.kind is LimitKind.TEMPORARY and new.valid_to is None:
        raise invalid("valid_to", "", _("A temporary limit needs a last day."))


def check_limit_reason(reason: str, *, longest: int = LONGEST_REASON) -> str:
    """The reason without surrounding spaces; raises ``limit_invalid`` if it is missing or too long."""
    text = reason.strip()
    if not text:
        raise invalid("reason", "", _("Give the reason."))
    if len(text) > longest:
        raise invalid("reason", text[:longest], _("The reason has more than %(longest)s characters.", longest=longest))
    return text


def is_cut(*, new: NewLimit, new_base: Decimal | None, former: FormerLimit | None) -> bool:
    """True if the new version never gives more than the one it replaces: no higher amount, no later end.

    Two currencies are compared in base currency; without a rate nothing but 0 is known to be a cut. Example: 400 until
    June in place of 500 without end is one; 500 until August in place of 500 until June is not.
    """
    if new.amount.amount == 0:
        return True
    if former is None or _ends_later(new.valid_to, former.valid_to):
        return False
    if former.valid_to is not None and former.valid_to < new.valid_from:
        return False
    if new.amount.currency == former.amount.currency:
        return new.amount.amount <= former.amount.amount
    return new_base is not None and former.amount_base is not None and new_base <= former.amount_base


def _ends_later(new: date | None, former: date | None) -> bool:
    return former is not None and (new is None or new > former)


def _check_amount(amount: Money) -> None:
    value, digits = amount.amount, minor_digits(amount.currency)
    if not value.is_finite() or value < 0:
        raise invalid("amount", value, _("Write an amount of 0 (no limit) or more."))
    if value.adjusted() >= LONGEST_DIGITS:
        raise invalid(
            "amount",
            value,
            _("Write at most %(longest_digits)s digits before the decimal point.", longest_digits=LONGEST_DIGITS),
        )
    if value != round(value, digits):
        raise invalid(
            "amount", value, _("%(currency)s has %(digits)s decimals.", currency=amount.currency, digits=digits)
        )


def invalid(field: str, value: object, message: Sentence) -> DomainError:
    """An error that names the field, the value, and what would be right."""
    return DomainError("limit_invalid", message, {"field": field, "value": str(value)})
