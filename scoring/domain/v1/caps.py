"""Caps: what keeps a grade down whatever the sum says. The score stays; each cap is a reason of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.domain.v1.arrays import Bools, Ints
from scoring.domain.v1.buyer_credit import has_event, is_insolvent
from scoring.domain.v1.compliance import is_kyc_incomplete, is_sanctioned
from scoring.domain.v1.facts import Facts

GRADES = ("A", "B", "C", "D", "E")
GRADE_FLOORS = (8_000, 6_500, 5_000, 3_500)  # hundredths of a point for A, B, C, D
MIN_COVERAGE = 6_000  # ten-thousandths
CAPS = {
    "insolvency": "E",
    "sanctions_hit": "E",
    "overdue_over_90": "E",
    "overdue_over_60": "D",
    "overdue_over_30": "C",
    "insurer_cut": "C",
    "kyc_incomplete": "B",
    "payment_history_thin": "B",
    "coverage_thin": "B",
}


@dataclass(frozen=True, slots=True)
class Grades:
    """Places in ``GRADES`` before and after the caps, and which caps held: ``held`` is (n, len(CAPS))."""

    before: Ints
    after: Ints
    held: Bools


def grade_of(score: Ints) -> Ints:
    """Place in ``GRADES`` of a score in hundredths: A ≥ 80, B ≥ 65, C ≥ 50, D ≥ 35, E below.

    Example: 52.94 is C, 80.00 is A, 79.99 is B.
    """
    below: Ints = np.sum([score < floor for floor in GRADE_FLOORS], axis=0, dtype=np.int64)
    return below


def grades(*, facts: Facts, score: Ints, coverage: Ints, payment_coverage: Ints) -> Grades:
    """The grade by the score, then held down by the caps.

    Rules: insolvency, confirmed sanctions hit, or a material undisputed item > 90 DPD → E; > 60 → D; > 30, or an
    insurer's cut in force → at best C; KYC absent or incomplete, payment-history coverage < 0.6, or total coverage
    < 0.6 → at best B. Source: domain.md section 5.
    """
    held = np.column_stack(_conditions(facts, coverage, payment_coverage))
    worst = np.array([GRADES.index(grade) for grade in CAPS.values()])
    before = grade_of(score)
    limit = np.where(held, worst[np.newaxis, :], 0).max(axis=1)
    return Grades(before=before, after=np.maximum(before, limit), held=held)


def _conditions(facts: Facts, coverage: Ints, payment_coverage: Ints) -> list[Bools]:
    """In the order of ``CAPS``."""
    oldest = facts.oldest_overdue
    return [
        is_insolvent(facts),
        is_sanctioned(facts.gates),
        oldest > 90,
        (oldest > 60) & (oldest <= 90),
        (oldest > 30) & (oldest <= 60),
        has_event(facts.events, "insurer_cut", facts.buyers),
        is_kyc_incomplete(facts.gates),
        payment_coverage < MIN_COVERAGE,
        coverage < MIN_COVERAGE,
    ]
