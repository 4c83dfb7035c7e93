"""Publishing weights: a new version beside the old ones, never a change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.db import connection, transaction

from core.errors import DomainError
from core.models import User
from core.services import audit
from core.words import sentence as _
from scoring.domain.cards import CURRENT, CardVersion
from scoring.domain.weights import DIMENSIONS, Weights
from scoring.models import ScorecardWeights
from scoring.queries.scorecards import current_card, get_card


@transaction.atomic
def publish_weights(shares: Mapping[str, str], *, note: str, actor: User | None = None) -> CardVersion:
    """From now on score with these weights; scores on record keep theirs.

    Weights that are in force already change nothing. Raises ``weights_invalid`` unless each dimension has a share of
    at most four decimals and they sum to exactly 1.
    """
    weights = Weights.of(_decimals(shares))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('scoring.weights'))")
    if current_card().weights == weights:
        return current_card()
    number = ScorecardWeights.objects.filter(rules=CURRENT).count() + 1
    published = ScorecardWeights.objects.create(
        version=f"{CURRENT}.{number}",
        rules=CURRENT,
        weights={name: str(weights.share(name)) for name in DIMENSIONS},
        note=note,
        published_by=actor,
    )
    audit.record(
        actor=actor,
        action="scoring.weights.published",
        subject_type="scorecard",
        subject_id=published.version,
        data={"weights": published.weights, "note": note},
    )
    return get_card(published.version)


def _decimals(shares: Mapping[str, str]) -> dict[str, Decimal]:
    try:
        return {name: Decimal(share) for name, share in shares.items()}
    except InvalidOperation as error:
        raise DomainError(
            "weights_invalid",
            _("Write each weight as a decimal such as 0.30."),
            {"field": "weights", "value": dict(shares)},
        ) from error
