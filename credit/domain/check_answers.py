"""What an order check answers: every rule with its figures, the outcome, and what would release the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from credit.domain.kinds import Result
from credit.domain.rules import RuleCode

Figure = Decimal | int | str | None


class Unit(StrEnum):
    """What ``measured`` and ``threshold`` of a rule are; ``BASE`` is money in base currency."""

    BASE = "base"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    COUNT = "count"
    LEVEL = "level"
    GRADE = "grade"
    TERMS = "terms"
    WORD = "word"


class OptionCode(StrEnum):
    """What would release an order; the set is static."""

    PAY_NOW = "pay_now"
    DEPOSIT = "deposit"
    SHIP_LATER = "ship_later"
    TEMPORARY_LIMIT = "temporary_limit"
    CONFIRMED_LC = "confirmed_lc"


@dataclass(frozen=True, slots=True)
class Fix:
    """What would make a rule pass, as a code and its parameters; the words are the presenter's."""

    code: str
    params: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule: what it measured against which threshold, from which data, how old these are, and what would help.

    ``cause`` says in one word why (e.g. ``over_limit``); ``waived`` why a finding does not count (``excluded``,
    ``prepaid``, ``warns_only``, or the checkpoint), and ``found`` what the rule itself would have answered.
    """

    rule: RuleCode
    result: Result
    measured: Figure = None
    threshold: Figure = None
    data: Mapping[str, Figure] = field(default_factory=dict)
    age_days: int | None = None
    fix: Fix | None = None
    unit: Unit = Unit.WORD
    cause: str = ""
    found: Result = Result.PASS
    waived: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseOption:
    """Something that would release the order: all blocking rules pass with it. Amounts in base currency."""

    code: OptionCode
    params: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome is the worst result; ``decided_by`` is the rule that takes precedence, None if all pass.

    ``over_by_base``: by how much the blocking use of the limit is exceeded (0 if it is not).
    """

    outcome: Result
    decided_by: RuleCode | None
    rules: tuple[RuleAnswer, ...]
    options: tuple[ReleaseOption, ...] = ()
    over_by_base: Decimal = Decimal(0)
