"""An insurer's decision on a buyer, and what makes one impossible: pure (domain.md section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.errors import DomainError
from core.money import Money, check_currency, minor_digits
from core.words import Sentence
from core.words import sentence as _

LONGEST_INSURER = 60
LONGEST_NUMBER = 120
LONGEST_POLICY = 60
LONGEST_CONDITIONS = 1000
FULL_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredDecision:
    """``percent`` of up to ``amount`` is covered from a day on; amount 0 is a refusal, a cut to nothing or an end.

    ``number`` is the insurer's own number of the limit: text, leading zeros matter.
    """

    buyer_id: int
    insurer: str
    number: str
    amount: Money
    percent: Decimal
    valid_from: date
    valid_to: date | None = None
    policy: str = ""
    conditions: str = ""


def check_decision(decision: InsuredDecision) -> None:
    """Raise ``insured_limit_invalid`` naming field, value and what would be right, or ``currency_unknown``.

    Examples: 101 %, a limit that ends before it begins, 90 % of nothing is fine, 0 % of 50,000 is not.
    """
    _check_text("insurer", decision.insurer, LONGEST_INSURER)
    _check_text("number", decision.number, LONGEST_NUMBER)
    _check_length("policy", decision.policy, LONGEST_POLICY)
    _check_length("conditions", decision.conditions, LONGEST_CONDITIONS)
    _check_amount(decision.amount)
    _check_percent(decision.percent, decision.amount.amount)
    if decision.valid_to is not None and decision.valid_to < decision.valid_from:
        raise refusal(
            "valid_to",
            decision.valid_to,
            _("valid_to must not be before valid_from (%(valid_from)s).", valid_from=decision.valid_from),
        )


def is_cut(*, before: Money | None, after: Money) -> bool:
    """True if an insurer's decision is a cut or a refusal.

    ``before`` is what the insurer gave until then, None if nothing. Two currencies cannot be compared: only 0 is a
    cut then. Example: 200 after 300 is one, 0 after nothing is one (refused), 50 after nothing is none.
    """
    if after.amount == 0:
        return before is None or before.amount > 0
    return before is not None and before.currency == after.currency and after.amount < before.amount


@dataclass(frozen=True, slots=True)
class Given:
    """What one insurer gave a buyer from a day on; ``valid_to`` is the last day, None without end."""

    valid_from: date
    valid_to: date | None
    amount: Money


def cut_periods(decisions: Sequence[Given]) -> list[tuple[date, date | None]]:
    """When one insurer's cut or refusal held: first day, and the day on which cover was given again (None: it lasts).

    ``decisions`` are one insurer's on one buyer in the order of ``valid_from``. A cut is over with the first decision
    that gives as much as before it, in the same currency; a refusal, with the first that gives anything.
    Example: 200 in January, 100 in March, 150 in May, 200 in July gives one period, March to July.
    """
    periods: list[tuple[date, date | None]] = []
    before: Money | None = None
    for index, decision in enumerate(decisions):
        given = _held_until(decisions[index - 1], decision.valid_from) if index else None
        if periods and periods[-1][1] is None:
            if _is_restored(before=before, after=decision.amount):
                periods[-1] = (periods[-1][0], decision.valid_from)
        elif is_cut(before=given, after=decision.amount):
            before = given
            periods.append((decision.valid_from, None))
    return periods


def _held_until(former: Given, day: date) -> Money | None:
    """What the former decision gave on the day before ``day``; None if it had ended or gave nothing."""
    has_ended = former.valid_to is not None and former.valid_to < day - timedelta(days=1)
    return None if has_ended or former.amount.amount == 0 else former.amount


def _is_restored(*, before: Money | None, after: Money) -> bool:
    if after.amount == 0:
        return False
    return before is None or before.currency != after.currency or after.amount >= before.amount


def _check_text(field: str, value: str, longest: int) -> None:
    if not value.strip():
        raise refusal(field, value, _("%(field)s is needed.", field=field))
    _check_length(field, value, longest)


def _check_length(field: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise refusal(
            field, value[:longest], _("%(field)s has more than %(longest)s characters.", field=field, longest=longest)
        )


def _check_amount(amount: Money) -> None:
    check_currency(amount.currency)
    if not amount.amount.is_finite() or amount.amount < 0:
        raise refusal("amount", amount.amount, _("amount must be 0 (refused) or greater."))
    digits = minor_digits(amount.currency)
    if amount.amount != round(amount.amount, digits):
        raise refusal(
            "amount",
            amount.amount,
            _("amount has more decimals than %(currency)s (%(digits)s).", currency=amount.currency, digits=digits),
        )
    if amount.amount.adjusted() >= 16:
        raise refusal("amount", amount.amount, _("amount has more than 16 digits before the decimal point."))


def _check_percent(percent: Decimal, amount: Decimal) -> None:
    if not percent.is_finite() or not 0 <= percent <= FULL_PERCENT:
        raise refusal("percent", percent, _("percent must be between 0 and 100."))
    if percent != round(percent, 2):
        raise refusal("percent", percent, _("percent has at most 2 decimals."))
    if amount > 0 and percent == 0:
        raise refusal("percent", percent, _("percent must be greater than 0 unless the amount is 0."))


def refusal(field: str, value: object, message: Sentence) -> DomainError:
    """An error that names the field, the value, and what would be right."""
    return DomainError("insured_limit_invalid", message, {"field": field, "value": str(value)})
