"""What kinds of records share: each one is read, compared, taken or refused, and answered; alone or in a bulk."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Changed, DomainError
from core.house import day_of
from core.models import User
from invoices.domain.bulks import BulkKind
from invoices.intake.convert import Reader
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.reasons import FileRefused
from invoices.models import Bulk
from invoices.services.bulks.early import keep_early, supersede_early
from invoices.services.bulks.fields import BadRow, Misfit, RecordReader
from invoices.services.bulks.problems import problem, problem_of, refusal_of
from invoices.services.bulks.records import Answer, check_totals, keep_answers, records_of
from invoices.services.imports.results import Outcome, Tally
from invoices.services.source_locks import lock_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record that could be read; ``position`` is its place in the bulk, from 1 on."""

    position: int
    external_id: str


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends records: the source that they are of, the person if one signed in, and the business day."""

    source: str
    today: date
    actor: User | None = None

    @property
    def label(self) -> str:
        """How a system is named in the audit trail."""
        return "" if self.actor else f"api:{self.source}"


@dataclass(frozen=True, slots=True)
class Taking(Generic[R]):
    """How records of one kind are taken.

    ``shapes`` says how the fields are written, ``readers`` gives those that read them, ``row_of`` makes a row of what
    was read or says what does not fit (:class:`Misfit`). ``post(caller, rows)`` brings the house to what the rows say
    and answers each of them; no ``key_of`` comes twice in its rows. ``complete`` adds what is on record, once the
    source is locked. ``name_of`` gives the id of a record that cannot be read, of its cells; ``money`` currency and
    amount for the control totals, if it has any; ``waits_as`` the kind whose records may name what is not known yet.
    """

    shapes: Mapping[str, Shape]
    readers: Callable[[], Mapping[str, Reader]]
    row_of: Callable[[int, Mapping[str, str]], R]
    post: Callable[[Caller, list[R]], list[Answer]]
    name_of: Callable[[Mapping[str, str]], str] = lambda cells: cells["external_id"]
    money: Callable[[R], tuple[str, str]] | None = None
    key_of: Callable[[R], Hashable] = lambda row: row.external_id
    complete: Callable[[Caller, list[R]], list[R]] = lambda caller, rows: rows
    waits_as: BulkKind | None = None


def take_rows(bulk: Bulk, taking: Taking[R]) -> Tally:
    """Take a bulk in, in the caller's transaction.

    Raises ``FileRefused`` for records that cannot be read as such, ``control_totals_mismatch``.
    """
    records = records_of(bulk, taking.shapes)
    read = list(_read(records, taking))
    if not read:
        raise FileRefused("no_records")
    lock_source(bulk.source)
    caller = Caller(bulk.source, day_of(bulk.created_at), bulk.actor)
    good = taking.complete(caller, [row for row in read if not isinstance(row, BadRow)])
    bad = [row for row in read if isinstance(row, BadRow)]
    answers = [*_answers(good, taking, caller), *map(_refused, bad)]
    judged: list[R | BadRow] = [*good, *bad]
    tally = _tally(judged, answers, taking.money)
    check_totals(bulk, records.totals, tally)
    keep_answers(bulk, answers)
    if taking.waits_as:
        supersede_early(taking.waits_as, bulk.source, map(taking.key_of, good))
        keep_early(bulk, answers, {row.position: taking.key_of(row) for row in good})
    return tally


Versions = tuple[int, int]


@transaction.atomic
def put_row(
    taking: Taking[R],
    *,
    caller: Caller,
    row: R,
    expected: Versions | None = None,
    versions: Callable[[], Versions | None] = lambda: None,
) -> Outcome:
    """Take one record in; what a bulk would quarantine is raised (see :func:`refusal_of`).

    Raises ``record_changed`` (412) if ``expected`` is given and is not what ``versions`` finds on record.
    """
    lock_source(caller.source, is_bounded=True)
    if expected is not None and versions() != expected:
        detail = _("The record is no longer the version that If-Match names; read it again.")
        raise Changed("record_changed", detail, {"field": "If-Match", "value": row.external_id})
    (answer,) = taking.post(caller, taking.complete(caller, [row]))
    if answer.problem is not None:
        raise refusal_of(answer.problem)
    if taking.waits_as:
        supersede_early(taking.waits_as, caller.source, [taking.key_of(row)])
    return answer.outcome


def _read(records: JsonRecords, taking: Taking[R]) -> Iterator[R | BadRow]:
    reader = RecordReader(records.header, taking.readers(), taking.name_of)
    for record in records:
        try:
            yield reader.fault_of(record) or taking.row_of(record.line, reader.values(reader.cells(record)))
        except Misfit as misfit:
            yield reader.bad(record, misfit)


def _refused(row: BadRow) -> Answer:
    return Answer(row.position, row.external_id, Outcome.QUARANTINED, row.problem)


def _tally(read: list[R | BadRow], answers: list[Answer], money: Callable[[R], tuple[str, str]] | None) -> Tally:
    tally, outcomes = Tally(), {answer.position: answer.outcome for answer in answers}
    for row in read:
        if money is None:
            tally.count(outcomes[row.position])
            continue
        currency, amount = (row.currency, row.amount) if isinstance(row, BadRow) else money(row)
        tally.add(outcomes[row.position], currency, amount)
    return tally


def _answers(rows: list[R], taking: Taking[R], caller: Caller) -> Iterator[Answer]:
    """Of records that are alike the first one counts; those of one key that differ are all refused."""
    first: dict[Hashable, R] = {}
    conflicts: dict[Hashable, int] = {}
    for row in rows:
        seen = first.setdefault(taking.key_of(row), row)
        if seen is not row and replace(row, position=seen.position) != seen:
            conflicts.setdefault(taking.key_of(row), row.position)
    wanted = [row for key, row in first.items() if key not in conflicts]
    found = {answer.position: answer for answer in taking.post(caller, wanted)}
    for row in rows:
        start, other = first[taking.key_of(row)].position, conflicts.get(taking.key_of(row))
        yield _repeated(row, found[start]) if other is None else _twice(row, other if row.position == start else start)


def _repeated(row: Row, answer: Answer) -> Answer:
    """The answer to the first record of its kind, or to one that says the same again."""
    if row.position == answer.position or answer.outcome is Outcome.QUARANTINED:
        return answer._replace(position=row.position)
    return answer._replace(position=row.position, outcome=Outcome.UNCHANGED)


def _twice(row: Row, other: int) -> Answer:
    return quarantined(row, problem("duplicate_in_file", "external_id", row.external_id, other_line=other))


def put_sound(
    rows: list[R],
    *,
    put: Callable[[list[R]], Sequence[StrEnum | Mapping[str, Any] | DomainError]],
    fault_of: Callable[[R], Mapping[str, Any] | None] = lambda row: None,
) -> list[Answer]:
    """Answer the rows at fault, and put the others together.

    ``put`` says what became of each: its outcome, the problem that stops it, or a rule's refusal.
    """
    faults = {row.position: fault_of(row) for row in rows}
    sound = [row for row in rows if faults[row.position] is None]
    answers = [_became(row, one) for row, one in zip(sound, put(sound), strict=True)]
    return answers + [quarantined(row, fault) for row in rows if (fault := faults[row.position])]


def _became(row: Row, one: StrEnum | Mapping[str, Any] | DomainError) -> Answer:
    if isinstance(one, StrEnum):
        return Answer(row.position, row.external_id, Outcome(one.value))
    return quarantined(row, problem_of(one) if isinstance(one, DomainError) else one)


def quarantined(row: Row, why: Mapping[str, Any]) -> Answer:
    """The answer to a row that is not taken."""
    return Answer(row.position, row.external_id, Outcome.QUARANTINED, why)
