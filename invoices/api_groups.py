"""REST: groups under their sources' numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.services.groups import MemberRow
from invoices.api_records import RecordOfSource, get_schema, put_schema
from invoices.bodies_records import PutGroupBody
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_signals import find_group_record
from invoices.serializers_records import PutSourceGroupSerializer, SourceGroupSerializer
from invoices.services.bulks.groups import GROUPS, WantedGroup
from invoices.services.bulks.taking import Row


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

    @get_schema("getGroup", "One group by its source's number", SourceGroupSerializer)
    def get(self, request: Request, source: str, external_id: str) -> Response:
        """As it stands now, whichever source told of its members."""
        return self.read_record(source, external_id)

    @put_schema("putGroup", "Put a group with its members", PutGroupBody, PutSourceGroupSerializer)
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Memberships are versions: a member that is left out stays, one that leaves is told with ``left``."""
        return self.put_record(source, external_id)


def _member(given: dict[str, Any]) -> MemberRow:
    return MemberRow(
        given["buyer"], given["valid_from"], given.get("parent", ""), given.get("share"), has_left=given["left"]
    )
