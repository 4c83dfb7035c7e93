"""Scores as pages show them: where a buyer stands on a date, and how it got there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scoring.models import Score

TREND_DAYS = 90


@dataclass(frozen=True, slots=True)
class Standing:
    """The score in force on a date, and the one 90 days before."""

    now: Score
    before: Score | None
    history: list[tuple[date, Decimal, str]]

    @property
    def change(self) -> Decimal | None:
        """Points gained (negative: lost) against 90 days before."""
        return self.now.score - self.before.score if self.before else None


def get_standing(*, buyer_id: int, as_of: date) -> Standing | None:
    """The latest score on or before the date with its history; None if the buyer was never scored by then."""
    rows = list(Score.objects.filter(buyer_id=buyer_id, as_of__lte=as_of).order_by("-as_of", "-known_at")[:1_200])
    if not rows:
        return None
    latest = {row.as_of: row for row in reversed(rows)}
    ahead = as_of - timedelta(days=TREND_DAYS)
    before = next((row for row in rows if row.as_of <= ahead), None)
    history = [(day, row.score, row.grade) for day, row in sorted(latest.items())]
    return Standing(now=rows[0], before=before, history=history)


def list_grades(*, buyer_ids: Sequence[int], as_of: date) -> dict[int, str]:
    """The grade in force on the date of each buyer that has one."""
    rows = (
        Score.objects.filter(buyer_id__in=buyer_ids, as_of__lte=as_of)
        .order_by("buyer_id", "-as_of", "-known_at")
        .distinct("buyer_id")
    )
    return dict(rows.values_list("buyer_id", "grade"))
