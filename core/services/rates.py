"""Loading exchange rates: append-only, safe to run twice; a corrected rate is a new version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from core.copying import copy_rows
from core.intake.ecb import BUNDLED_HISTORY, RateRow, read_history
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


@transaction.atomic
def add_rates(rows: Iterable[RateRow], *, source: str) -> RatesLoaded:
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
        _note(loaded)
    return loaded


def _note(loaded: RatesLoaded) -> None:
    data = {"added": loaded.added, "last_date": str(loaded.last_date)}
    record(actor=None, action="core.rates.loaded", subject_type="rates", subject_id=loaded.source, data=data)
    bump(RATES)


_STAGE_SQL = "CREATE TEMP TABLE new_rate (currency varchar(3), rate_date date, per_eur numeric(18,8)) ON COMMIT DROP"

_ADD_SQL = """
INSERT INTO core_exchangerate (currency, rate_date, per_eur, source)
SELECT currency, rate_date, per_eur, %(source)s FROM new_rate ORDER BY currency, rate_date
ON CONFLICT DO NOTHING
"""
