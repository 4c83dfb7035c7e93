"""The order check: every rule, always all; the outcome is the worst (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from credit.domain.check_answers import (
    Answer,
    Cause,
    Figure,
    Fix,
    FixCode,
    OptionCode,
    ReleaseOption,
    RuleAnswer,
    Unit,
    Waiver,
)
from credit.domain.check_engine import at_checkpoint, deciding, evaluate, over_by, stops, worst
from credit.domain.check_facts import Asked, CheckFacts, PartyFacts
from credit.domain.exposure import ZERO
from credit.domain.kinds import Result
from credit.domain.limits import LimitInForce, LimitState
from credit.domain.options import release_options

__all__ = [
    "Answer",
    "Asked",
    "Cause",
    "CheckFacts",
    "Figure",
    "Fix",
    "FixCode",
    "LimitInForce",
    "LimitState",
    "OptionCode",
    "PartyFacts",
    "ReleaseOption",
    "RuleAnswer",
    "Unit",
    "Waiver",
    "at_checkpoint",
    "blocking_over_by",
    "evaluate",
    "run_check",
]


def run_check(*, facts: CheckFacts) -> Answer:
    """All rules, the outcome, the rule that decides it, and what would release the order; amounts in base currency.

    outcome = worst result; precedence sanctions > forced hold > insurance stop > credit rules > warnings. Quotation
    and invoice turn stops into warnings (``RuleAnswer.found`` keeps the stop).
    Golden (thousands): limit 500; receivables 310, delivered 60, orders inside the horizon 90, later 120, new order 80
    inside: static 660 warns (over by 160), horizon 540 stops (over by 40); with 24 received for the order 516.
    """
    answers = evaluate(facts=facts)
    shown = at_checkpoint(answers, facts.asked.checkpoint)
    return Answer(
        outcome=worst(shown),
        decided_by=deciding(shown),
        rules=shown,
        options=release_options(facts=facts) if stops(answers) else (),
        over_by_base=blocking_over_by(answers),
    )


def blocking_over_by(answers: Iterable[RuleAnswer]) -> Decimal:
    """By how much the limit is exceeded by the use that stops; 0 if none does."""
    return max((over_by(answer) for answer in answers if answer.result is Result.STOP), default=ZERO)
