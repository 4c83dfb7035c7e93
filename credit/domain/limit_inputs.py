"""From what is known of an account's buyers to the inputs of the recommended limit: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from core.errors import invalid_field
from core.words import sentence as _
from credit.domain.authority import WORST
from credit.domain.pd import DAYS_A_YEAR, pd_12m
from credit.domain.recommend import LimitInputs

_invalid = partial(invalid_field, "limit_inputs_invalid")

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """One buyer; amounts in base currency. ``terms_days``, delay and ``lgd`` are means weighted by amount.

    ``has_low_coverage``: too little is known of it for its score; a person decides knowing that.
    """

    buyer_id: int
    code: str
    grade: str | None
    annual_sales: Decimal
    terms_days: Decimal
    expected_delay_days: Decimal
    net_worth: Decimal | None
    insured_limit: Decimal
    insured_share: Decimal
    lgd: Decimal
    has_low_coverage: bool = False


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the firm decides, in base currency; None: what is on record.

    That is: sales of 12 months, PD by grade, LGD by the instruments of those sales.
    """

    own_appetite: Decimal
    loss_budget: Decimal
    lgd: Decimal | None = None
    annual_sales: Decimal | None = None
    pd_12m: Decimal | None = None


def check_assumptions(*, assumptions: Assumptions) -> Assumptions:
    """The assumptions themselves; raises ``limit_inputs_invalid`` naming the field that cannot be."""
    for field in ("own_appetite", "loss_budget", "annual_sales"):
        value = getattr(assumptions, field)
        if value is not None and not (value.is_finite() and 0 <= value < Decimal(10) ** 16):
            raise _invalid(field, value, _("Write an amount of 0 or more."))
    for field in ("lgd", "pd_12m"):
        value = getattr(assumptions, field)
        if value is not None and not (value.is_finite() and 0 <= value <= 1):
            raise _invalid(field, value, _("Write a share from 0 to 1 (2.5 %% is 0.025)."))
    return assumptions


def worst_grade(grades: Iterable[str | None]) -> str | None:
    """The worst of some grades; None (never scored) unless one is the worst grade there is.

    Example: A and C give C; A and None give None; E and None give E.
    """
    known = list(grades)
    if WORST in known:
        return WORST
    return None if not known or None in known else max(grade for grade in known if grade is not None)


def worst_of_two(one: str | None, other: str | None) -> str:
    """The worse of two grades where never scored counts as the worst there is. Example: B and None give E."""
    return max(one or WORST, other or WORST)


def limit_inputs(*, buyers: Sequence[BuyerFacts], assumptions: Assumptions, days: int = DAYS_A_YEAR) -> LimitInputs:
    """One buyer's inputs, or a group's: sums of sales, net worth and cover; days and LGD weighted by sales.

    A group's net worth is unknown unless every member's is known. Example: sales 100 at 30 days and 300 at 60 days:
    400 at 53 days (52.5 rounded half up).
    """
    grade = worst_grade(b.grade for b in buyers)
    sales = sum((b.annual_sales for b in buyers), ZERO)
    insured = sum((b.insured_limit for b in buyers), ZERO)
    worths = [b.net_worth for b in buyers]
    lgd = _weighted([(b.lgd, b.annual_sales) for b in buyers], places=4)
    return LimitInputs(
        annual_sales=sales if assumptions.annual_sales is None else assumptions.annual_sales,
        terms_days=int(_weighted([(b.terms_days, b.annual_sales) for b in buyers], places=0)),
        expected_delay_days=_weighted([(b.expected_delay_days, b.annual_sales) for b in buyers], places=1),
        net_worth=None if None in worths else sum((w for w in worths if w is not None), ZERO),
        grade=grade,
        insured_limit=insured,
        insured_share=_weighted([(b.insured_share, b.insured_limit) for b in buyers], places=4),
        own_appetite=assumptions.own_appetite,
        loss_budget=assumptions.loss_budget,
        pd=pd_12m(grade=grade or WORST, model_pd=assumptions.pd_12m),
        lgd=lgd if assumptions.lgd is None else assumptions.lgd,
        days=days,
    )


def _weighted(pairs: Sequence[tuple[Decimal, Decimal]], *, places: int) -> Decimal:
    """Mean by weight; the largest value where nothing has a weight."""
    weight = sum((max(ZERO, w) for _, w in pairs), ZERO)
    if weight == 0:
        mean = max((value for value, _ in pairs), default=ZERO)
    else:
        mean = sum((value * max(ZERO, w) for value, w in pairs), ZERO) / weight
    return mean.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
