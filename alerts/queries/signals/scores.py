"""The score fell: today's scores against those of the window before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from alerts.domain.findings import Finding
from alerts.domain.scores import DatedScore, find_score_fall
from alerts.domain.settings import RuleSetting
from core.queries.sql import fetch_all
from scoring.models import Score

_TODAY_SQL = """
SELECT DISTINCT ON (buyer_id) buyer_id, score, grade FROM scoring_score
WHERE as_of = %(as_of)s AND known_at <= %(known_at)s
ORDER BY buyer_id, known_at DESC, id DESC
"""

# Cheap and a little too wide: a day that was closed twice still counts with both scores here.
_CANDIDATES_SQL = f"""
SELECT today.buyer_id, today.score, today.grade FROM ({_TODAY_SQL}) today JOIN (
    SELECT buyer_id, max(score) AS highest, min(grade) AS best FROM scoring_score
    WHERE as_of >= %(first)s AND as_of < %(as_of)s AND known_at <= %(known_at)s GROUP BY buyer_id
) past USING (buyer_id)
WHERE past.highest - today.score >= %(points)s OR ascii(today.grade) - ascii(past.best) >= %(grades)s
"""

_HISTORY_SQL = """
SELECT DISTINCT ON (buyer_id, as_of) buyer_id, as_of, score, grade FROM scoring_score
WHERE buyer_id = ANY(%(ids)s) AND as_of >= %(first)s AND as_of < %(as_of)s AND known_at <= %(known_at)s
ORDER BY buyer_id, as_of, known_at DESC, id DESC
"""


def has_scores(as_of: date) -> bool:
    """True if buyers have been scored for the date; without, the rule has no say."""
    return Score.objects.filter(as_of=as_of).exists()


def score_findings(setting: RuleSetting, *, as_of: date, known_at: datetime) -> Iterator[Finding]:
    """One finding for each buyer whose score or grade fell far enough."""
    params: dict[str, Any] = {
        "as_of": as_of,
        "known_at": known_at,
        "first": as_of - timedelta(days=setting.whole("window_days")),
        "points": setting.number("points"),
        "grades": setting.number("grades"),
    }
    today = {buyer: DatedScore(as_of, score, grade) for buyer, score, grade in fetch_all(_CANDIDATES_SQL, params)}
    for buyer_id, past in _history(params | {"ids": list(today)}).items():
        highest = max(past, key=lambda s: (s.score, s.as_of))
        best = min(past, key=lambda s: (s.grade, -s.as_of.toordinal()))
        finding = find_score_fall(
            buyer_id=buyer_id, now=today[buyer_id], highest=highest, best_graded=best, setting=setting
        )
        if finding:
            yield finding


def _history(params: dict[str, Any]) -> dict[int, list[DatedScore]]:
    history: defaultdict[int, list[DatedScore]] = defaultdict(list)
    for buyer_id, as_of, score, grade in fetch_all(_HISTORY_SQL, params):
        history[buyer_id].append(DatedScore(as_of, score, grade))
    return history
