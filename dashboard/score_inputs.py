"""How old the inputs of a score are, and until when each counts as fresh (domain.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

Evidence = Mapping[str, Any]
RATING_DAYS, STATEMENT_DAYS, COUNTRY_DAYS, SCREENING_DAYS = 180, 548, 365, 30


@dataclass(frozen=True, slots=True)
class InputAge:
    """An input, its date and age; ``is_stale`` if it no longer counts in full, ``is_missing`` if there is none."""

    name: str
    detail: str
    day: date | None
    age_days: int | None
    is_stale: bool = False

    @property
    def is_missing(self) -> bool:
        """True if nothing is on file."""
        return not self.detail and self.day is None


def ages_of(dimensions: Mapping[str, Evidence], as_of: date) -> list[InputAge]:
    """The inputs of all dimensions, in their order."""
    evidence = {name: part["evidence"] for name, part in dimensions.items()}
    credit, compliance = evidence["buyer_credit"], evidence["compliance"]
    contract = compliance.get("contract")
    return [
        _dated(_("agency rating"), _rating(credit.get("rating")), credit.get("rating"), as_of, RATING_DAYS),
        _dated(_("financial statements"), "", credit.get("statement"), as_of, STATEMENT_DAYS),
        _dated(_("country/region risk class"), "", credit.get("country"), as_of, COUNTRY_DAYS),
        _items(_("payments of two years"), evidence["payment_history"].get("paid"), as_of),
        _items(_("shipments of two years"), evidence["logistics"].get("shipments"), as_of),
        _fx(evidence["fx_tolerance"].get("positions") or []),
        _dated(_("identity check"), "", compliance.get("kyc"), as_of, None),
        _dated(_("sanctions screening"), "", compliance.get("screening"), as_of, SCREENING_DAYS),
        _dated(_("contract"), (contract or {}).get("number", ""), contract, as_of, None),
        _count(_("certificates"), compliance.get("certificates") or []),
    ]


def _rating(rating: Evidence | None) -> str:
    return f"{rating['agency']} {rating['grade']}" if rating else ""


def _dated(name: str, detail: str, row: Evidence | None, as_of: date, fresh_days: int | None) -> InputAge:
    if not row or not row.get("valid_from"):
        return InputAge(name, "", None, None)
    day = date.fromisoformat(str(row["valid_from"]))
    age = (as_of - day).days
    ends = row.get("expires_on")
    is_over = bool(ends) and date.fromisoformat(str(ends)) < as_of
    return InputAge(name, detail, day, age, is_stale=is_over or (fresh_days is not None and age > fresh_days))


def _items(name: str, columns: Evidence | None, as_of: date) -> InputAge:
    ages: Sequence[int] = (columns or {}).get("age_days") or []
    if not ages:
        return InputAge(name, "", None, None)
    newest = int(min(ages))
    return InputAge(name, str(len(ages)), date.fromordinal(as_of.toordinal() - newest), newest)


def _fx(positions: Sequence[Evidence]) -> InputAge:
    return InputAge(_("exchange rates"), ", ".join(str(position["currency"]) for position in positions), None, None)


def _count(name: str, rows: Sequence[Any]) -> InputAge:
    return InputAge(name, str(len(rows)) if rows else "", None, None)
