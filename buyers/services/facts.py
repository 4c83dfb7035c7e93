"""Recording facts about buyers: append-only, one or many at a time, the same fact twice only once."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from buyers.domain.fact_rows import (
    CertificateRow,
    ContractRow,
    EventRow,
    FactRow,
    KycRow,
    RatingRow,
    ScreeningRow,
    StatementRow,
    check_fact,
)
from buyers.models import (
    AgencyRating,
    Buyer,
    Certificate,
    Contract,
    FinancialStatement,
    KycRecord,
    RiskEvent,
    Screening,
)
from buyers.queries.signals import Points, grade_points
from buyers.services.rechecks import ask_recheck_of_moved
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _

BATCH = 2000


@dataclass(frozen=True, slots=True)
class FactsRecorded:
    """How many facts were new, and how many were on record already."""

    recorded: int
    unchanged: int


@transaction.atomic
def record_facts(
    rows: Iterable[FactRow], *, points: Points | None = None, actor: User | None = None, actor_label: str = ""
) -> FactsRecorded:
    """Append facts of any kind; all or none.

    A fact that is on record with the same content is left alone. ``points``: the table of grades, if the caller has
    read it. Raises ``buyer_not_found``, ``grade_unknown`` (the
    agency's letters are not in the table of grades), ``fact_invalid``, ``currency_unknown``.
    """
    by_kind: dict[type, list[Any]] = defaultdict(list)
    for row in rows:
        check_fact(row)
        by_kind[type(row)].append(row)
    given = sum(map(len, by_kind.values()))
    _check_buyers({row.buyer_id for rows_of_kind in by_kind.values() for row in rows_of_kind})
    new = {kind.__name__: _append(kind, rows_of_kind, points) for kind, rows_of_kind in by_kind.items()}
    _audit(by_kind, new, actor, actor_label)
    if new.get(KycRow.__name__) or new.get(ScreeningRow.__name__):
        ask_recheck_of_moved()
    return FactsRecorded(recorded=sum(new.values()), unchanged=given - sum(new.values()))


def record_fact(row: FactRow, *, actor: User | None = None) -> bool:
    """Append one fact; False if it was on record already."""
    return record_facts([row], actor=actor).recorded == 1


@transaction.atomic
def end_event(event_id: int, *, ended_on: date, source: str = "", actor: User | None = None) -> RiskEvent:
    """The condition that the event began is over: a row of its own.

    Raises ``event_not_found``, ``event_ended`` if it is over already, ``fact_invalid`` before its beginning.
    """
    event = RiskEvent.objects.select_for_update().filter(pk=event_id, ends__isnull=True).first()
    if event is None:
        raise NotFound(
            "event_not_found",
            _("There is no event %(event_id)s.", event_id=event_id),
            {"field": "event", "value": event_id},
        )
    if event.ended_by.exists():
        raise Conflict("event_ended", _("This event is already over."), {"field": "event", "value": event_id})
    check_fact(EventRow(event.buyer_id, event.kind, event.valid_from, ended_on))
    end = RiskEvent.objects.create(
        buyer_id=event.buyer_id, kind=event.kind, ends=event, valid_from=ended_on, source=source
    )
    data = {"kind": event.kind, "ended_on": ended_on.isoformat()}
    audit.record(actor=actor, action="buyers.event.ended", subject_type="buyer", subject_id=event.buyer_id, data=data)
    return end


def _check_buyers(ids: set[int]) -> None:
    known = set(Buyer.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if missing := sorted(ids - known):
        raise NotFound(
            "buyer_not_found",
            _("There is no buyer %(missing)s.", missing=missing[0]),
            {"field": "buyer", "value": missing[0]},
        )


def _rating_columns(rows: Sequence[RatingRow], points: Points | None) -> list[dict[str, Any]]:
    """With the points frozen from the table of grades."""
    points = grade_points() if points is None else points
    for row in rows:
        check_grade(row, points)
    return [
        {
            "buyer_id": row.buyer_id,
            "agency": row.agency,
            "grade": row.grade,
            "points": points[row.agency, row.grade],
            "valid_from": row.rated_on,
            "source": row.source,
            "external_id": row.external_id,
        }
        for row in rows
    ]


def check_grade(row: RatingRow, points: Points) -> None:
    """The agency's letters are in the table of grades; raises ``grade_unknown``."""
    if (row.agency, row.grade) in points:
        return
    grades = [grade for agency, grade in points if agency == row.agency]
    known = ", ".join(grades) or "no grade of this agency; load them with: manage.py load_agency_grades"
    raise DomainError(
        "grade_unknown",
        _(
            "%(agency)s has no grade %(grade)r in the table of grades. Known: %(known)s.",
            agency=row.agency,
            grade=row.grade,
            known=known,
        ),
        {"field": "grade", "value": row.grade, "agency": row.agency},
    )


Columns = Callable[[Sequence[Any], Points | None], list[dict[str, Any]]]


def _renamed(**names: str) -> Columns:
    """The row's fields as columns, some under the model's name."""

    def columns(rows: Sequence[Any], _points: Points | None) -> list[dict[str, Any]]:
        return [{names.get(k, k): v for k, v in row._asdict().items() if k != "ended_on"} for row in rows]

    return columns


_TABLES: dict[type, tuple[type[Any], Columns]] = {
    RatingRow: (AgencyRating, _rating_columns),
    StatementRow: (FinancialStatement, _renamed(balance_date="valid_from")),
    EventRow: (RiskEvent, _renamed(began_on="valid_from")),
    KycRow: (KycRecord, _renamed()),
    ScreeningRow: (Screening, _renamed(screened_on="valid_from")),
    CertificateRow: (Certificate, _renamed()),
    ContractRow: (Contract, _renamed()),
}


def _append(kind: type, rows: list[Any], points: Points | None) -> int:
    """Insert what is not on record; returns how many."""
    model, columns_of = _TABLES[kind]
    columns = columns_of(rows, points)
    names = list(columns[0])
    wanted = dict.fromkeys(tuple(values.values()) for values in columns)
    known = _on_record(model, names, {row.buyer_id for row in rows})
    new = [model(**dict(zip(names, values, strict=True))) for values in wanted if values not in known]
    model.objects.bulk_create(new, batch_size=BATCH)
    ended = _end_events(rows) if kind is EventRow else set()
    return len(new) + len(ended & known)


def _on_record(model: type[Any], names: list[str], buyer_ids: set[int]) -> set[tuple[Any, ...]]:
    """What is on record of these buyers; of facts with a number of their source the version recorded last."""
    found = model.objects.filter(buyer_id__in=buyer_ids)
    if model is RiskEvent:
        found = found.filter(ends__isnull=True)
    number = operator.itemgetter(names.index("source"), names.index("external_id")) if "external_id" in names else None
    standing: dict[Any, tuple[Any, ...]] = {}
    for values in found.order_by("pk").values_list(*names):
        key = number(values) if number else ()
        standing[key if key and key[1] else values] = values
    return set(standing.values())


def _end_events(rows: list[EventRow]) -> set[tuple[Any, ...]]:
    """End the conditions that the rows say are over and that still stand open; returns which, by their content."""
    over = {row._replace(ended_on=None): row.ended_on for row in rows if row.ended_on}
    open_ones = RiskEvent.objects.filter(
        buyer_id__in={row.buyer_id for row in over}, ends__isnull=True, ended_by__isnull=True
    )
    standing = {EventRow(e.buyer_id, e.kind, e.valid_from, None, e.note, e.source, e.external_id): e for e in open_ones}
    ending = {row: standing[row] for row in over if row in standing}
    RiskEvent.objects.bulk_create(
        [
            RiskEvent(buyer_id=event.buyer_id, kind=event.kind, ends=event, valid_from=over[row], source=row.source)
            for row, event in ending.items()
        ],
        batch_size=BATCH,
    )
    return {tuple(value for name, value in row._asdict().items() if name != "ended_on") for row in ending}


def _audit(by_kind: dict[type, list[Any]], new: dict[str, int], actor: User | None, label: str) -> None:
    """One event for the whole call; nothing if nothing was new."""
    if not sum(new.values()):
        return
    buyers = Counter(row.buyer_id for rows in by_kind.values() for row in rows)
    subject = next(iter(buyers)) if len(buyers) == 1 else "many"
    data = {"buyers": len(buyers), "recorded": {name.removesuffix("Row").lower(): n for name, n in new.items()}}
    audit.record(
        actor=actor,
        actor_label=label,
        action="buyers.facts.recorded",
        subject_type="buyer",
        subject_id=subject,
        data=data,
    )
