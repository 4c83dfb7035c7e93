"""The answer of an order check for readers without ``limits:read`` (sales, an ERP's ``check`` key).

A whitelist over the stored answer: what is not named here is not shown. A rule that stands on limits, cover or the
group's siblings gives its result and a reason in one word; what is offered to release the order is rounded up, so that
no headroom can be read off it. Exposure, facts, data used and over-by are left out by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from credit.domain.check_answers import OptionCode
from credit.domain.rules import COVER_RULES, LIMIT_RULES, RuleCode

# Whose figures are limits, or follow from them.
CONFIDENTIAL = LIMIT_RULES | COVER_RULES | {RuleCode.LIMIT_MISSING, RuleCode.LIMIT_EXPIRED}
_VERDICT = ("rule", "result", "cause", "waived")
_FIGURES = ("measured", "threshold", "unit", "age_days")
# Which parameters of an option are shown, and to what they are rounded up: whole percent, leading digits, not at all.
_PERCENT_STEP = Decimal(5)
_LEADING_DIGITS = 2
_SHOWN: Mapping[str, Mapping[str, str]] = {
    OptionCode.PAY_NOW: {"amount_base": "amount"},
    OptionCode.DEPOSIT: {"percent": "percent"},
    OptionCode.SHIP_LATER: {"from": "plain"},
    OptionCode.TEMPORARY_LIMIT: {"until": "plain"},
    OptionCode.CONFIRMED_LC: {},
}


def coarse_rules(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored rules as they may be shown.

    Example: ``horizon_use`` keeps ``stop`` and ``over_limit``; ``oldest_overdue`` keeps 40 measured against 30 days.
    """
    return [_coarse_rule(rule) for rule in rules]


def coarse_options(options: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored release options with rounded figures; one that is not known here is left out.

    Example: pay 40,321.50 now → 41,000; deposit 51 % → 55 %; a temporary limit is offered without its amount.
    """
    return [
        {"code": option["code"], "params": _coarse_params(option)} for option in options if option["code"] in _SHOWN
    ]


def round_up(amount: Decimal, digits: int = _LEADING_DIGITS) -> Decimal:
    """Up to so many leading digits. Example: ``round_up(Decimal("40321.50")) == 41000``; 16,000 stays 16,000."""
    if amount <= 0:
        return Decimal(0)
    step = Decimal(1).scaleb(amount.adjusted() - digits + 1)
    return (amount / step).to_integral_value(ROUND_CEILING) * step


def _coarse_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    names = _VERDICT if rule["rule"] in CONFIDENTIAL else _VERDICT + _FIGURES
    fix = rule.get("fix")
    return {
        **dict.fromkeys(_FIGURES),
        **{name: rule.get(name) for name in names},
        "fix": {"code": fix["code"], "params": {}} if fix else None,
    }


def _coarse_params(option: Mapping[str, Any]) -> dict[str, Any]:
    given = option.get("params", {})
    return {name: _rounded(given[name], how) for name, how in _SHOWN[option["code"]].items() if name in given}


def _rounded(value: Any, how: str) -> Any:
    if how == "plain":
        return value
    number = Decimal(str(value))
    if how == "percent":
        steps = (number / _PERCENT_STEP).to_integral_value(ROUND_CEILING)
        return f"{min(steps * _PERCENT_STEP, Decimal(100)):f}"
    return f"{round_up(number):f}"
