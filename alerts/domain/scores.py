"""Signal: the score fell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alerts.domain.findings import Finding, buyer_subject
from alerts.domain.settings import ACT_TODAY, RuleSetting
from alerts.domain.states import Rule

_GRADES = "ABCDE"


@dataclass(frozen=True, slots=True)
class DatedScore:
    """A score and grade of a date."""

    as_of: date
    score: Decimal
    grade: str


def grades_between(better: str, worse: str) -> int:
    """How many grades lie from ``better`` down to ``worse``; negative if it rose. Example: A to C is 2."""
    return _GRADES.index(worse) - _GRADES.index(better)


def find_score_fall(
    *, buyer_id: int, now: DatedScore, highest: DatedScore, best_graded: DatedScore, setting: RuleSetting
) -> Finding | None:
    """The score fell by two grades, or by 15 points, inside 90 days (domain.md section 9; the numbers are settings).

    ``highest`` is the highest score of the window before today, ``best_graded`` the one with the best grade.
    Level: points lost since the highest.
    """
    points = highest.score - now.score
    grades = grades_between(best_graded.grade, now.grade)
    if points < setting.number("points") and grades < setting.number("grades"):
        return None
    start = best_graded if grades >= setting.number("grades") else highest
    return Finding(
        subject=buyer_subject(Rule.SCORE_FELL, buyer_id),
        level=max(points, Decimal(0)),
        severity=ACT_TODAY if now.grade == "E" else setting.severity,
        buyer_id=buyer_id,
        evidence={
            "score": str(now.score),
            "grade": now.grade,
            "score_before": str(start.score),
            "grade_before": start.grade,
            "date_before": start.as_of.isoformat(),
            "points_lost": str(points),
            "grades_lost": grades,
            "window_days": setting.whole("window_days"),
        },
    )
