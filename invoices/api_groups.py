"""REST: groups under their sources' numbers."""

from __future__ import annotations

from typing import Any

from buyers.services.groups import MemberRow
from invoices.api_records import RecordOfSource, described
from invoices.bodies_records import PutGroupBody
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_signals import find_group_record
from invoices.serializers_records import PutSourceGroupSerializer, SourceGroupSerializer
from invoices.services.bulks.groups import GROUPS, WantedGroup
from invoices.services.bulks.taking import Row


@described(
    "Group",
    get=("One group by its source's number", "As it stands now, whichever source told of its members."),
    put=(
        "Put a group with its members",
        "Memberships are versions: a member that is left out stays, one that leaves is told with ``left``.",
    ),
)
class GroupOfSource(RecordOfSource):
    """One group."""

    taking, body_kind, longest_id = GROUPS, PutGroupBody, 60
    answer_kind, put_answer_kind = SourceGroupSerializer, PutSourceGroupSerializer

    def find(self, source: str, external_id: str) -> SourceRecord | None:
        """What is on record."""
        return find_group_record(source, external_id)

    def row(self, external_id: str, given: dict[str, Any]) -> Row:
        """What was put."""
        members = tuple(map(_member, given["members"]))
        names = {"name": given["name"], "name_zh": given["name_zh"]}
        return WantedGroup(position=1, external_id=external_id, members=members, **names)


def _member(given: dict[str, Any]) -> MemberRow:
    return MemberRow(
        given["buyer"], given["valid_from"], given.get("parent", ""), given.get("share"), has_left=given["left"]
    )
