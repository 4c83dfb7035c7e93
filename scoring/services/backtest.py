"""Backtest of the scorecard: would it have told, on a past date, who was going to default?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.conf import settings

from core.errors import DomainError
from core.words import sentence as _
from scoring.domain.v1.caps import GRADES
from scoring.evaluation.discrimination import Discrimination, evaluate
from scoring.queries.cohorts import Cohort, load_cohort
from scoring.queries.scorecards import current_card

MIN_DEFAULTS = 10


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """What became of the buyers of one grade."""

    grade: str
    buyers: int
    defaults: int


@dataclass(frozen=True, slots=True)
class CohortSize:
    """Buyers and defaults of one cohort."""

    as_of: date
    buyers: int
    defaults: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """The scorecard beside the naive rule (share of late invoices), judged on buyers not in default on the date."""

    version: str
    horizon_days: int
    learned_from: CohortSize
    judged_on: CohortSize
    scorecard: Discrimination
    share_of_late_invoices: Discrimination
    by_grade: tuple[GradeOutcome, ...]

    @property
    def beats_naive_rule(self) -> bool:
        """True if the scorecard ranks better and its probabilities are nearer to what happened."""
        naive = self.share_of_late_invoices
        return self.scorecard.auc > naive.auc and self.scorecard.brier < naive.brier


def backtest_scorecard(*, as_of: date, horizon_days: int, today: date) -> BacktestReport:
    """Score the buyers as of a past date and compare with the defaults of the days after it.

    Time split: probabilities are calibrated on the cohort one horizon earlier, whose outcome was known on ``as_of``.
    Raises ``horizon_not_over``, ``horizon_invalid``, and ``too_few_defaults`` where a figure would be chance.
    """
    _check_horizon(as_of, horizon_days, today)
    base = settings.BASE_CURRENCY
    past = load_cohort(as_of=as_of - timedelta(days=horizon_days), horizon_days=horizon_days, base_currency=base)
    cohort = load_cohort(as_of=as_of, horizon_days=horizon_days, base_currency=base)
    for one in (past, cohort):
        _check_enough(one)
    return BacktestReport(
        version=current_card().version,
        horizon_days=horizon_days,
        learned_from=_size(past),
        judged_on=_size(cohort),
        scorecard=_judge(past, -past.score, cohort, -cohort.score),
        share_of_late_invoices=_judge(past, past.late_share, cohort, cohort.late_share),
        by_grade=_by_grade(cohort),
    )


def _judge(past: Cohort, past_risk: np.ndarray, cohort: Cohort, risk: np.ndarray) -> Discrimination:
    return evaluate(past_risk=past_risk, past_default=past.defaulted, risk=risk, default=cohort.defaulted)


def _check_horizon(as_of: date, horizon_days: int, today: date) -> None:
    if not 1 <= horizon_days <= 365:
        raise DomainError(
            "horizon_invalid", _("The horizon is 1 to 365 days."), {"field": "horizon", "value": horizon_days}
        )
    end = as_of + timedelta(days=horizon_days)
    if end > today:
        raise DomainError(
            "horizon_not_over",
            _(
                "%(horizon_days)s days after %(as_of)s is %(end)s: what happened until then is not known "
                "yet. Choose a date up to %(latest)s.",
                horizon_days=horizon_days,
                as_of=as_of,
                end=end,
                latest=today - timedelta(days=horizon_days),
            ),
            {"field": "as_of", "value": as_of.isoformat()},
        )


def _check_enough(cohort: Cohort) -> None:
    defaults, sound = int(cohort.defaulted.sum()), int((~cohort.defaulted).sum())
    if min(defaults, sound) < MIN_DEFAULTS:
        raise DomainError(
            "too_few_defaults",
            _(
                "Of %(buyers)s buyers not in default on %(as_of)s, %(defaults)s defaulted within the "
                "horizon and %(sound)s did not; a backtest needs at least %(min_defaults)s of each.",
                buyers=defaults + sound,
                as_of=cohort.as_of,
                defaults=defaults,
                sound=sound,
                min_defaults=MIN_DEFAULTS,
            ),
            {"field": "as_of", "value": cohort.as_of.isoformat(), "defaults": defaults, "sound": sound},
        )


def _size(cohort: Cohort) -> CohortSize:
    return CohortSize(cohort.as_of, len(cohort.defaulted), int(cohort.defaulted.sum()))


def _by_grade(cohort: Cohort) -> tuple[GradeOutcome, ...]:
    return tuple(
        GradeOutcome(grade, int((cohort.grade == grade).sum()), int(cohort.defaulted[cohort.grade == grade].sum()))
        for grade in GRADES
    )
