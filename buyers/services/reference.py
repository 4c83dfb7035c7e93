"""Loading reference tables: country risk lists (append-only) and what agencies' grades are worth (editable)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from buyers.intake.reference import (
    AGENCY_GRADES,
    OECD_LIST,
    CountryRiskList,
    read_agency_grades,
    read_country_risk,
)
from buyers.models import AgencyGrade, CountryRisk
from core.errors import Conflict
from core.services import audit
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class ReferenceLoaded:
    """What the file held and what was new or changed."""

    source: str
    valid_from: date | None
    rows: int
    added: int
    updated: int = 0


@transaction.atomic
def load_country_risk(path: Path = OECD_LIST) -> ReferenceLoaded:
    """Add a dated list; the same list again adds nothing.

    Raises ``reference_invalid``, or ``reference_contradicts`` if this list is on record with another class: a corrected
    list needs a source or a date of its own.
    """
    given = read_country_risk(path)
    known = _known(given)
    _check_same(given, known)
    new = [
        CountryRisk(source=given.source, valid_from=given.valid_from, **row._asdict())
        for row in given.rows
        if row.country not in known
    ]
    CountryRisk.objects.bulk_create(new)
    loaded = ReferenceLoaded(given.source, given.valid_from, rows=len(given.rows), added=len(new))
    _audit("buyers.country_risk.loaded", loaded)
    return loaded


def _known(given: CountryRiskList) -> dict[str, tuple[int | None, bool]]:
    rows = CountryRisk.objects.filter(source=given.source, valid_from=given.valid_from)
    return {row.country: (row.risk_class, row.is_high_income) for row in rows}


def _check_same(given: CountryRiskList, known: dict[str, tuple[int | None, bool]]) -> None:
    for row in given.rows:
        if known.get(row.country, row[1:]) != row[1:]:
            raise Conflict(
                "reference_contradicts",
                _(
                    "The list of %(source)s of %(valid_from)s is on record with another class for %(country)s.",
                    source=given.source,
                    valid_from=given.valid_from,
                    country=row.country,
                ),
                {"field": "risk_class", "value": row.risk_class, "country": row.country},
            )


@transaction.atomic
def load_agency_grades(path: Path = AGENCY_GRADES, *, replace: bool = False) -> ReferenceLoaded:
    """Add the grades that are missing; points that somebody edited stay unless ``replace``."""
    rows = {(row.agency, row.grade): row.points for row in read_agency_grades(path)}
    known = {(g.agency, g.grade): g for g in AgencyGrade.objects.select_for_update()}
    new = [AgencyGrade(agency=a, grade=g, points=p) for (a, g), p in rows.items() if (a, g) not in known]
    other = [known[key] for key, points in rows.items() if replace and key in known and known[key].points != points]
    for grade in other:
        grade.points = rows[grade.agency, grade.grade]
    AgencyGrade.objects.bulk_create(new)
    AgencyGrade.objects.bulk_update(other, ["points"])
    loaded = ReferenceLoaded(path.name, None, rows=len(rows), added=len(new), updated=len(other))
    _audit("buyers.agency_grades.loaded", loaded)
    return loaded


def _audit(action: str, loaded: ReferenceLoaded) -> None:
    if loaded.added or loaded.updated:
        data = {"added": loaded.added, "updated": loaded.updated, "valid_from": str(loaded.valid_from or "")}
        audit.record(actor=None, action=action, subject_type="reference", subject_id=loaded.source, data=data)
