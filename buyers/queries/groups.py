"""Groups by their sources' numbers, and what is on record of their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.domain.ownership import MembershipRow
from buyers.models import BuyerGroup, BuyerGroupCode
from core.queries.sql import fetch_all

# The version told last, by buyer and first day.
Memberships = dict[int, dict[date, MembershipRow]]


def known_groups(source: str, external_ids: Iterable[str]) -> dict[str, BuyerGroup]:
    """Groups by the source's number."""
    codes = BuyerGroupCode.objects.filter(source=source, external_id__in=set(external_ids)).select_related("group")
    return {code.external_id: code.group for code in codes}


_VERSIONS_SQL = """
SELECT DISTINCT ON (buyer_id, valid_from) buyer_id, group_id, valid_from, parent_id, share
FROM buyers_groupmembership WHERE buyer_id = ANY(%(ids)s)
ORDER BY buyer_id, valid_from, recorded_at DESC, id DESC
"""


def known_memberships(buyer_ids: Iterable[int]) -> Memberships:
    """Every version that counts of these buyers."""
    found: Memberships = {}
    for row in map(MembershipRow._make, fetch_all(_VERSIONS_SQL, {"ids": list(buyer_ids)})):
        found.setdefault(row.buyer_id, {})[row.valid_from] = row
    return found


@dataclass(frozen=True, slots=True)
class MemberNow:
    """A member as it stands, by the codes of one source (ours in brackets where the source has none)."""

    buyer: str
    valid_from: date
    parent: str | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class GroupNow:
    """A group with its members; ``version`` grows with each change of a membership or of its names."""

    code: str
    name: str
    name_zh: str
    members: tuple[MemberNow, ...]
    version: tuple[int, int]


_GROUP_SQL = """
SELECT g.id, g.code, g.name, g.name_zh,
    coalesce((SELECT max(m.id) FROM buyers_groupmembership m WHERE m.group_id = g.id OR m.buyer_id IN (
        SELECT o.buyer_id FROM buyers_groupmembership o WHERE o.group_id = g.id)), 0),
    coalesce((SELECT max(e.pgh_id) FROM buyers_buyergroupevent e WHERE e.pgh_obj_id = g.id), 0)
FROM buyers_buyergroup g JOIN buyers_buyergroupcode c ON c.group_id = g.id
WHERE c.source = %(source)s AND c.external_id = %(id)s
"""
_MEMBERS_SQL = """
SELECT coalesce(own.external_id, '(' || b.code || ')'), m.valid_from,
    CASE WHEN p.id IS NOT NULL THEN coalesce(owner.external_id, '(' || p.code || ')') END, m.share
FROM buyers_buyer b
JOIN LATERAL (
    SELECT v.* FROM buyers_groupmembership v WHERE v.buyer_id = b.id
    ORDER BY v.valid_from DESC, v.recorded_at DESC, v.id DESC LIMIT 1
) m ON m.group_id = %(group)s
LEFT JOIN buyers_buyer p ON p.id = m.parent_id
LEFT JOIN LATERAL (SELECT min(c.external_id) AS external_id FROM buyers_buyercode c
    WHERE c.source = %(source)s AND c.buyer_id = b.id) own ON true
LEFT JOIN LATERAL (SELECT min(c.external_id) AS external_id FROM buyers_buyercode c
    WHERE c.source = %(source)s AND c.buyer_id = p.id) owner ON true
WHERE b.group_id = %(group)s ORDER BY 1
"""


def find_group(source: str, external_id: str) -> GroupNow | None:
    """A source's group as it stands now; None if the source has told of none under this number."""
    found = fetch_all(_GROUP_SQL, {"source": source, "id": external_id})
    if not found:
        return None
    group_id, code, name, name_zh, *version = found[0]
    rows = fetch_all(_MEMBERS_SQL, {"source": source, "group": group_id})
    members = tuple(MemberNow(*row) for row in rows)
    return GroupNow(code, name, name_zh, members, (version[0], version[1]))
