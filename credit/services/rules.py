"""Changing the check engine's rules on a level: a new version, never an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.models import User
from credit.domain.kinds import Result, RuleLevel
from credit.models import CheckRuleVersion


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a setting stands: ``subject`` is a grade, a group's or a buyer's id as text; empty for the table."""

    rule: str
    level: RuleLevel
    subject: str = ""


def change_rule(
    place: RulePlace,
    *,
    is_enabled: bool,
    effect: Result,
    numbers: Mapping[str, object],
    version: int,
    actor: User,
    reason: str,
) -> CheckRuleVersion:
    """Store a setting at the place; ``version`` is the one the change was made from, 0 if there is none.

    Needs ``rules:change``. Raises ``check_rule_invalid`` or ``check_rule_changed`` (somebody else was faster).
    """
    raise NotImplementedError


def remove_rule(place: RulePlace, *, version: int, actor: User, reason: str) -> CheckRuleVersion:
    """Fall back to the level above. Needs ``rules:change``."""
    raise NotImplementedError
