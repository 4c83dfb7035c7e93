"""Which records of one customer are read as one: merges map a duplicate to its survivor, the ledger stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from buyers.domain.facts import MergeState
from buyers.models import BuyerMerge
from core.queries.sql import fetch_all

# A relation merge_map(duplicate_id, survivor_id) as known at %(known_at)s (null: now). Survivors are never
# duplicates themselves while merged (buyers.services.merges sees to it), so one step is enough.
MERGE_MAP_SQL = """
SELECT m.duplicate_id, m.survivor_id FROM buyers_buyermerge m
WHERE m.merged_at IS NOT NULL
  AND (%(known_at)s::timestamptz IS NULL AND m.state = 'merged'
       OR m.merged_at <= %(known_at)s AND (m.undone_at IS NULL OR m.undone_at > %(known_at)s))
"""


def list_merges(*, states: Iterable[str] = (MergeState.PROPOSED, MergeState.MERGED)) -> QuerySet[BuyerMerge]:
    """Merges in the given states with both buyers, newest first."""
    found = BuyerMerge.objects.filter(state__in=list(states))
    return found.select_related("duplicate", "survivor").order_by("-proposed_at", "-pk")


def get_survivor_id(buyer_id: int) -> int:
    """The id under which a buyer is read now: its survivor's while merged, else its own."""
    return get_survivor_ids([buyer_id])[buyer_id]


def get_survivor_ids(buyer_ids: Iterable[int]) -> dict[int, int]:
    """The ids under which buyers are read now, by their own."""
    wanted = set(buyer_ids)
    merged = BuyerMerge.objects.filter(duplicate_id__in=wanted, state=MergeState.MERGED)
    return {pk: pk for pk in wanted} | dict(merged.values_list("duplicate_id", "survivor_id"))


def list_records(buyer_ids: Iterable[int], *, known_at: datetime | None = None) -> list[int]:
    """The ids themselves and those of the duplicates read under them, in order: what the ledger rows carry."""
    wanted = set(buyer_ids)
    pairs = fetch_all(MERGE_MAP_SQL, {"known_at": known_at})
    return sorted(wanted | {duplicate for duplicate, survivor in pairs if survivor in wanted})
