"""Stored scores: the latest of each buyer, and one buyer's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from core.access.scope import SYSTEM, Scope
from core.errors import NotFound
from core.words import sentence as _
from scoring.models import Score


def latest_scores(
    *, as_of: date, buyer_ids: Sequence[int] | None = None, scope: Scope = SYSTEM, known_at: datetime | None = None
) -> QuerySet[Score]:
    """The latest score of each buyer on or before the date (and as known at a moment), in buyer order."""
    found = _in_scope(scope).filter(as_of__lte=as_of)
    if buyer_ids is not None:
        found = found.filter(buyer_id__in=list(buyer_ids))
    if known_at is not None:
        found = found.filter(known_at__lte=known_at)
    return found.order_by("buyer_id", "-as_of", "-known_at", "-pk").distinct("buyer_id")


def score_history(*, buyer_id: int, until: date, since: date | None = None, scope: Scope = SYSTEM) -> list[Score]:
    """One score a date (the one known last), oldest first."""
    found = _in_scope(scope).filter(buyer_id=buyer_id, as_of__lte=until)
    if since is not None:
        found = found.filter(as_of__gte=since)
    return list(found.order_by("as_of", "-known_at", "-pk").distinct("as_of"))


def get_score(score_id: int, *, scope: Scope = SYSTEM) -> Score:
    """One stored score with its buyer; raises ``score_not_found`` also where the scope hides it."""
    found = _in_scope(scope).select_related("buyer").filter(pk=score_id).first()
    if found is None:
        raise NotFound(
            "score_not_found",
            _("There is no score %(score_id)s.", score_id=score_id),
            {"field": "score", "value": score_id},
        )
    return found


def _in_scope(scope: Scope) -> QuerySet[Score]:
    found = Score.objects.all()
    return found if scope.is_everything else found.filter(buyer__sales_owner_id=scope.sales_owner_id)
