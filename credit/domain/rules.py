"""Rules of the order check: what may be set, the handbook's thresholds, and which version counts for a buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from core.domain.bounds import Bounds
from core.errors import invalid_field
from core.words import Sentence
from core.words import sentence as _
from credit.domain.kinds import Result, RuleLevel
from credit.domain.rule_codes import COVER_RULES, LIMIT_RULES, LOCKED, WAIVED_IF_PREPAID, RuleCode

__all__ = [
    "COVER_RULES",
    "DEFAULTS",
    "LIMIT_RULES",
    "LOCKED",
    "NUMBERS",
    "WAIVED_IF_PREPAID",
    "RuleCode",
    "RuleSetting",
    "RuleVersion",
    "check_rule_setting",
    "resolve",
]

_invalid = partial(invalid_field, "check_rule_invalid")


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
    """The setting with all its numbers, those not given at the handbook's; raises ``check_rule_invalid``.

    Locked rules cannot be excluded or made to warn; a warning must come before its stop. Source: domain.md section 4.
    Example: ``numbers={"warn_days": "10"}`` for ``oldest_overdue`` gives 10 and 30.
    """
    code = _known(rule)
    worst = _known_effect(effect)
    if code in LOCKED and not (is_enabled and worst is Result.STOP):
        raise _invalid("is_enabled" if not is_enabled else "effect", code, _("This rule always runs and always stops."))
    for name, value in numbers.items():
        if name not in NUMBERS[code]:
            raise _invalid(
                name,
                value,
                _(
                    "%(code)s has no such number; it has: %(numbers)s.",
                    code=code,
                    numbers=", ".join(NUMBERS[code]) or _("none"),
                ),
            )
    checked = {name: _checked(name, numbers.get(name, b.default), b) for name, b in NUMBERS[code].items()}
    _check_order(code, checked)
    return RuleSetting(code, is_enabled=is_enabled, effect=worst, numbers=checked)


def resolve(
    *, versions: Iterable[RuleVersion], grade: str | None, group_id: int | None, buyer_id: int
) -> dict[str, RuleSetting]:
    """All rules as they hold for a buyer: the nearest level wins, buyer before group before grade before table.

    Of (rule, level, subject) the latest version counts; one that was removed falls back to the level above; the last
    fallback is the handbook's. Rules and numbers that are not known (any more) are left out.
    Example: table 15 days, grade C 10, this buyer 5: 5 for the buyer, 10 for the others of grade C, 15 for the rest.
    """
    subjects = {
        RuleLevel.BUYER: str(buyer_id),
        RuleLevel.GROUP: None if group_id is None else str(group_id),
        RuleLevel.GRADE: grade,
        RuleLevel.TABLE: "",
    }
    latest = _latest(versions)
    return {rule: _nearest(rule, latest, subjects) for rule in RuleCode}


def _latest(versions: Iterable[RuleVersion]) -> dict[tuple[str, str, str], RuleVersion]:
    latest: dict[tuple[str, str, str], RuleVersion] = {}
    for one in versions:
        place = (one.rule, one.level, one.subject)
        if place not in latest or one.version > latest[place].version:
            latest[place] = one
    return latest


def _nearest(
    rule: RuleCode, latest: Mapping[tuple[str, str, str], RuleVersion], subjects: Mapping[RuleLevel, str | None]
) -> RuleSetting:
    for level, subject in subjects.items():
        found = latest.get((rule, level, subject)) if subject is not None else None
        if found is not None and not found.is_removed:
            return _read(rule, level, found)
    return DEFAULTS[rule]


def _read(rule: RuleCode, level: RuleLevel, version: RuleVersion) -> RuleSetting:
    stored = {name: Decimal(str(value)) for name, value in version.numbers.items() if name in NUMBERS[rule]}
    locked = rule in LOCKED
    return RuleSetting(
        rule,
        is_enabled=version.is_enabled or locked,
        effect=Result.STOP if locked else Result(version.effect),
        numbers={**DEFAULTS[rule].numbers, **stored},
        version=version.version,
        level=level,
        subject=version.subject,
    )


def _known(rule: str) -> RuleCode:
    try:
        return RuleCode(rule)
    except ValueError as error:
        raise _invalid("rule", rule, _("Choose one of: %(known)s.", known=", ".join(RuleCode))) from error


def _known_effect(effect: str) -> Result:
    if effect not in (Result.WARN, Result.STOP):
        raise _invalid("effect", effect, _("Write warn or stop; a rule that should do nothing is excluded."))
    return Result(effect)


def _checked(name: str, value: object, bounds: Bounds) -> Decimal:
    whole = not name.endswith(("_base", "_of_limit"))
    number = bounds.read(value, is_whole=whole)
    if number is None:
        raise _invalid(name, value, _whole_number(bounds) if whole else _number(bounds))
    return number


def _whole_number(bounds: Bounds) -> Sentence:
    return _("Write a whole number from %(low)s to %(high)s.", low=bounds.low, high=bounds.high)


def _number(bounds: Bounds) -> Sentence:
    return _("Write a number from %(low)s to %(high)s.", low=bounds.low, high=bounds.high)


# A warning that comes with or after the stop would never be seen.
_RISING = (("warn_days", "stop_days"), ("warn_working_days", "stop_working_days"))


def _check_order(rule: RuleCode, numbers: Mapping[str, Decimal]) -> None:
    for low, high in _RISING:
        if low in NUMBERS[rule] and high in NUMBERS[rule] and numbers[low] >= numbers[high]:
            raise _invalid(
                low,
                numbers[low],
                _("Write less than %(high)s, which is %(value)s.", high=high, value=numbers[high]),
            )
