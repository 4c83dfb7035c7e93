"""Writes the demo's dated facts and registration numbers; what is on record already is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from buyers.domain.fact_rows import (
    CertificateRow,
    ContractRow,
    EventRow,
    FactRow,
    KycRow,
    RatingRow,
    ScreeningRow,
    StatementRow,
)
from buyers.models import AgencyGrade, Buyer, BuyerRegistration
from buyers.services.facts import record_facts
from buyers.services.registrations import register_number
from pipeline.demo.facts import FactFile
from pipeline.demo.records import SOURCE

Scale = dict[str, list[AgencyGrade]]


def load_facts(*, files: Iterable[FactFile], buyer_ids: Mapping[str, int]) -> int:
    """Store the fact files; returns how many rows were new."""
    known = [(buyer_ids[file.code], file) for file in files]
    scale = _grades_by_agency()
    rows = [row for buyer_id, file in known for row in _rows(buyer_id, file, scale)]
    return record_facts(rows).recorded + _registrations(known)


def _rows(buyer_id: int, file: FactFile, scale: Scale) -> Iterator[FactRow]:
    for rating in file.ratings:
        grade = _grade(scale[rating.agency], rating.points)
        yield RatingRow(buyer_id, rating.agency, grade, rating.valid_from, SOURCE)
    for item in file.statements:
        yield StatementRow(buyer_id, item.currency, item.valid_from, *item[2:], source=SOURCE)
    for event in file.events:
        yield EventRow(buyer_id, event.kind, event.valid_from, event.ended_on, event.note, SOURCE)
    for record in file.kyc:
        yield KycRow(buyer_id, record.status, record.valid_from, record.expires_on, SOURCE)
    for screening in file.screenings:
        yield ScreeningRow(buyer_id, screening.result, screening.valid_from, SOURCE)
    for paper in file.certificates:
        yield CertificateRow(
            buyer_id, paper.kind, paper.valid_from, paper.number, expires_on=paper.expires_on, source=SOURCE
        )
    for deal in file.contracts:
        yield ContractRow(buyer_id, deal.is_signed, deal.valid_from, deal.number, deal.expires_on, SOURCE)


def _grades_by_agency() -> Scale:
    scale: Scale = {}
    for grade in AgencyGrade.objects.all():
        scale.setdefault(grade.agency, []).append(grade)
    return scale


def _grade(grades: list[AgencyGrade], points: int) -> str:
    """The agency's grade that is worth about the wanted points."""
    return min(grades, key=lambda item: (abs(item.points - points), item.grade)).grade


def _registrations(known: list[tuple[int, FactFile]]) -> int:
    have = set(BuyerRegistration.objects.values_list("buyer_id", flat=True))
    fresh = [(buyer_id, row) for buyer_id, file in known if buyer_id not in have for row in file.registrations]
    buyers = Buyer.objects.in_bulk([buyer_id for buyer_id, _row in fresh])
    for buyer_id, row in fresh:
        register_number(buyers[buyer_id], kind=row.kind, number=row.number)
    return len(fresh)
