"""Loading exchange rates: append-only, safe to run twice; a corrected rate is a new version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from django.db import connection, transaction

from core.copying import copy_rows
from core.intake.ecb import BUNDLED_HISTORY, RateRow, read_history
from core.models import User
from core.queries.rates import rate_versions
from core.services.audit import record
from core.services.counters import RATES, bump

ECB = "ECB"


@dataclass(frozen=True, slots=True)
class RatesLoaded:
    """What a load found and added; the dates are those of the whole file."""

    source: str
    rows: int
    added: int
    first_date: date | None
    last_date: date | None


def load_rates(path: Path = BUNDLED_HISTORY, *, source: str = ECB) -> RatesLoaded:
    """Add what an ECB history file says and is not on record yet; rates on record are never changed."""
    return add_rates(read_history(path), source=source)


class RatePut(StrEnum):
    """What became of a rate that a source put; corrected: it was replaced by another value before, and stays so."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"


def put_rates(rows: Sequence[RateRow], *, source: str, actor: User | None = None) -> list[RatePut]:
    """Bring the rates of a source to what it says, in the caller's transaction, which serializes the source."""
    known = rate_versions(source, [(row.currency, row.rate_date) for row in rows])
    outcomes = [_put(row, known.get((row.currency, row.rate_date), [])) for row in rows]
    new = [row for row, became in zip(rows, outcomes, strict=True) if became in (RatePut.CREATED, RatePut.UPDATED)]
    if new:
        add_rates(new, source=source, actor=actor)
    return outcomes


def _put(row: RateRow, versions: Sequence[Decimal]) -> RatePut:
    if not versions:
        return RatePut.CREATED
    if row.per_eur == versions[-1]:
        return RatePut.UNCHANGED
    return RatePut.CORRECTED if row.per_eur in versions else RatePut.UPDATED


@transaction.atomic
def add_rates(rows: Iterable[RateRow], *, source: str, actor: User | None = None) -> RatesLoaded:
    """Add rates by COPY; raises the rates version if any is new.

    Another rate for a day on record is a version beside the old one and counts from now on. A rate that was on
    record before adds nothing: an older file loaded again does not take a correction back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_SQL)
        copy_rows(cursor, "new_rate", ("currency", "rate_date", "per_eur"), rows)
        cursor.execute("SELECT count(*), min(rate_date), max(rate_date) FROM new_rate")
        count, first, last = cursor.fetchone()
        cursor.execute(_ADD_SQL, {"source": source})
        added = cursor.rowcount
        cursor.execute("DROP TABLE new_rate")
    loaded = RatesLoaded(source=source, rows=count, added=added, first_date=first, last_date=last)
    if added:
        _note(loaded, actor)
    return loaded


def _note(loaded: RatesLoaded, actor: User | None) -> None:
    data = {"added": loaded.added, "last_date": str(loaded.last_date)}
    record(actor=actor, action="core.rates.loaded", subject_type="rates", subject_id=loaded.source, data=data)
    bump(RATES)


_STAGE_SQL = "CREATE TEMP TABLE new_rate (currency varchar(3), rate_date date, per_eur numeric(18,8)) ON COMMIT DROP"

_ADD_SQL = """
INSERT INTO core_exchangerate (currency, rate_date, per_eur, source)
SELECT currency, rate_date, per_eur, %(source)s FROM new_rate ORDER BY currency, rate_date
ON CONFLICT DO NOTHING
"""
