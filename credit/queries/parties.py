"""Whose debts are looked at together: a buyer with its merged duplicates, and the group it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.prepared import Prepared, fetch_prepared, planned_once
from core.queries.sql import fetch_all


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer under the id by which it is read, and its group. ``records`` maps every record that carries rows of the
    ledger (members of the group and merged duplicates) to the member under which it is read."""

    buyer_id: int
    group_id: int | None
    records: Mapping[int, int] = field(default_factory=dict)

    @property
    def member_ids(self) -> tuple[int, ...]:
        """The buyer, or all members of its group, in order."""
        return tuple(sorted(set(self.records.values())))

    @property
    def own_records(self) -> list[int]:
        """The buyer's own record and its duplicates'."""
        return sorted(record for record, account in self.records.items() if account == self.buyer_id)


# The group of a buyer on a date: the kept copy, but for buyers with a membership that is not yet in force, or was not
# yet known, at the moment: for them the version that was.
_MOVED = (
    "(v.valid_from > %(as_of)s OR %(known_at)s::timestamptz IS NOT NULL AND v.recorded_at > %(known_at)s::timestamptz)"
)


def _group_of(buyer: str) -> str:
    return f"""
CASE WHEN EXISTS (SELECT FROM buyers_groupmembership v WHERE v.buyer_id = {buyer}.id AND {_MOVED})
    THEN (SELECT v.group_id FROM buyers_groupmembership v WHERE v.buyer_id = {buyer}.id AND NOT {_MOVED}
          ORDER BY v.valid_from DESC, v.recorded_at DESC, v.id DESC LIMIT 1)
    ELSE {buyer}.group_id END"""


_MEMBERS_SQL = f"""
SELECT b.id FROM buyers_buyer b WHERE {{wanted}} AND {_group_of("b")} = {{group}}
  AND NOT EXISTS (SELECT FROM ({MERGE_MAP_SQL}) m WHERE m.duplicate_id = b.id)
"""


def _members(group: str) -> str:
    """Buyers that are in the group at the moment: those that are in it now, and those that were at some time."""
    copies = _MEMBERS_SQL.format(wanted=f"b.group_id = {group}", group=group)
    movers = _MEMBERS_SQL.format(
        wanted=f"b.id IN (SELECT v.buyer_id FROM buyers_groupmembership v WHERE v.group_id = {group})", group=group
    )
    return f"{copies} UNION {movers}"


# Rows of (buyer, its group, a record, the member under which that is read).
PARTY_SQL = f"""
WITH own AS MATERIALIZED (
    SELECT b.id, {_group_of("b")} AS group_id FROM buyers_buyer b
    WHERE b.id = coalesce((SELECT m.survivor_id FROM ({MERGE_MAP_SQL}) m WHERE m.duplicate_id = %(buyer_id)s),
                          %(buyer_id)s)
), member AS (SELECT own.id FROM own UNION {_members("(SELECT own.group_id FROM own)")})
SELECT own.id, own.group_id, record.id, record.account_id FROM own CROSS JOIN (
    SELECT member.id, member.id AS account_id FROM member
    UNION ALL
    SELECT m.duplicate_id, m.survivor_id FROM ({MERGE_MAP_SQL}) m JOIN member ON member.id = m.survivor_id
) record
"""


_PARTY = Prepared("check_party", PARTY_SQL, {"buyer_id": "bigint", "as_of": "date", "known_at": "timestamptz"})


def get_party(buyer_id: int, *, as_of: date, known_at: datetime | None = None) -> Party | None:
    """The buyer (its survivor) with its group's members and all their records at the moment, in one statement.

    None if there is no such buyer.
    """
    with planned_once():
        rows = fetch_prepared(_PARTY, {"buyer_id": buyer_id, "as_of": as_of, "known_at": known_at})
    return Party(rows[0][0], rows[0][1], {row[2]: row[3] for row in rows}) if rows else None


_GROUP_SQL = f"""
WITH member AS MATERIALIZED ({_members("%(group_id)s")})
SELECT member.id, member.id FROM member
UNION ALL
SELECT m.duplicate_id, m.survivor_id FROM ({MERGE_MAP_SQL}) m JOIN member ON member.id = m.survivor_id
"""


def get_group_records(group_id: int, *, as_of: date, known_at: datetime | None = None) -> dict[int, int]:
    """Every record of the group's members and the member under which it is read."""
    return dict(fetch_all(_GROUP_SQL, {"group_id": group_id, "as_of": as_of, "known_at": known_at}))


def get_records(buyer_ids: Sequence[int], *, known_at: datetime | None = None) -> tuple[dict[int, int], dict[int, int]]:
    """(asked id to the id under which it is read, record to that id) for some buyers."""
    merged = dict(fetch_all(MERGE_MAP_SQL, {"known_at": known_at}))
    asked = {pk: merged.get(pk, pk) for pk in buyer_ids}
    accounts = set(asked.values())
    records = {pk: pk for pk in accounts} | {away: into for away, into in merged.items() if into in accounts}
    return asked, records
