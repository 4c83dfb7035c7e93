"""Which scorecard scores: the rules of the release under the weights in force at a moment."""

from __future__ import annotations

from datetime import datetime

from core.errors import NotFound
from core.words import sentence as _
from scoring.domain.cards import CARDS, CURRENT, CardVersion
from scoring.domain.weights import Weights
from scoring.models import ScorecardWeights


def get_card(version: str) -> CardVersion:
    """The scorecard of a version, of the release or published later; raises ``scorecard_unknown``."""
    if version in CARDS:
        return CARDS[version]
    published = ScorecardWeights.objects.filter(version=version, rules__in=CARDS).first()
    if published is None:
        raise NotFound(
            "scorecard_unknown", _("There is no scorecard %(version)r.", version=version), {"value": version}
        )
    return _card(published)


def current_card(known_at: datetime | None = None) -> CardVersion:
    """The scorecard in force at a moment (None: now): the last published for the current rules, else the default."""
    published = ScorecardWeights.objects.filter(rules=CURRENT).order_by("-pk")
    if known_at is not None:
        published = published.filter(recorded_at__lte=known_at)
    latest = published.first()
    return CARDS[CURRENT] if latest is None else _card(latest)


def _card(published: ScorecardWeights) -> CardVersion:
    return CardVersion(published.version, CARDS[published.rules].rules, Weights.of(published.weights))
