"""Reading reference tables: CSV files whose comment lines say what they are; a bad line is refused by number."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from core.dates import parse_iso_date
from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
OECD_LIST = REFERENCE / "oecd_country_risk_2026-01-30.csv"
AGENCY_GRADES = REFERENCE / "agency_grades.csv"


class CountryRiskRow(NamedTuple):
    """One country's class; None = not classified."""

    country: str
    risk_class: int | None
    is_high_income: bool


class AgencyGradeRow(NamedTuple):
    """What one grade of an agency is worth."""

    agency: str
    grade: str
    points: int


@dataclass(frozen=True, slots=True)
class CountryRiskList:
    """A list as published: who published it, from when on it holds."""

    source: str
    valid_from: date
    rows: tuple[CountryRiskRow, ...]


def read_country_risk(path: Path) -> CountryRiskList:
    """A country risk list: lines ``# source: …`` and ``# valid_from: YYYY-MM-DD``, then
    ``country,name,risk_class,is_high_income`` (ISO alpha-2, 0–7 or empty, yes/no).

    Raises ``reference_invalid`` naming the line, the field and the value.
    """
    table = _read(path, ("country", "risk_class", "is_high_income"))
    source, valid_from = table.notes.get("source", ""), table.notes.get("valid_from", "")
    if not source or not valid_from:
        raise _refusal(path, 1, "header", "", _("The file begins with '# source: …' and '# valid_from: YYYY-MM-DD'."))
    rows = tuple(_country_risk(path, line, values) for line, values in table.lines)
    _check_once(path, [row.country for row in rows], [line for line, _ in table.lines], "country")
    return CountryRiskList(source, parse_iso_date(valid_from, field="valid_from"), rows)


def read_agency_grades(path: Path) -> tuple[AgencyGradeRow, ...]:
    """A table ``agency,grade,points`` with points of 0–100; raises ``reference_invalid``."""
    table = _read(path, ("agency", "grade", "points"))
    rows = tuple(_agency_grade(path, line, values) for line, values in table.lines)
    keys = [f"{row.agency} {row.grade}" for row in rows]
    _check_once(path, keys, [line for line, _ in table.lines], "grade")
    return rows


@dataclass(frozen=True, slots=True)
class _Table:
    notes: Mapping[str, str]
    lines: tuple[tuple[int, Mapping[str, str]], ...]


def _read(path: Path, columns: Sequence[str]) -> _Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(
            path, 0, "file", str(path), _("The file cannot be read as UTF-8 text (%(error)s).", error=error)
        ) from error
    numbered = list(enumerate(text.splitlines(), start=1))
    notes = dict(_note(line) for _, line in numbered if line.startswith("#") and ":" in line)
    body = [(number, line) for number, line in numbered if line.strip() and not line.startswith("#")]
    return _Table(notes, tuple(_lines(path, body, columns)))


def _note(line: str) -> tuple[str, str]:
    name, _, value = line.lstrip("# ").partition(":")
    return name.strip(), value.strip()


def _lines(path: Path, body: list[tuple[int, str]], columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    if len(body) < 2:
        raise _refusal(path, 1, "rows", "", _("The file holds no rows."))
    names = next(csv.reader([body[0][1]]))
    if missing := [name for name in columns if name not in names]:
        raise _refusal(
            path, body[0][0], "header", body[0][1], _("Missing columns: %(missing)s.", missing=", ".join(missing))
        )
    for number, line in body[1:]:
        values = next(csv.reader([line]))
        if len(values) != len(names):
            raise _refusal(
                path,
                number,
                "columns",
                line,
                _("Expected %(expected)s values, found %(found)s.", expected=len(names), found=len(values)),
            )
        yield number, {name: value.strip() for name, value in zip(names, values, strict=True)}


def _country_risk(path: Path, line: int, values: Mapping[str, str]) -> CountryRiskRow:
    country, risk_class, income = (values[name] for name in ("country", "risk_class", "is_high_income"))
    if country not in _countries():
        raise _refusal(path, line, "country", country, _("Write an ISO 3166-1 alpha-2 code such as DE."))
    if risk_class not in {"", *"01234567"}:
        raise _refusal(path, line, "risk_class", risk_class, _("Write a class of 0 to 7, or leave it empty."))
    if income not in {"yes", "no"}:
        raise _refusal(path, line, "is_high_income", income, _("Write yes or no."))
    return CountryRiskRow(country, int(risk_class) if risk_class else None, income == "yes")


def _agency_grade(path: Path, line: int, values: Mapping[str, str]) -> AgencyGradeRow:
    points = values["points"]
    if not values["agency"] or not values["grade"]:
        raise _refusal(path, line, "grade", values["grade"], _("Agency and grade must not be empty."))
    if not points.isascii() or not points.isdigit() or int(points) > 100:
        raise _refusal(path, line, "points", points, _("Write whole points of 0 to 100."))
    return AgencyGradeRow(values["agency"], values["grade"], int(points))


def _check_once(path: Path, keys: list[str], lines: list[int], field: str) -> None:
    seen: set[str] = set()
    for key, line in zip(keys, lines, strict=True):
        if key in seen:
            raise _refusal(path, line, field, key, _("It stands in the file twice."))
        seen.add(key)


@cache
def _countries() -> frozenset[str]:
    codes = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha())


def _refusal(path: Path, line: int, field: str, value: str, message: Sentence) -> DomainError:
    return DomainError(
        "reference_invalid",
        _(
            "%(name)s, line %(line)s, %(field)s %(value)r: %(message)s",
            name=path.name,
            line=line,
            field=field,
            value=value,
            message=message,
        ),
        {"field": field, "value": value, "line": line},
    )
