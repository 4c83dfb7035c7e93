"""REST: write-offs under their sources' numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from invoices.api_records import RecordOfSource, get_schema, put_schema
from invoices.bodies_records import PutWriteOffBody
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_write_offs import find_write_off
from invoices.serializers_records import PutWriteOffSerializer, WriteOffSerializer
from invoices.services.bulks.taking import Row
from invoices.services.bulks.write_offs import WRITE_OFFS, WantedWriteOff


class WriteOffOfSource(RecordOfSource):
    """One write-off."""

    taking, body_kind = WRITE_OFFS, PutWriteOffBody
    answer_kind, put_answer_kind = WriteOffSerializer, PutWriteOffSerializer

    def find(self, source: str, external_id: str) -> SourceRecord | None:
        """What is on record."""
        return find_write_off(source, external_id)

    def row(self, external_id: str, given: dict[str, Any]) -> Row:
        """What was put."""
        return WantedWriteOff(position=1, external_id=external_id, **given)

    @get_schema("getWriteOff", "One write-off by its source's number", WriteOffSerializer)
    def get(self, request: Request, source: str, external_id: str) -> Response:
        """As it was told last."""
        return self.read_record(source, external_id)

    @put_schema("putWriteOff", "Put a write-off", PutWriteOffBody, PutWriteOffSerializer)
    def put(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Posted to the ledger; another amount is a reversal and a new entry from today on, 0 takes it back."""
        return self.put_record(source, external_id)
