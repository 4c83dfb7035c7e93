"""A recommended limit and the facts of a request in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credit.domain.limit_inputs import Assumptions
from credit.domain.pd import DAYS_A_YEAR
from credit.domain.recommend import Recommendation
from dashboard import formats
from dashboard.check_words import PARTS
from dashboard.labels import word_of

METHODS: dict[str, Any] = {
    "need": _("need"),
    "capacity": _("capacity"),
    "appetite": _("insurer and own appetite"),
    "loss_budget": _("budget for expected loss"),
}

METHOD_HELP: dict[str, Any] = {
    "need": _("annual sales / 365 × (days to pay + expected delay) × 1.2"),
    "capacity": _("tangible net worth × 10 % × factor of the grade"),
    "appetite": _("insured limit + what the firm bears itself"),
    "loss_budget": _("the limit whose expected loss stays within the budget"),
}

INPUTS: dict[str, Any] = {
    "annual_sales": _("annual sales"),
    "terms_days": _("days to pay"),
    "expected_delay_days": _("expected delay, days"),
    "need_factor": _("factor"),
    "net_worth": _("tangible net worth"),
    "capacity_share": _("share of net worth"),
    "score_factor": _("factor of the grade"),
    "insured_limit": _("insured limit"),
    "own_appetite": _("own appetite"),
    "loss_budget": _("budget for loss"),
    "pd": _("default in 12 months, PD"),
    "lgd": _("loss given default, LGD"),
    "U": _("may stay uninsured, U"),
    "I": _("insured limit, I"),
    "p": _("insured share, p"),
}

NOTES: dict[str, Any] = {
    "net_worth_unknown": _("net worth unknown: capped at insurer + own appetite"),
    "net_worth_not_positive": _("net worth is not positive"),
    "no_loss_expected": _("no loss expected: sets no bound"),
}

ASSUMPTIONS: dict[str, Any] = {
    "own_appetite": INPUTS["own_appetite"],
    "loss_budget": INPUTS["loss_budget"],
    "lgd": INPUTS["lgd"],
    "annual_sales": INPUTS["annual_sales"],
    "pd_12m": INPUTS["pd"],
}

ON_RECORD: dict[str, Any] = {
    "annual_sales": _("invoiced in the last 12 months"),
    "pd_12m": _("by grade"),
    "lgd": _("by instrument of the sales"),
}

_SHARES = {"capacity_share", "pd", "pd_12m", "lgd", "p"}


@dataclass(frozen=True, slots=True)
class MethodLine:
    """One method: its amount, what went in, and whether it binds."""

    name: Any
    help: Any
    amount: Decimal | None
    inputs: list[tuple[Any, str]]
    note: Any
    is_binding: bool


@dataclass(frozen=True, slots=True)
class RecommendationView:
    """The four methods and the smallest of them."""

    amount: Decimal
    binding: Any
    uninsured: Decimal
    expected_loss: Decimal
    days: int
    methods: list[MethodLine]
    currency: str
    assumptions: list[tuple[Any, str]]


def recommendation_of(found: Mapping[str, Any], assumptions: Mapping[str, Any]) -> RecommendationView:
    """As a request has it frozen, with the assumptions among its facts."""
    return RecommendationView(
        amount=Decimal(found["amount"]),
        binding=word_of(METHODS, found["binding"]),
        uninsured=Decimal(found["uninsured"]),
        expected_loss=Decimal(found["expected_loss"]),
        days=found.get("days", DAYS_A_YEAR),
        methods=[_line(method, found["binding"]) for method in found["methods"]],
        currency=str(found["currency"]),
        assumptions=assumption_lines(assumptions),
    )


def live_recommendation(found: Recommendation, assumptions: Assumptions, currency: str) -> RecommendationView:
    """As it is today, with what the firm assumes."""
    methods = [
        {"method": str(one.method), "amount": one.amount, "inputs": one.inputs, "note": one.note}
        for one in found.methods
    ]
    return RecommendationView(
        amount=found.amount,
        binding=word_of(METHODS, str(found.binding)),
        uninsured=found.uninsured,
        expected_loss=found.expected_loss,
        days=found.days,
        methods=[_line(method, str(found.binding)) for method in methods],
        currency=currency,
        assumptions=assumption_lines(asdict(assumptions)),
    )


def assumption_lines(assumptions: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """What the firm decided, by name; where it decided nothing, what is on record is taken."""
    return [
        (word, str(ON_RECORD[name]) if assumptions[name] is None else _input(name, assumptions[name]))
        for name, word in ASSUMPTIONS.items()
    ]


def _line(method: Mapping[str, Any], binding: str) -> MethodLine:
    code, amount = str(method["method"]), method["amount"]
    return MethodLine(
        name=word_of(METHODS, code),
        help=METHOD_HELP.get(code, ""),
        amount=None if amount is None else Decimal(str(amount)),
        inputs=[
            (word, _input(name, method["inputs"][name])) for name, word in INPUTS.items() if name in method["inputs"]
        ],
        note=NOTES.get(method["note"], "") if method["note"] else "",
        is_binding=code == binding,
    )


def _input(name: str, value: Any) -> str:
    if value is None:
        return formats.NOT_AVAILABLE
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if name in _SHARES:
        return f"{(number * 100).normalize():f} %"
    return formats.whole(number) if abs(number) >= 1000 else f"{number.normalize():f}"


def little_known(facts: Mapping[str, Any]) -> list[str]:
    """The buyers of a request whose scores stand on too little."""
    return [str(buyer["code"]) for buyer in facts["buyers"] if buyer.get("has_low_coverage")]


def fact_lines(facts: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """The frozen facts of a request, by name."""
    exposure, limit, counted = facts["exposure"], facts["limit_in_force"], facts["uninsured"]
    base = str(facts["base_currency"])
    earlier = sum((Decimal(request["uninsured"]) for request in counted["earlier"]), Decimal(0))
    parts = [(word_of(PARTS, code), _whole(amount)) for code, amount in exposure["parts"].items()]
    in_force = _whole(limit["amount_base"]) if limit["state"] == "in_force" else gettext("none in force")
    return [
        (gettext("as of"), str(facts["as_of"])),
        (gettext("grade"), facts["grade"] or gettext("never scored")),
        (gettext("limit in force, %(currency)s") % {"currency": base}, in_force),
        (gettext("limit asked for, %(currency)s") % {"currency": base}, _whole(facts["limit_asked_base"])),
        (gettext("exposure, net"), _whole(exposure["net"])),
        *parts,
        (gettext("uninsured by this request"), _whole(counted["own"])),
        (
            gettext("requests of the last 90 days"),
            _whole(earlier),
        ),
        (gettext("other members of the group"), _whole(counted["group_others"])),
        (gettext("counted for authority"), _whole(counted["counted"])),
    ]


def _whole(value: Any) -> str:
    return formats.whole(Decimal(str(value)))
