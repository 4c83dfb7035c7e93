"""Buyers that have a score: what a page of latest scores is counted by."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from buyers.domain.facts import MergeState
from buyers.models import Buyer, BuyerMerge
from core.access.scope import Scope
from scoring.models import Score


def scored_buyers(*, as_of: date, scope: Scope, known_at: datetime | None = None) -> QuerySet[Buyer]:
    """Buyers in scope with a score on or before the date; duplicates are read under their survivors.

    Paging over buyers and not over scores keeps a page cheap: the latest score is looked up for its buyers only.
    """
    scores = Score.objects.filter(buyer=OuterRef("pk"), as_of__lte=as_of)
    if known_at is not None:
        scores = scores.filter(known_at__lte=known_at)
    merged = BuyerMerge.objects.filter(duplicate=OuterRef("pk"), state=MergeState.MERGED)
    found = Buyer.objects.filter(Exists(scores), ~Exists(merged))
    return found if scope.is_everything else found.filter(sales_owner_id=scope.sales_owner_id)
