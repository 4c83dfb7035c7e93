"""Kinds of standings that a close writes down for upper floors."""

from __future__ import annotations

from enum import StrEnum


class StandingKind(StrEnum):
    """What is known of a buyer's standing; values are text.

    ``OVERDUE_SINCE`` is the due date of the oldest material overdue item, empty if there is none: it changes when the
    facts do, not every night, and the days past due follow from it.
    """

    GRADE = "grade"
    DEFAULT_TERMS = "default_terms"
    OVERDUE_SINCE = "oldest_material_overdue_since"
    LOW_COVERAGE = "coverage_below_0_6"


YES, NO = "yes", "no"
