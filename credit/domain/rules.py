"""Rules of the order check: what may be set, the handbook's thresholds, and which version counts for a buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from credit.domain.kinds import Result, RuleLevel


class RuleCode(StrEnum):
    """Every rule of the check engine, in the order of precedence (domain.md section 4)."""

    SANCTIONS = "sanctions"
    SCREENING_AGE = "screening_age"
    FORCED_HOLD = "forced_hold"
    INSURANCE_STOP = "insurance_stop"
    STALE_DATA = "stale_data"
    KYC = "kyc"
    LIMIT_MISSING = "limit_missing"
    LIMIT_EXPIRED = "limit_expired"
    HORIZON_USE = "horizon_use"
    STATIC_USE = "static_use"
    GROUP_LIMIT = "group_limit"
    ORDER_VALUE = "order_value"
    OLDEST_OVERDUE = "oldest_overdue"
    OVERDUE_AMOUNT_AGE = "overdue_amount_age"
    DUNNING_LEVEL = "dunning_level"
    BROKEN_PROMISES = "broken_promises"
    SCORE_GRADE = "score_grade"
    TERMS = "terms"
    SCORE_AGE = "score_age"


# Nobody may exclude or weaken these: law, a person's word, the policy, and "no approval above the limit in force".
LOCKED = frozenset(
    {
        RuleCode.SANCTIONS,
        RuleCode.SCREENING_AGE,
        RuleCode.FORCED_HOLD,
        RuleCode.INSURANCE_STOP,
        RuleCode.GROUP_LIMIT,
    }
)
# Rules that money paid in full answers; all others ask about something else than credit.
WAIVED_IF_PREPAID = frozenset(
    {
        RuleCode.LIMIT_MISSING,
        RuleCode.LIMIT_EXPIRED,
        RuleCode.HORIZON_USE,
        RuleCode.STATIC_USE,
        RuleCode.GROUP_LIMIT,
        RuleCode.ORDER_VALUE,
        RuleCode.OLDEST_OVERDUE,
        RuleCode.OVERDUE_AMOUNT_AGE,
        RuleCode.DUNNING_LEVEL,
        RuleCode.BROKEN_PROMISES,
        RuleCode.TERMS,
        RuleCode.SCORE_AGE,
        RuleCode.STALE_DATA,
    }
)
# Whose figures say something about limits: shown only with limits:read.
LIMIT_RULES = frozenset({RuleCode.STATIC_USE, RuleCode.HORIZON_USE, RuleCode.GROUP_LIMIT, RuleCode.OVERDUE_AMOUNT_AGE})
# Whose answer stands on the credit insurance.
COVER_RULES = frozenset({RuleCode.INSURANCE_STOP})


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number of a rule: its default, and the smallest and largest value that makes sense."""

    default: str
    low: str
    high: str


_DAYS = ("0", "365")
NUMBERS: Mapping[RuleCode, Mapping[str, Bounds]] = {
    RuleCode.SANCTIONS: {},
    RuleCode.SCREENING_AGE: {"stop_days": Bounds("30", "1", "365")},
    RuleCode.FORCED_HOLD: {},
    RuleCode.INSURANCE_STOP: {},
    RuleCode.STALE_DATA: {"warn_working_days": Bounds("3", "1", "60"), "stop_working_days": Bounds("7", "1", "60")},
    RuleCode.KYC: {},
    RuleCode.LIMIT_MISSING: {},
    RuleCode.LIMIT_EXPIRED: {},
    RuleCode.HORIZON_USE: {"horizon_days": Bounds("60", "0", "365")},
    RuleCode.STATIC_USE: {},
    RuleCode.GROUP_LIMIT: {},
    RuleCode.ORDER_VALUE: {"max_base": Bounds("1000000", "1", "1000000000000")},
    RuleCode.OLDEST_OVERDUE: {"warn_days": Bounds("15", *_DAYS), "stop_days": Bounds("30", *_DAYS)},
    RuleCode.OVERDUE_AMOUNT_AGE: {"days": Bounds("10", *_DAYS), "percent_of_limit": Bounds("10", "0", "100")},
    RuleCode.DUNNING_LEVEL: {"stop_level": Bounds("20", "1", "365")},
    RuleCode.BROKEN_PROMISES: {"warn_open": Bounds("1", "1", "20"), "stop_in_12_months": Bounds("2", "1", "20")},
    # grades as places: A = 1 ... E = 5; 6 never stops
    RuleCode.SCORE_GRADE: {"stop_from_grade": Bounds("5", "2", "6")},
    RuleCode.TERMS: {},
    RuleCode.SCORE_AGE: {"warn_days": Bounds("100", "1", "730")},
}


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One rule as it holds for a buyer: ``effect`` is the worst that it may answer; ``version`` 0 is the handbook's."""

    rule: RuleCode
    is_enabled: bool = True
    effect: Result = Result.STOP
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    version: int = 0
    level: RuleLevel = RuleLevel.TABLE
    subject: str = ""

    def number(self, name: str) -> Decimal:
        """A number of the rule by name."""
        return self.numbers[name]

    def whole(self, name: str) -> int:
        """The same where only whole units make sense (days, counts, levels)."""
        return int(self.numbers[name])


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A stored version of one rule on one level; ``is_removed`` falls back to the level above."""

    rule: str
    level: str
    subject: str
    version: int
    is_removed: bool
    is_enabled: bool
    effect: str
    numbers: Mapping[str, object]


_WARN_ONLY = frozenset({RuleCode.STATIC_USE, RuleCode.OVERDUE_AMOUNT_AGE, RuleCode.SCORE_AGE})
# No cap on an order's value is right for every firm: switched on with the firm's own number.
_OFF = frozenset({RuleCode.ORDER_VALUE})


def _default(rule: RuleCode) -> RuleSetting:
    return RuleSetting(
        rule,
        is_enabled=rule not in _OFF,
        effect=Result.WARN if rule in _WARN_ONLY else Result.STOP,
        numbers={name: Decimal(bounds.default) for name, bounds in NUMBERS[rule].items()},
    )


DEFAULTS: Mapping[RuleCode, RuleSetting] = {rule: _default(rule) for rule in RuleCode}


def check_rule_setting(*, rule: str, is_enabled: bool, effect: str, numbers: Mapping[str, object]) -> RuleSetting:
    """The setting with all its numbers (those not given at the handbook's); raises ``check_rule_invalid``."""
    raise NotImplementedError


def resolve(
    *, versions: Iterable[RuleVersion], grade: str | None, group_id: int | None, buyer_id: int
) -> dict[str, RuleSetting]:
    """All rules as they hold for a buyer: the nearest level wins, buyer before group before grade before table."""
    raise NotImplementedError
