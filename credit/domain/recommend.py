"""Recommended limit: four methods, each shown, the smallest binds (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from core.errors import DomainError
from core.words import sentence as _
from credit.domain.pd import DAYS_A_YEAR, check_share, expected_loss, pd_over

ZERO = Decimal(0)

SCORE_FACTORS: Mapping[str, Decimal] = {
    "A": Decimal(1),
    "B": Decimal("0.8"),
    "C": Decimal("0.5"),
    "D": Decimal("0.2"),
    "E": Decimal(0),
}


class Method(StrEnum):
    """The four ways to a limit."""

    NEED = "need"
    CAPACITY = "capacity"
    APPETITE = "appetite"
    LOSS_BUDGET = "loss_budget"


# Symbols of the formulas, the same in every language; their meanings are the keys of ``MethodResult.inputs``.
FORMULAS: Mapping[Method, str] = {
    Method.NEED: "annual_sales / 365 × (terms_days + expected_delay_days) × need_factor",
    Method.CAPACITY: "net_worth × capacity_share × score_factor",
    Method.APPETITE: "insured_limit + own_appetite",
    Method.LOSS_BUDGET: "U = loss_budget / (pd × lgd); U ≥ (1 − p)·I: U + p·I, else U / (1 − p)",
}


@dataclass(frozen=True, slots=True)
class LimitInputs:
    """What the methods stand on, in base currency; shares are 0-1.

    ``net_worth`` None = unknown; ``grade`` None = never scored; ``pd`` is for 12 months; ``insured_share`` is the
    insured part of the insured limit; ``days`` is how long the limit holds (a year without an end).
    """

    annual_sales: Decimal
    terms_days: int
    expected_delay_days: Decimal
    net_worth: Decimal | None
    grade: str | None
    insured_limit: Decimal
    insured_share: Decimal
    own_appetite: Decimal
    loss_budget: Decimal
    pd: Decimal
    lgd: Decimal
    need_factor: Decimal = Decimal("1.2")
    capacity_share: Decimal = Decimal("0.10")
    score_factor: Decimal | None = None
    days: int = DAYS_A_YEAR

    def __post_init__(self) -> None:
        for field in ("insured_share", "pd", "lgd", "capacity_share"):
            check_share(field=field, value=getattr(self, field))
        for field in ("annual_sales", "insured_limit", "own_appetite", "loss_budget", "need_factor"):
            _check_not_negative(field, getattr(self, field))
        _check_not_negative("terms_days", Decimal(self.terms_days))

    @property
    def factor(self) -> Decimal:
        """The share of capacity that the grade may use: A 1, B 0.8, C 0.5, D 0.2, E and not scored 0."""
        return SCORE_FACTORS.get(self.grade or "", ZERO) if self.score_factor is None else self.score_factor


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One method: its amount (None = sets no bound), its formula and what went in; ``note`` names a special case."""

    method: Method
    amount: Decimal | None
    inputs: Mapping[str, Decimal | int | None]
    note: str = ""

    @property
    def formula(self) -> str:
        """The formula in symbols."""
        return FORMULAS[self.method]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The smallest of the methods, which one binds, what of it is uninsured and the loss to expect in its days."""

    amount: Decimal
    binding: Method
    methods: tuple[MethodResult, ...]
    uninsured: Decimal
    expected_loss: Decimal
    days: int


def recommend_limit(*, inputs: LimitInputs) -> Recommendation:
    """The smallest of need, capacity, insurer + own appetite, and expected-loss budget; whole units of base currency.

    Raises ``limit_inputs_invalid`` or ``share_invalid`` naming the field. Source: domain.md section 4.
    Example: 284,055 / 320,000 / 260,000 / 380,000 gives 260,000, bound by ``appetite``; 80,000 of it uninsured,
    expected loss 1,200.
    """
    methods = (_need(inputs), _capacity(inputs), _appetite(inputs), _loss_budget(inputs))
    bounds = [(m.amount, m.method) for m in methods if m.amount is not None]
    amount, binding = min(bounds, key=lambda bound: bound[0])
    uninsured = uninsured_part(limit=amount, insured_limit=inputs.insured_limit, insured_share=inputs.insured_share)
    pd = pd_over(pd_12m=inputs.pd, days=inputs.days)
    loss = round(expected_loss(uninsured_base=uninsured, pd=pd, lgd=inputs.lgd), 2)
    return Recommendation(amount, binding, methods, uninsured, loss, inputs.days)


def uninsured_part(*, limit: Decimal, insured_limit: Decimal, insured_share: Decimal) -> Decimal:
    """What of a limit nobody insures: limit − share × min(insured limit, limit).

    Example: 260,000 with 200,000 insured at 90 % leaves 80,000.
    """
    return limit - insured_share * min(insured_limit, limit)


def _need(inputs: LimitInputs) -> MethodResult:
    days = max(ZERO, inputs.terms_days + inputs.expected_delay_days)
    amount = inputs.annual_sales * days * inputs.need_factor / DAYS_A_YEAR
    names: dict[str, Decimal | int | None] = {
        "annual_sales": inputs.annual_sales,
        "terms_days": inputs.terms_days,
        "expected_delay_days": inputs.expected_delay_days,
        "need_factor": inputs.need_factor,
    }
    return MethodResult(Method.NEED, _whole(amount), names)


def _capacity(inputs: LimitInputs) -> MethodResult:
    names = {
        "net_worth": inputs.net_worth,
        "capacity_share": inputs.capacity_share,
        "score_factor": inputs.factor,
    }
    if inputs.net_worth is None:
        capped = inputs.insured_limit + inputs.own_appetite
        return MethodResult(Method.CAPACITY, _whole(capped), names, note="net_worth_unknown")
    if inputs.net_worth <= 0:
        return MethodResult(Method.CAPACITY, ZERO, names, note="net_worth_not_positive")
    return MethodResult(Method.CAPACITY, _whole(inputs.net_worth * inputs.capacity_share * inputs.factor), names)


def _appetite(inputs: LimitInputs) -> MethodResult:
    names = {"insured_limit": inputs.insured_limit, "own_appetite": inputs.own_appetite}
    return MethodResult(Method.APPETITE, _whole(inputs.insured_limit + inputs.own_appetite), names)


def _loss_budget(inputs: LimitInputs) -> MethodResult:
    loss_rate = inputs.pd * inputs.lgd
    may_stay = None if loss_rate == 0 else inputs.loss_budget / loss_rate
    names: dict[str, Decimal | int | None] = {
        "loss_budget": inputs.loss_budget,
        "pd": inputs.pd,
        "lgd": inputs.lgd,
        "U": None if may_stay is None else _whole(may_stay),
        "I": inputs.insured_limit,
        "p": inputs.insured_share,
    }
    if may_stay is None:
        return MethodResult(Method.LOSS_BUDGET, None, names, note="no_loss_expected")
    return MethodResult(Method.LOSS_BUDGET, _whole(_as_limit(may_stay, inputs)), names)


def _as_limit(may_stay: Decimal, inputs: LimitInputs) -> Decimal:
    """The limit whose uninsured part is U: beyond the insured limit every unit is uninsured, below it a share 1 − p."""
    insured, open_share = inputs.insured_limit, 1 - inputs.insured_share
    if may_stay >= open_share * insured:
        return may_stay + inputs.insured_share * insured
    return may_stay / open_share


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _check_not_negative(field: str, value: Decimal) -> None:
    if not (value.is_finite() and value >= 0):
        raise DomainError(
            "limit_inputs_invalid",
            _("%(field)s: %(value)s. Write 0 or more.", field=field, value=value),
            {"field": field, "value": str(value)},
        )
