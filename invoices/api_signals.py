"""REST: external signals under their sources' numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from buyers.domain.fact_rows import EventRow, RatingRow, StatementRow
from invoices.api_records import RecordOfSource, described
from invoices.bodies_records import PutEventBody, PutRatingBody, PutStatementBody
from invoices.queries.source_records import SourceRecord
from invoices.queries.source_signals import find_signal
from invoices.serializers_records import (
    EventSerializer,
    PutEventSerializer,
    PutRatingSerializer,
    PutStatementSerializer,
    RatingSerializer,
    StatementSerializer,
)
from invoices.services.bulks.signals import EVENTS, RATINGS, STATEMENTS, WantedSignal
from invoices.services.bulks.taking import Row


class SignalOfSource(RecordOfSource):
    """Base of the three: subclasses say which row of facts it is."""

    fact_kind: ClassVar[Any]

    def find(self, source: str, external_id: str) -> SourceRecord | None:
        """What is on record."""
        return find_signal(self.fact_kind, source, external_id)

    def row(self, external_id: str, given: dict[str, Any]) -> Row:
        """What was put."""
        said = {name: value for name, value in given.items() if name != "buyer"}
        fact = self.fact_kind(buyer_id=0, external_id=external_id, **said)
        return WantedSignal(position=1, external_id=external_id, buyer=given["buyer"], fact=fact)


@described(
    "Rating",
    get=("One agency rating by its source's number", "As it was told last."),
    put=("Put an agency rating", "A new version if it says something new; another grade is a correction."),
)
class RatingOfSource(SignalOfSource):
    """One agency rating."""

    taking, fact_kind, body_kind = RATINGS, RatingRow, PutRatingBody
    answer_kind, put_answer_kind = RatingSerializer, PutRatingSerializer


@described(
    "FinancialStatement",
    get=("One financial statement by its source's number", "As it was told last."),
    put=("Put a financial statement", "A new version if it says something new; other figures are a correction."),
)
class StatementOfSource(SignalOfSource):
    """One financial statement."""

    taking, fact_kind, body_kind = STATEMENTS, StatementRow, PutStatementBody
    answer_kind, put_answer_kind = StatementSerializer, PutStatementSerializer


@described(
    "BuyerEvent",
    get=("One event by its source's number", "As it was told last."),
    put=(
        "Put an event: litigation, insolvency, a bank line cut …",
        "Put it again with ``ended_on`` once the condition is over.",
    ),
)
class EventOfSource(SignalOfSource):
    """One event of a buyer."""

    taking, fact_kind, body_kind = EVENTS, EventRow, PutEventBody
    answer_kind, put_answer_kind = EventSerializer, PutEventSerializer
