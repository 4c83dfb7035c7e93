"""Scorecard v1: five weighted dimensions, grade and caps. Never edited after use: a new rule is a new version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.domain.v1.arrays import Ints
from scoring.domain.v1.buyer_credit import buyer_credit
from scoring.domain.v1.caps import Grades, grades
from scoring.domain.v1.compliance import compliance
from scoring.domain.v1.facts import Facts
from scoring.domain.v1.fx_tolerance import fx_tolerance
from scoring.domain.v1.logistics import logistics
from scoring.domain.v1.payment_history import payment_history
from scoring.domain.v1.points import Dimension
from scoring.domain.weights import DIMENSIONS, Weights

_RULES = (buyer_credit, payment_history, fx_tolerance, logistics, compliance)


@dataclass(frozen=True, slots=True)
class Card:
    """Results of n buyers: ``score`` in hundredths, ``coverage`` in ten-thousandths, the dimensions by name, grades."""

    score: Ints
    coverage: Ints
    dimensions: dict[str, Dimension]
    grades: Grades


def score_card(facts: Facts, weights: Weights) -> Card:
    """Score n buyers at once; a buyer's result does not depend on the others.

    Formula: score = Σ weight × dimension, in whole hundredths, rounded half up once; coverage likewise.
    Source: domain.md section 5. Example: 28.50, 53.97, 55.50, 82.00, 75.00 → 52.94, grade C.
    """
    dimensions = {name: rule(facts) for name, rule in zip(DIMENSIONS, _RULES, strict=True)}
    score = weights.sum_of([part.value for part in dimensions.values()])
    coverage = weights.sum_of([part.coverage for part in dimensions.values()])
    graded = grades(
        facts=facts, score=score, coverage=coverage, payment_coverage=dimensions["payment_history"].coverage
    )
    return Card(score=score, coverage=coverage, dimensions=dimensions, grades=graded)


def reasons_of(part: Dimension, buyer: int) -> list[tuple[str, int]]:
    """Reason codes of one buyer with the hundredths each took away, the heaviest first, none that took nothing."""
    points = part.points[buyer]
    order = np.argsort(-np.abs(points), kind="stable")
    return [(part.codes[i], int(points[i])) for i in order if points[i]]
