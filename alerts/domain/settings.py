"""Thresholds of the rules: defaults of domain.md section 9, what may be changed, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from alerts.domain.states import Rule
from core.domain.bounds import Bounds
from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _

# "step": an alert that is known repeats when its level has risen by this much, in the rule's own unit.
# "growth_percent": it also repeats when the amount at stake has grown by this share since it was last announced.
_DAYS_STEP = Bounds("30", "1", "365")
_GROWTH = Bounds("50", "5", "1000")
_PAYMENTS_WINDOW = Bounds("30", "1", "365")
_CONCENTRATION = {"margin": Bounds("1", "0", "20"), "step": Bounds("5", "0.5", "50")}

NUMBERS: Mapping[Rule, Mapping[str, Bounds]] = {
    Rule.OVERDUE_15: {"days": Bounds("15", "0", "365"), "step": _DAYS_STEP, "growth_percent": _GROWTH},
    Rule.OVERDUE_30: {"days": Bounds("30", "0", "365"), "step": _DAYS_STEP, "growth_percent": _GROWTH},
    Rule.SCORE_FELL: {
        "points": Bounds("15", "1", "100"),
        "grades": Bounds("2", "1", "4"),
        "window_days": Bounds("90", "1", "730"),
        "step": Bounds("5", "0.5", "50"),
    },
    Rule.PAYMENT_PERIOD: {
        "days": Bounds("10", "1", "365"),
        "invoices": Bounds("2", "1", "10"),
        "before": Bounds("5", "1", "100"),
        "window_days": Bounds("365", "30", "1095"),
        "step": Bounds("10", "1", "365"),
    },
    Rule.SUDDEN_TURN: {
        "on_time": Bounds("5", "1", "100"),
        "days": Bounds("15", "1", "365"),
        "grace_days": Bounds("0", "0", "15"),
        "window_days": Bounds("730", "90", "1095"),
        "step": _DAYS_STEP,
    },
    Rule.CONCENTRATION_BUYER: {"percent": Bounds("20", "1", "100"), **_CONCENTRATION},
    Rule.CONCENTRATION_GROUP: {"percent": Bounds("25", "1", "100"), **_CONCENTRATION},
    Rule.CONCENTRATION_COUNTRY: {"percent": Bounds("40", "1", "100"), **_CONCENTRATION},
    Rule.RELATED_PARTY_LATE: {
        "days": Bounds("15", "0", "365"),
        "default_days": Bounds("90", "1", "365"),
        "step": _DAYS_STEP,
    },
    Rule.LEDGER_MISMATCH: {},
    Rule.SHIPPED_UNAPPROVED: {},
    Rule.PAYER_ACCOUNT_CHANGED: {"window_days": _PAYMENTS_WINDOW},
    Rule.PAYER_NOT_BUYER: {"window_days": _PAYMENTS_WINDOW},
    Rule.RECEIPT_TWICE: {"days": Bounds("3", "0", "30"), "window_days": _PAYMENTS_WINDOW},
}

LOOK, ACT, ACT_TODAY = 1, 2, 3
SEVERITIES: Mapping[Rule, int] = {
    Rule.OVERDUE_15: LOOK,
    Rule.OVERDUE_30: ACT,
    Rule.SCORE_FELL: ACT,
    Rule.PAYMENT_PERIOD: ACT,
    Rule.SUDDEN_TURN: ACT_TODAY,
    Rule.CONCENTRATION_BUYER: LOOK,
    Rule.CONCENTRATION_GROUP: LOOK,
    Rule.CONCENTRATION_COUNTRY: LOOK,
    Rule.RELATED_PARTY_LATE: ACT,
    Rule.LEDGER_MISMATCH: ACT_TODAY,
    Rule.SHIPPED_UNAPPROVED: ACT_TODAY,  # on the way they can still be stopped
    Rule.PAYER_ACCOUNT_CHANGED: LOOK,
    Rule.PAYER_NOT_BUYER: ACT,
    Rule.RECEIPT_TWICE: ACT,
}


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """The numbers in force for one rule; ``version`` 0 means the defaults."""

    rule: Rule
    is_enabled: bool = True
    severity: int = ACT
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    version: int = 0

    def number(self, name: str) -> Decimal:
        """A number of the rule by name."""
        return self.numbers[name]

    def whole(self, name: str) -> int:
        """The same, where only whole units make sense (days, counts)."""
        return int(self.numbers[name])


def default_setting(rule: Rule) -> RuleSetting:
    """The handbook's setting of a rule."""
    numbers = {name: Decimal(bounds.default) for name, bounds in NUMBERS[rule].items()}
    return RuleSetting(rule=rule, severity=SEVERITIES[rule], numbers=numbers)


def check_setting(*, rule: Rule, severity: int, numbers: Mapping[str, object]) -> dict[str, Decimal]:
    """All numbers of a rule, those not given at their defaults; raises ``rule_setting_invalid``.

    Example: ``check_setting(rule=Rule.OVERDUE_15, severity=1, numbers={"days": "20"})["days"] == Decimal(20)``.
    """
    bounds = NUMBERS[rule]
    for name in numbers:
        if name not in bounds:
            raise _invalid(
                name,
                numbers[name],
                _("%(rule)s has no such number; it has: %(bounds)s.", rule=rule, bounds=", ".join(bounds) or _("none")),
            )
    if severity not in (LOOK, ACT, ACT_TODAY):
        raise _invalid("severity", severity, _("Write 1 (look), 2 (act) or 3 (act today)."))
    return {name: _checked(name, numbers.get(name, limit.default), limit) for name, limit in bounds.items()}


def _checked(name: str, value: object, bounds: Bounds) -> Decimal:
    number = bounds.read(value)
    if number is None:
        raise _invalid(name, value, _("Write a number from %(low)s to %(high)s.", low=bounds.low, high=bounds.high))
    return number


def _invalid(name: str, value: object, hint: Sentence) -> DomainError:
    return DomainError(
        "rule_setting_invalid",
        _("%(name)s: %(value)r. %(hint)s", name=name, value=value, hint=hint),
        {"field": name, "value": str(value)},
    )
