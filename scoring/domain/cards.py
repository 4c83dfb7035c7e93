"""The scorecards by version. A version in use is never edited: a new rule is a new version beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scoring.domain.v1.card import Card, score_card
from scoring.domain.v1.facts import Facts
from scoring.domain.weights import DEFAULT_WEIGHTS, Weights


@dataclass(frozen=True, slots=True)
class CardVersion:
    """One version: its rules and its weights."""

    version: str
    rules: Callable[[Facts, Weights], Card]
    weights: Weights

    def score(self, facts: Facts) -> Card:
        """Score n buyers by this version."""
        return self.rules(facts, self.weights)


CARDS = {"v1": CardVersion("v1", score_card, DEFAULT_WEIGHTS)}
CURRENT = "v1"
