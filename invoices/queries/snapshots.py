"""Reading snapshots: which set serves a date, and its lines, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from core import house
from core.queries.counters import LEDGER, RATES, get_version
from invoices.models import SnapshotSet


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete set, and whether ledger or rates moved on since it was made."""

    set: SnapshotSet
    is_stale: bool


def get_set(as_of: date, base_currency: str | None = None) -> Snapshot | None:
    """The newest complete set of a date; None if there is none yet (ask ``services.snapshots.request`` for one)."""
    found = _complete(base_currency).filter(as_of=as_of).order_by("-created_at", "-pk").first()
    if found is None:
        return None
    current = (get_version(LEDGER), get_version(RATES))
    return Snapshot(found, is_stale=(found.ledger_version, found.rates_version) != current)


def latest_date(base_currency: str | None = None) -> date | None:
    """The latest date that has a complete set."""
    return _complete(base_currency).order_by("-as_of").values_list("as_of", flat=True).first()


def _complete(base_currency: str | None) -> QuerySet[SnapshotSet]:
    return SnapshotSet.objects.filter(is_complete=True, base_currency=house.base_currency(base_currency))
