"""Writes the demo's dated facts. A buyer that has demo facts of a kind gets no second set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models

from buyers.models import (
    AgencyGrade,
    AgencyRating,
    Buyer,
    BuyerRegistration,
    Certificate,
    Contract,
    FinancialStatement,
    KycRecord,
    RiskEvent,
    Screening,
)
from buyers.services.registrations import register_number
from pipeline.demo.facts import FactFile
from pipeline.demo.records import SOURCE, DemoEvent, DemoRating

BATCH = 5_000
# Kinds whose rows hold exactly the fields of the model.
PLAIN: tuple[tuple[type[models.Model], str], ...] = (
    (FinancialStatement, "statements"),
    (KycRecord, "kyc"),
    (Screening, "screenings"),
    (Certificate, "certificates"),
    (Contract, "contracts"),
)


def load_facts(*, files: Iterable[FactFile], buyer_ids: Mapping[str, int]) -> int:
    """Store the fact files; returns how many rows were new."""
    known = [(buyer_ids[file.code], file) for file in files]
    created = sum(_store(model, _plain(model, name, known)) for model, name in PLAIN)
    created += _store(AgencyRating, _ratings(known))
    return created + _events(known) + _registrations(known)


def _plain(model: type[models.Model], name: str, known: list[tuple[int, FactFile]]) -> list[models.Model]:
    make: Callable[..., models.Model] = model
    return [
        make(buyer_id=buyer_id, source=SOURCE, **row._asdict())
        for buyer_id, file in known
        for row in getattr(file, name)
    ]


def _store(model: type[models.Model], rows: list[Any]) -> int:
    """Append the rows of buyers that have none of this kind from the demo yet."""
    manager = model._base_manager  # noqa: SLF001 -- Django documents it; models without typing have no `objects`
    have = set(manager.filter(source=SOURCE).values_list("buyer_id", flat=True))
    fresh = [row for row in rows if row.buyer_id not in have]
    manager.bulk_create(fresh, batch_size=BATCH)
    return len(fresh)


def _ratings(known: list[tuple[int, FactFile]]) -> list[AgencyRating]:
    scale = _grades_by_agency()
    return [
        _rating(buyer_id, row, scale[row.agency])
        for buyer_id, file in known
        for row in file.ratings
        if row.agency in scale
    ]


def _grades_by_agency() -> dict[str, list[AgencyGrade]]:
    scale: dict[str, list[AgencyGrade]] = {}
    for grade in AgencyGrade.objects.all():
        scale.setdefault(grade.agency, []).append(grade)
    return scale


def _rating(buyer_id: int, row: DemoRating, grades: list[AgencyGrade]) -> AgencyRating:
    """The agency's grade that is worth about the wanted points."""
    grade = min(grades, key=lambda item: (abs(item.points - row.points), item.grade))
    return AgencyRating(
        buyer_id=buyer_id,
        agency=row.agency,
        grade=grade.grade,
        points=grade.points,
        valid_from=row.valid_from,
        source=SOURCE,
    )


def _events(known: list[tuple[int, FactFile]]) -> int:
    """Events first, then the rows that end them."""
    begun = [(_event(buyer_id, row), row) for buyer_id, file in known for row in file.events]
    created = _store(RiskEvent, [event for event, _row in begun])
    ends = [
        RiskEvent(buyer_id=event.buyer_id, kind=event.kind, ends=event, valid_from=row.ended_on, source=SOURCE)
        for event, row in begun
        if row.ended_on and event.pk
    ]
    RiskEvent.objects.bulk_create(ends)
    return created + len(ends)


def _event(buyer_id: int, row: DemoEvent) -> RiskEvent:
    return RiskEvent(buyer_id=buyer_id, kind=row.kind, note=row.note, valid_from=row.valid_from, source=SOURCE)


def _registrations(known: list[tuple[int, FactFile]]) -> int:
    have = set(BuyerRegistration.objects.values_list("buyer_id", flat=True))
    fresh = [(buyer_id, row) for buyer_id, file in known if buyer_id not in have for row in file.registrations]
    buyers = Buyer.objects.in_bulk([buyer_id for buyer_id, _row in fresh])
    for buyer_id, row in fresh:
        register_number(buyers[buyer_id], kind=row.kind, number=row.number)
    return len(fresh)
