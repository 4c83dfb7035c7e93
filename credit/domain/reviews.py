"""When a credit account is looked at again: quarterly, sooner by grade and exposure (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

QUARTER_DAYS = 91


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Days between reviews. ``large_base``: from this exposure on (base currency) every ``large_days`` at most."""

    default_days: int = QUARTER_DAYS
    days_by_grade: Mapping[str, int] = field(default_factory=lambda: {"C": 60, "D": 30, "E": 30})
    unscored_days: int = 30
    large_base: Decimal = Decimal(500_000)
    large_days: int = 45


DEFAULT_REVIEWS = ReviewPolicy()


def review_interval_days(*, grade: str | None, exposure_base: Decimal, policy: ReviewPolicy = DEFAULT_REVIEWS) -> int:
    """Days to the next review: the smallest that the default, the grade and the exposure ask for.

    Example: grade A owing 20,000: 91; grade C: 60; grade A owing 500,000: 45; never scored: 30.
    """
    by_grade = policy.unscored_days if grade is None else policy.days_by_grade.get(grade, policy.default_days)
    by_size = policy.large_days if exposure_base >= policy.large_base else policy.default_days
    return min(policy.default_days, by_grade, by_size)
