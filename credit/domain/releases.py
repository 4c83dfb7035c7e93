"""Releases: a person lets an order go although a rule stops it, within bounds (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from core.errors import DomainError, invalid_field
from core.money import check_currency
from core.words import sentence as _
from credit.domain.rules import RuleCode
from invoices.domain.kinds import Terms

_invalid = partial(invalid_field, "release_invalid")

MOST_TOLERANCE = Decimal(20)
LONGEST_REASON = 300

# Nobody releases these: a hit is cleared by screening again, a forced hold is lifted by a person first.
NEVER_RELEASED = frozenset({RuleCode.SANCTIONS, RuleCode.SCREENING_AGE, RuleCode.FORCED_HOLD})

_BY_RISK = list(Terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTerms:
    """How far a person lets an order go: its whole amount up to ``amount`` plus tolerance, until a date."""

    amount: Decimal
    valid_until: date
    review_on: date
    reason: str
    tolerance_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderContent:
    """What of an order a release speaks of."""

    amount: Decimal
    currency: str
    terms: str
    terms_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A release as it was given: for which content, and against which rules."""

    order: OrderContent
    amount: Decimal
    tolerance_percent: Decimal
    valid_until: date
    rules: frozenset[str]


def most_amount(*, amount: Decimal, tolerance_percent: Decimal) -> Decimal:
    """The greatest order amount that is inside: amount × (1 + tolerance). Example: 80 and 10 % give 88."""
    return amount * (100 + tolerance_percent) / 100


def check_release(*, terms: ReleaseTerms, order: OrderContent, stops: Collection[str], as_of: date) -> ReleaseTerms:
    """The terms themselves; raises ``release_invalid`` naming the field, ``release_too_small``, ``not_releasable``."""
    check_currency(order.currency)
    if not (terms.amount.is_finite() and terms.amount > 0):
        raise _invalid("amount", terms.amount, _("Write an amount greater than 0."))
    if not (terms.tolerance_percent.is_finite() and 0 <= terms.tolerance_percent <= MOST_TOLERANCE):
        raise _invalid(
            "tolerance_percent",
            terms.tolerance_percent,
            _("Write 0 to %(most_tolerance)s percent.", most_tolerance=MOST_TOLERANCE),
        )
    for name, day in (("valid_until", terms.valid_until), ("review_on", terms.review_on)):
        if day < as_of:
            raise _invalid(name, day, _("Choose %(as_of)s or later.", as_of=as_of))
    if not terms.reason.strip() or len(terms.reason) > LONGEST_REASON:
        raise _invalid(
            "reason",
            terms.reason[:40],
            _("Say why, in at most %(longest_reason)s characters.", longest_reason=LONGEST_REASON),
        )
    most = most_amount(amount=terms.amount, tolerance_percent=terms.tolerance_percent)
    if order.amount > most:
        message = _(
            "The order is %(amount)s %(currency)s; the release covers at most %(most)s.",
            amount=order.amount,
            currency=order.currency,
            most=most,
        )
        raise DomainError("release_too_small", message, {"field": "amount", "value": str(terms.amount)})
    if blocked := sorted(NEVER_RELEASED & set(stops)):
        message = _("No release helps against: %(blocked)s.", blocked=", ".join(blocked))
        raise DomainError("not_releasable", message, {"field": "order", "rules": blocked})
    return terms


def why_not_covered(*, given: Given, order: OrderContent, stops: Sequence[str], as_of: date) -> str:
    """Empty if the release lets the order go as it is now; else ``expired``, ``outside`` or ``other_rule``.

    Inside: same currency, amount within the tolerance, terms not worse than those released, until the last day
    (included); and only against the rules that it was given for: a new reason stops the order again.
    Example: released at 80 with 10 %: an edit to 88.00 is inside, to 88.01 outside.
    """
    if as_of > given.valid_until:
        return "expired"
    most = most_amount(amount=given.amount, tolerance_percent=given.tolerance_percent)
    if order.currency != given.order.currency or order.amount > most or _is_worse(order, given.order):
        return "outside"
    return "other_rule" if set(stops) - given.rules else ""


def _is_worse(order: OrderContent, released: OrderContent) -> bool:
    riskier = _BY_RISK.index(Terms(order.terms)) > _BY_RISK.index(Terms(released.terms))
    return riskier or order.terms_days > released.terms_days
