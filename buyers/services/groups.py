"""Groups as a source tells them: made, renamed, their members told as dated versions; and what became of each.

A group is taken as a whole: one member that cannot be refuses it. Members that a source no longer names stay; one that
leaves is told so, with its day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from buyers.domain.ownership import MembershipRow
from buyers.models import BuyerGroup, BuyerGroupCode
from buyers.queries.groups import Memberships, known_groups, known_memberships
from buyers.queries.records import buyer_ids_of_source
from buyers.services.memberships import (
    BATCH,
    check_membership,
    circle_refused,
    closing_circles,
    lock_memberships,
    record_memberships,
)
from buyers.services.putting import Put
from core.errors import DomainError, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _


class MemberRow(NamedTuple):
    """A member by the source's own codes; ``has_left``: from that day on it belongs to no group."""

    buyer: str
    valid_from: date
    parent: str = ""
    share: Decimal | None = None
    has_left: bool = False


class GroupRow(NamedTuple):
    """A group as its source knows it."""

    external_id: str
    name: str
    name_zh: str = ""
    members: tuple[MemberRow, ...] = ()


LONGEST_CODE = 60
_Members = list[MembershipRow]


@transaction.atomic
def put_groups(
    rows: Sequence[GroupRow], *, source: str, actor: User | None = None, actor_label: str = ""
) -> list[Put | DomainError]:
    """Bring the groups to what the source says: what became of each, or why it was refused as a whole.

    Refusals: ``buyer_not_found`` (a member or owner that the source has not told us of), ``share_invalid``,
    ``own_parent``, ``ownership_circle``. A version that is on record is not written again; of one buyer and day the
    version told last counts.
    """
    lock_memberships()
    buyers = buyer_ids_of_source(source, {code for row in rows for code in _codes(row)})
    read = [_members(row, buyers) for row in rows]
    known = known_memberships(set(buyers.values()))
    good = _without_circles({place: one for place, one in enumerate(read) if not isinstance(one, DomainError)}, known)
    groups = _Groups([rows[place] for place in good], source)
    fresh = {place: _fresh(members, groups.id_of(rows[place]), known) for place, members in good.items()}
    told = [row for members in fresh.values() for row in members]
    if told:
        record_memberships(told, source=source, actor=actor, actor_label=actor_label)
    groups.note(actor, actor_label)
    return [_outcome(row, read[place], fresh.get(place), groups) for place, row in enumerate(rows)]


def _codes(row: GroupRow) -> set[str]:
    return {code for member in row.members for code in (member.buyer, member.parent) if code}


def _members(row: GroupRow, buyers: Mapping[str, int]) -> _Members | DomainError:
    """The members by our ids, the group still to be filled in; or why the group is refused."""
    for code in sorted(_codes(row) - buyers.keys()):
        return NotFound("buyer_not_found", _("This source has no buyer %(code)s.", code=code), _named(code))
    found = []
    for one in row.members:
        parent = buyers[one.parent] if one.parent else None
        member = MembershipRow(buyers[one.buyer], None if one.has_left else 0, one.valid_from, parent, one.share)
        try:
            check_membership(member)
        except DomainError as refused:
            return DomainError(refused.code, refused.message, _named(one.buyer))
        found.append(member)
    return found


def _named(code: str) -> dict[str, Any]:
    return {"field": "members", "value": code}


def _without_circles(told: Mapping[int, _Members], known: Memberships) -> dict[int, _Members]:
    """The groups none of whose members would own itself; a refused one no longer counts for the others."""
    left = dict(told)
    while circles := closing_circles(_owners(left.values(), known)):
        left = {place: rows for place, rows in left.items() if not circles & {row.buyer_id for row in rows}}
    return left


def _owners(told: Iterable[_Members], known: Memberships) -> dict[int, int | None]:
    """Who owns each buyer from now on, where what is told is the last word about it."""
    latest: dict[int, MembershipRow] = {}
    for row in (row for rows in told for row in rows):
        if row.buyer_id not in latest or latest[row.buyer_id].valid_from <= row.valid_from:
            latest[row.buyer_id] = row
    last = {pk: max(versions) for pk, versions in known.items()}
    return {pk: row.parent_id for pk, row in latest.items() if pk not in last or last[pk] <= row.valid_from}


def _fresh(members: _Members, group_id: int, known: Memberships) -> _Members:
    """What is not on record yet; from then on it is known."""
    found = []
    for member in members:
        row = member if member.group_id is None else member._replace(group_id=group_id)
        versions = known.setdefault(row.buyer_id, {})
        if versions.get(row.valid_from) != row:
            versions[row.valid_from] = row
            found.append(row)
    return found


def _outcome(row: GroupRow, read: _Members | DomainError, fresh: _Members | None, groups: _Groups) -> Put | DomainError:
    if isinstance(read, DomainError):
        return read
    if fresh is None:
        refused = circle_refused("")
        return DomainError(refused.code, refused.message, _named(row.members[0].buyer))
    return Put.UPDATED if fresh and groups.became(row) is Put.UNCHANGED else groups.became(row)


class _Groups:
    """The groups that a source names: found, made, renamed."""

    def __init__(self, rows: Sequence[GroupRow], source: str) -> None:
        self._source = source
        self._known = known_groups(source, [row.external_id for row in rows])
        self._became = {row.external_id: self._judge(row) for row in rows}
        self._make([row for row in rows if self._became[row.external_id] is Put.CREATED])
        self._rename([row for row in rows if self._became[row.external_id] is Put.UPDATED])

    def id_of(self, row: GroupRow) -> int:
        """Our id of the group."""
        return self._known[row.external_id].pk

    def became(self, row: GroupRow) -> Put:
        """What became of the group itself."""
        return self._became[row.external_id]

    def note(self, actor: User | None, label: str) -> None:
        """One audit event for all that were made or renamed."""
        changed = [name for name, became in self._became.items() if became is not Put.UNCHANGED]
        if changed:
            audit.record(
                actor=actor,
                actor_label=label,
                action="buyers.group.put",
                subject_type="group",
                subject_id=self._known[changed[0]].code if len(changed) == 1 else "many",
                data={"source": self._source, "groups": len(changed)},
            )

    def _judge(self, row: GroupRow) -> Put:
        known = self._known.get(row.external_id)
        if known is None:
            return Put.CREATED
        return Put.UNCHANGED if (known.name, known.name_zh) == (row.name, row.name_zh) else Put.UPDATED

    def _make(self, rows: Sequence[GroupRow]) -> None:
        """New groups; one whose number is another group's code is called by its source too."""
        names = [row.external_id for row in rows]
        taken = set(BuyerGroup.objects.filter(code__in=names).values_list("code", flat=True))
        made = BuyerGroup.objects.bulk_create(
            [BuyerGroup(code=self._code(row, taken), name=row.name, name_zh=row.name_zh) for row in rows],
            batch_size=BATCH,
        )
        codes = [
            BuyerGroupCode(group=one, source=self._source, external_id=name)
            for one, name in zip(made, names, strict=True)
        ]
        BuyerGroupCode.objects.bulk_create(codes, batch_size=BATCH)
        self._known |= dict(zip(names, made, strict=True))

    def _code(self, row: GroupRow, taken: set[str]) -> str:
        if row.external_id not in taken:
            return row.external_id
        code = f"{self._source}:{row.external_id}"
        return code if len(code) <= LONGEST_CODE else hashlib.sha256(code.encode()).hexdigest()[:LONGEST_CODE]

    def _rename(self, rows: Sequence[GroupRow]) -> None:
        for row in rows:
            self._known[row.external_id].name, self._known[row.external_id].name_zh = row.name, row.name_zh
        BuyerGroup.objects.bulk_update([self._known[row.external_id] for row in rows], ["name", "name_zh"], BATCH)
