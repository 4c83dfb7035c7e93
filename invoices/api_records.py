"""REST: what every single record of a source shares: read, put, its versions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.bodies import Body
from core.api.outages import outage_told
from core.api.params import Params
from core.api.schema import ETAG, answers, write_answers
from core.api.writes import etag_of, expected_versions
from core.errors import NotFound
from core.house import today
from core.services.idempotency import try_again
from invoices.api_intake import VERSION, SourceView
from invoices.queries.source_records import SourceRecord
from invoices.services.bulks.taking import Caller, Row, Taking, put_row
from invoices.services.imports.results import Outcome

View = TypeVar("View", bound="type[RecordOfSource]")
Words = tuple[str, str]  # summary and description of an operation
Answers = type[serializers.Serializer[Any]]


def described(name: str, *, get: Words, put: Words, problems: tuple[int, ...] = ()) -> Callable[[View], View]:
    """The descriptions of reading and putting a record; ``problems``: what else reading it may answer."""

    def describe(view: View) -> View:
        read = extend_schema(
            operation_id=f"get{name}",
            tags=["intake"],
            summary=get[0],
            description=get[1],
            parameters=[ETAG],
            responses=answers(view.answer_kind, 404, *problems),
        )
        write = extend_schema(
            operation_id=f"put{name}",
            tags=["intake"],
            summary=put[0],
            description=put[1],
            parameters=[VERSION, ETAG],
            request=view.body_kind,
            responses=write_answers(view.put_answer_kind, 404, 409, 412, 422, 503, created=True),
        )
        return extend_schema_view(get=read, put=write)(view)

    return describe


class RecordOfSource(SourceView, ABC):
    """One record under its source's number; subclasses say how it is taken, found, read and shown."""

    taking: ClassVar[Taking[Any]]
    body_kind: ClassVar[type[Body]]
    answer_kind: ClassVar[Answers]
    put_answer_kind: ClassVar[Answers]
    longest_id: ClassVar[int] = 120

    @abstractmethod
    def find(self, source: str, external_id: str) -> SourceRecord | None:
        """What is on record; None if nothing is."""

    @abstractmethod
    def row(self, external_id: str, given: dict[str, Any]) -> Row:
        """What was put, as the kind's row."""

    def number(self, **named: str) -> str:
        """The record's number as its address gives it."""
        return named["external_id"]

    def get(self, request: Request, source: str, **named: str) -> Response:
        """As it stands; the ETag is for If-Match."""
        external_id = self.number(**named)
        self.parse(Params)
        self.check_readable(source)
        found = self.find(source, external_id)
        if found is None:
            params = {"field": "external_id", "value": external_id}
            raise NotFound("record_not_found", _("%(source)s has no such number.") % {"source": source}, params)
        return _shown(self.answer_kind, source, external_id, found)

    def put(self, request: Request, source: str, **named: str) -> Response:
        """Bring it to what the source says; the same again changes nothing."""
        external_id = self.number(**named)
        self.parse(Params)
        self.check_own(source)
        self.check_number(external_id, self.longest_id)
        row, expected = self.row(external_id, self.body(self.body_kind)), expected_versions(request)
        with outage_told():
            outcome = try_again(lambda: self._put(row, expected))
            found = self.find(source, row.external_id)
        assert found is not None  # noqa: S101 - it was put just now, and nothing is ever deleted
        return _shown(self.put_answer_kind, source, row.external_id, found, outcome)

    def _put(self, row: Row, expected: tuple[int, int] | None) -> Outcome:
        caller = Caller(self.own_source, today(), self.person)
        return put_row(self.taking, caller=caller, row=row, expected=expected, versions=lambda: self._versions(row))

    def _versions(self, row: Row) -> tuple[int, int] | None:
        found = self.find(self.own_source, row.external_id)
        return found.versions if found else None


def _shown(
    kind: Answers, source: str, external_id: str, found: SourceRecord, outcome: Outcome | None = None
) -> Response:
    said = {} if outcome is None else {"outcome": outcome.value}
    data = kind({"source": source, "external_id": external_id, **found.values, **said}).data
    status = 201 if outcome is Outcome.CREATED else 200
    return Response(data, status=status, headers={"ETag": etag_of(*found.versions)})
