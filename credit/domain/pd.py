"""Probability of default, loss given default, and the loss they let expect (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from core.errors import invalid_field
from core.words import sentence as _
from credit.domain.terms import GRADES
from invoices.domain.kinds import Terms

_invalid = partial(invalid_field, "share_invalid")

ONE = Decimal(1)
DAYS_A_YEAR = 365

# Probability of default within 12 months, by grade.
PD_BY_GRADE: Mapping[str, Decimal] = {
    "A": Decimal("0.005"),
    "B": Decimal("0.015"),
    "C": Decimal("0.04"),
    "D": Decimal("0.10"),
    "E": Decimal("0.30"),
}

# The handbook gives open account 60 %; the others are general knowledge (†), to be edited, never law.
LGD_BY_TERMS: Mapping[Terms, Decimal] = {
    Terms.CASH_IN_ADVANCE: Decimal(0),
    Terms.ESCROW: Decimal("0.05"),
    Terms.LC_CONFIRMED: Decimal("0.05"),
    Terms.LC_SIGHT: Decimal("0.15"),
    Terms.LC_USANCE: Decimal("0.20"),
    Terms.STANDBY_LC: Decimal("0.20"),
    Terms.DP: Decimal("0.30"),
    Terms.DA: Decimal("0.55"),
    Terms.OPEN_ACCOUNT: Decimal("0.60"),
    Terms.CONSIGNMENT: Decimal("0.70"),
}


def pd_12m(
    *, grade: str | None, model_pd: Decimal | None = None, by_grade: Mapping[str, Decimal] = PD_BY_GRADE
) -> Decimal:
    """12-month probability of default, 0-1: the model's where one is shown, else the grade's; never scored = worst.

    Example: grade C without a model gives 0.04.
    """
    if model_pd is not None:
        return check_share(field="model_pd", value=model_pd)
    return by_grade.get(grade or GRADES[-1], by_grade[GRADES[-1]])


def pd_over(*, pd_12m: Decimal, days: int) -> Decimal:
    """Probability of default within T days = 1 − (1 − PD)^(T/365), 0-1.

    Raises ``share_invalid`` outside 0-1 or for negative days. Example: 12-month 4 % is 4 % over 365 days, 0 over 0.
    """
    check_share(field="pd_12m", value=pd_12m)
    if days < 0:
        raise _invalid("days", days, _("Write 0 or more days."))
    return Decimal(0) if days == 0 else ONE - (ONE - pd_12m) ** (Decimal(days) / DAYS_A_YEAR)


def mean_lgd(*, sales: Mapping[Terms, Decimal], lgds: Mapping[Terms, Decimal] = LGD_BY_TERMS) -> Decimal:
    """Loss given default of a mix of instruments, 0-1: their LGD weighted by what was sold on each; four places.

    What is not above 0 has no weight; without sales the LGD of open account, which is what a limit is for.
    Example: 300 on open account (60 %) and 100 on a confirmed L/C (5 %) lose 46.25 %.
    """
    sold = {terms: amount for terms, amount in sales.items() if amount > 0}
    if not sold:
        return lgds[Terms.OPEN_ACCOUNT]
    mean = sum((amount * lgds[terms] for terms, amount in sold.items()), Decimal(0)) / sum(sold.values())
    return mean.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def expected_loss(*, uninsured_base: Decimal, pd: Decimal, lgd: Decimal) -> Decimal:
    """Uninsured exposure × PD × LGD, in base currency. Example: 80,000 × 2.5 % × 60 % = 1,200."""
    return uninsured_base * check_share(field="pd", value=pd) * check_share(field="lgd", value=lgd)


def check_share(*, field: str, value: Decimal) -> Decimal:
    """The share itself if it is from 0 to 1; raises ``share_invalid`` naming the field."""
    if not (value.is_finite() and 0 <= value <= 1):
        raise _invalid(field, value, _("Write a share from 0 to 1 (2.5 %% is 0.025)."))
    return value
