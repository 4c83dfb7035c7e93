"""Which rule of the order check applies to whom, as a drawing: a row for each rule, a column for each level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credit.domain.kinds import Result, RuleLevel
from credit.domain.rules import LOCKED, RuleSetting
from credit.domain.terms import GRADES
from credit.queries.rules import Place, RuleCoverage
from dashboard import formats
from dashboard.check_words import RULE_HELP, RULES
from dashboard.credit_labels import EFFECTS, LEVELS
from dashboard.labels import Label

NUMBERS: dict[str, Any] = {
    "stop_days": _("stops above, days"),
    "warn_days": _("warns above, days"),
    "warn_working_days": _("warns from, working days"),
    "stop_working_days": _("stops from, working days"),
    "horizon_days": _("horizon, days"),
    "max_base": _("largest order"),
    "days": _("older than, days"),
    "percent_of_limit": _("more than, percent of the limit"),
    "stop_level": _("stops from level"),
    "warn_open": _("warns from, open"),
    "stop_in_12_months": _("stops from, in 12 months"),
    "stop_from_grade": _("stops from grade (1 = A … 5 = E, 6 = never)"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What holds in a column: its own setting, or what it inherits."""

    words: str
    is_own: bool
    is_off: bool
    buyers: int | None
    query: str


@dataclass(frozen=True, slots=True)
class Override:
    """A setting of one group or one buyer."""

    level: Any
    name: str
    words: str
    buyers: int
    query: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A rule over everybody, each grade, and who has a setting of their own."""

    code: str
    name: Any
    help: Any
    is_locked: bool
    cells: list[Cell]
    overrides: list[Override]


def matrix(coverage: list[RuleCoverage]) -> list[MatrixRow]:
    """All rules in the order of precedence."""
    return [_row(rule) for rule in coverage]


def _row(rule: RuleCoverage) -> MatrixRow:
    places = {(place.level.value, place.subject): place for place in rule.places}
    table = places[(RuleLevel.TABLE.value, "")]
    graded = [
        _cell(places.get((RuleLevel.GRADE.value, grade)), table, f"level=grade&subject={grade}") for grade in GRADES
    ]
    return MatrixRow(
        code=rule.rule.value,
        name=RULES[rule.rule.value],
        help=RULE_HELP[rule.rule.value],
        is_locked=rule.rule in LOCKED,
        cells=[_cell(table, table, "level=table"), *graded],
        overrides=[_override(place) for place in rule.places if place.level in (RuleLevel.GROUP, RuleLevel.BUYER)],
    )


def _cell(own: Place | None, table: Place, query: str) -> Cell:
    shown = own or table
    is_own = own is not None and own.setting.version > 0
    buyers = own.buyers if own else None
    return Cell(setting_words(shown.setting), is_own, not shown.setting.is_enabled, buyers, query)


def _override(place: Place) -> Override:
    query = f"level={place.level.value}&subject={place.subject}"
    return Override(LEVELS[place.level], place.name, setting_words(place.setting), place.buyers, query)


def setting_words(setting: RuleSetting) -> str:
    """A setting in a few words. Example: "stops · 15 / 30"."""
    if not setting.is_enabled:
        return gettext("off")
    effect = str(EFFECTS.get(Result(setting.effect), setting.effect))
    numbers = " / ".join(number_word(name, number) for name, number in setting.numbers.items())
    return f"{effect} · {numbers}" if numbers else effect


def plain(number: Decimal) -> str:
    """A number without needless zeros, thousands grouped."""
    return f"{number.normalize():,f}"


def number_word(name: str, number: Decimal) -> str:
    """A threshold; a grade's place as its letter. Example: ``stop_from_grade`` 5 is E, 6 is never."""
    if name == "stop_from_grade":
        return GRADES[int(number) - 1] if number <= len(GRADES) else formats.NOT_AVAILABLE
    return plain(number)


def number_rows(numbers: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Thresholds by name in words."""
    return [(NUMBERS.get(name, name), number_word(name, Decimal(str(value)))) for name, value in numbers.items()]


def effect_label(setting: Any) -> Label:
    """What a stored version does."""
    if setting.is_removed:
        return Label(gettext("taken away"))
    if not setting.is_enabled:
        return Label(gettext("off"), "calm")
    return Label(EFFECTS[Result(setting.effect)], "worst" if setting.effect == Result.STOP else "warn")
