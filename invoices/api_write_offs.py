"""REST: write-offs under their sources' numbers."""

from __future__ import annotations

from typing import Any

from invoices.api_records import RecordOfSource, described
from invoices.bodies_records import PutWriteOffBody
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_write_offs import find_write_off
from invoices.serializers_records import PutWriteOffSerializer, WriteOffSerializer
from invoices.services.bulks.taking import Row
from invoices.services.bulks.write_offs import WRITE_OFFS, WantedWriteOff


@described(
    "WriteOff",
    get=("One write-off by its source's number", "As it was told last."),
    put=(
        "Put a write-off",
        "Posted to the ledger; another amount is a reversal and a new entry from today on, 0 takes it back.",
    ),
)
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
