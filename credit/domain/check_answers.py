"""What an order check answers: every rule with its figures, the outcome, and what would release the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from credit.domain.check_codes import Cause, FixCode, OptionCode, Unit, Waiver
from credit.domain.kinds import Result
from credit.domain.rules import RuleCode

__all__ = ["Answer", "Cause", "Figure", "Fix", "FixCode", "OptionCode", "ReleaseOption", "RuleAnswer", "Unit", "Waiver"]

Figure = Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """What would make a rule pass, as a code and its parameters; the words are the presenter's."""

    code: FixCode
    params: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule: what it measured against which threshold, from which data, how old these are, and what would help.

    ``found`` is what the rule itself answers, ``result`` what counts of it once settings, prepayment and the checkpoint
    (``waived``) have been regarded.
    """

    rule: RuleCode
    result: Result
    cause: Cause
    measured: Figure = None
    threshold: Figure = None
    data: Mapping[str, Figure] = field(default_factory=dict)
    age_days: int | None = None
    fix: Fix | None = None
    unit: Unit = Unit.WORD
    found: Result = Result.PASS
    waived: Waiver = Waiver.NONE


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
