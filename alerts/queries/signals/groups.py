"""Related parties: who belonged to which group on a date, and whose relatives are late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from alerts.domain.findings import Finding
from alerts.domain.overdue import LateParty, OverdueItem, find_related_late
from alerts.domain.settings import RuleSetting
from buyers.domain.facts import BuyerStatus
from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.sql import fetch_all

# A relation member(buyer_id, group_id): the latest version known of each buyer's membership.
MEMBERS_SQL = f"""
SELECT coalesce(m.survivor_id, g.buyer_id) AS buyer_id, min(g.group_id) AS group_id FROM (
    SELECT DISTINCT ON (v.buyer_id) v.buyer_id, v.group_id FROM buyers_groupmembership v
    WHERE v.valid_from <= %(as_of)s AND (%(known_at)s::timestamptz IS NULL OR v.recorded_at <= %(known_at)s)
    ORDER BY v.buyer_id, v.valid_from DESC, v.recorded_at DESC, v.id DESC
) g LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = g.buyer_id
WHERE g.group_id IS NOT NULL GROUP BY 1
"""

_GROUPS_SQL = f"""
WITH member AS ({MEMBERS_SQL})
SELECT member.group_id, member.buyer_id, b.code, b.sales_owner_id
FROM member JOIN buyers_buyer b ON b.id = member.buyer_id
WHERE b.status <> %(closed)s AND member.group_id IN (
    SELECT late.group_id FROM member late WHERE late.buyer_id = ANY(%(late_ids)s))
ORDER BY member.group_id, member.buyer_id
"""


def related_findings(
    items: list[OverdueItem], setting: RuleSetting, *, as_of: date, known_at: datetime
) -> Iterator[Finding]:
    """One finding for each buyer with a late relative; ``items`` are all material overdue items."""
    late = _late_buyers(items, setting)
    params = {"as_of": as_of, "known_at": known_at, "closed": BuyerStatus.CLOSED, "late_ids": list(late)}
    for group_id, members in _members(params).items():
        parties = [LateParty(b, code, *late[b], owner) for b, code, owner in members if b in late]
        for buyer_id, _, _ in members:
            others = [party for party in parties if party.buyer_id != buyer_id]
            if finding := find_related_late(buyer_id=buyer_id, group_id=group_id, others_late=others, setting=setting):
                yield finding


def _late_buyers(items: list[OverdueItem], setting: RuleSetting) -> Mapping[int, tuple[int, Any]]:
    late = {}
    for buyer_id, group in groupby(items, key=attrgetter("buyer_id")):
        own = list(group)
        days = max(item.days_past_due for item in own)
        if days > setting.number("days"):
            late[buyer_id] = (days, sum(item.amount_base or 0 for item in own))
    return late


def _members(params: Mapping[str, Any]) -> Mapping[int, list[tuple[int, str, int | None]]]:
    groups: defaultdict[int, list[tuple[int, str, int | None]]] = defaultdict(list)
    for group_id, *member in fetch_all(_GROUPS_SQL, params):
        groups[group_id].append((member[0], member[1], member[2]))
    return groups
