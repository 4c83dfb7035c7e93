"""Who stands behind whom: the members of a group on a date, with ownership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.models import BuyerGroup
from core.access.scope import Scope
from core.errors import NotFound
from core.queries.sql import fetch_all
from core.words import sentence as _

# The latest version of each membership on the date; who was never in the group need not be looked at.
_MEMBERS_SQL = """
SELECT latest.buyer_id, b.code, b.name, b.name_zh, b.country, latest.parent_id, latest.share, latest.valid_from,
       (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s) AS is_visible
FROM (
    SELECT DISTINCT ON (g.buyer_id) g.* FROM buyers_groupmembership g
    WHERE g.valid_from <= %(as_of)s
      AND g.buyer_id IN (SELECT w.buyer_id FROM buyers_groupmembership w WHERE w.group_id = %(group)s)
    ORDER BY g.buyer_id, g.valid_from DESC, g.recorded_at DESC
) latest
JOIN buyers_buyer b ON b.id = latest.buyer_id
WHERE latest.group_id = %(group)s
ORDER BY b.code
"""


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of the group and who holds which share of it."""

    buyer_id: int
    code: str
    name: str
    name_zh: str
    country: str
    parent_id: int | None
    share: Decimal | None
    valid_from: date
    is_visible: bool


def get_group(*, code: str, as_of: date, scope: Scope) -> tuple[BuyerGroup, list[Member]]:
    """The group and its members on the date; raises ``group_unknown`` if the scope sees none of them."""
    group = BuyerGroup.objects.filter(code=code).first()
    members = [] if group is None else list_members(group_id=group.pk, as_of=as_of, scope=scope)
    if group is None or not (scope.is_everything or any(member.is_visible for member in members)):
        raise NotFound("group_unknown", _("There is no group %(code)r.", code=code), {"field": "code", "value": code})
    return group, members


def list_members(*, group_id: int, as_of: date, scope: Scope) -> list[Member]:
    """Members on the date, by code; ``is_visible`` is false for those outside the scope."""
    parameters = {"group": group_id, "as_of": as_of, "owner": scope.sales_owner_id}
    return [Member(*row) for row in fetch_all(_MEMBERS_SQL, parameters)]
