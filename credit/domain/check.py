"""The order check: every rule, always all; the outcome is the worst (domain.md section 4)."""

from __future__ import annotations

from credit.domain.check_answers import Answer, Fix, OptionCode, ReleaseOption, RuleAnswer, Unit
from credit.domain.check_facts import Asked, CheckFacts, PartyFacts
from credit.domain.limits import LimitInForce, LimitState

__all__ = [
    "Answer",
    "Asked",
    "CheckFacts",
    "Fix",
    "LimitInForce",
    "LimitState",
    "OptionCode",
    "PartyFacts",
    "ReleaseOption",
    "RuleAnswer",
    "Unit",
    "run_check",
]


def run_check(*, facts: CheckFacts) -> Answer:
    """All rules, the outcome, who decides it, and what would release the order."""
    raise NotImplementedError
