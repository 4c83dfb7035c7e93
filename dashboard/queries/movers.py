"""Candidates for "where debt turns bad": most overdue groups, and buyers that are in none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.access.scope import Scope
from core.queries.sql import fetch_all

# Members on the date: the latest version of each membership.
_MEMBERS_SQL = """
SELECT latest.group_id, latest.buyer_id FROM (
    SELECT DISTINCT ON (buyer_id) buyer_id, group_id FROM buyers_groupmembership
    WHERE valid_from <= %(as_of)s
      AND buyer_id IN (SELECT buyer_id FROM buyers_groupmembership WHERE group_id = ANY(%(groups)s))
    ORDER BY buyer_id, valid_from DESC, recorded_at DESC
) latest WHERE latest.group_id = ANY(%(groups)s)
"""

_OWN_SQL = """
SELECT b.id, b.code, b.name, b.name_zh, sum(coalesce(a.base_open, 0)),
       sum(coalesce(a.base_b1 + a.base_b2 + a.base_b3 + a.base_b4 + a.base_b5, 0)) AS overdue,
       sum(coalesce(a.base_b4 + a.base_b5, 0))
FROM invoices_agingsnapshot a JOIN buyers_buyer b ON b.id = a.buyer_id
WHERE a.set_id = %(set)s AND a.basis = 'due' AND b.sales_owner_id = %(owner)s
GROUP BY b.id HAVING sum(coalesce(a.base_b1 + a.base_b2 + a.base_b3 + a.base_b4 + a.base_b5, 0)) > 0
ORDER BY overdue DESC LIMIT 10
"""

_OWN_TOTALS_SQL = """
SELECT coalesce(sum(a.base_open), 0), coalesce(sum(a.base_b0), 0), coalesce(sum(a.base_b1), 0),
       coalesce(sum(a.base_b2), 0), coalesce(sum(a.base_b3), 0), coalesce(sum(a.base_b4), 0),
       coalesce(sum(a.base_b5), 0)
FROM invoices_agingsnapshot a JOIN buyers_buyer b ON b.id = a.buyer_id
WHERE a.set_id = %(set)s AND a.basis = 'due' AND b.sales_owner_id = %(owner)s
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A group or a buyer with its debt now and a year before, in base currency."""

    key: str
    is_group: bool
    code: str
    name: str
    name_zh: str
    open_amount: Decimal
    overdue: Decimal
    over_90: Decimal
    overdue_before: Decimal
    member_ids: tuple[int, ...]


def list_subjects(*, totals: Mapping[str, Any] | None, set_id: int, as_of: date, scope: Scope) -> list[Subject]:
    """Out of the set's totals; for a reader with own buyers only, out of the rows of these."""
    if totals is None or not scope.is_everything:
        rows = fetch_all(_OWN_SQL, {"set": set_id, "owner": scope.sales_owner_id})
        return [_buyer(*row) for row in rows]
    members = _members([row["id"] for row in totals["most_overdue_groups"]], as_of)
    groups = [_group(row, members.get(row["id"], ())) for row in totals["most_overdue_groups"]]
    grouped = {buyer_id for group in groups for buyer_id in group.member_ids}
    buyers = [_from_totals(row) for row in totals["most_overdue_buyers"] if row["id"] not in grouped]
    return [*(group for group in groups if group.member_ids), *buyers]


def own_totals(*, set_id: int, scope: Scope) -> tuple[dict[str, Decimal], list[Decimal]]:
    """Open, overdue, over 90 and the buckets of the reader's own buyers."""
    opened, *buckets = fetch_all(_OWN_TOTALS_SQL, {"set": set_id, "owner": scope.sales_owner_id})[0]
    sums = {"open": opened, "overdue": sum(buckets[1:], Decimal(0)), "over_90": sum(buckets[4:], Decimal(0))}
    return sums, buckets


def _members(group_ids: Iterable[int], as_of: date) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for group_id, buyer_id in fetch_all(_MEMBERS_SQL, {"groups": list(group_ids), "as_of": as_of}):
        found[group_id] = (*found.get(group_id, ()), buyer_id)
    return found


def _buyer(pk: int, code: str, name: str, name_zh: str, opened: Decimal, overdue: Decimal, over_90: Decimal) -> Subject:
    return Subject(f"buyer:{pk}", False, code, name, name_zh, opened, overdue, over_90, Decimal(0), (pk,))


def _from_totals(row: Mapping[str, Any]) -> Subject:
    return Subject(f"buyer:{row['id']}", False, **_amounts(row), member_ids=(row["id"],))


def _group(row: Mapping[str, Any], members: tuple[int, ...]) -> Subject:
    return Subject(f"group:{row['id']}", True, **_amounts(row), member_ids=members)


def _amounts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "name_zh": row["name_zh"],
        "open_amount": Decimal(row["open"]),
        "overdue": Decimal(row["overdue"]),
        "over_90": Decimal(row["over_90"]),
        "overdue_before": Decimal(row["overdue_year_before"]),
    }
