"""A big ledger for load: drawn, settled and balanced by the database itself, in a few set-based statements.

Every value follows from the seed and the row's number by a hash, so the same seed gives the same ledger. The rows are
what the posting services would leave behind; ``verify_ledger`` proves it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction

from core.services.counters import LEDGER, bump
from pipeline.demo.large_sql import PREPARE, TABLES
from pipeline.demo.world import BY_CODE, COUNTRIES

SOURCE = "large"


@transaction.atomic
def generate(*, seed: int, buyers: int, per_buyer: int, end: date) -> dict[str, int]:
    """``buyers`` with ``per_buyer`` invoices each over three years, about 85 % settled; returns rows by table.

    Does nothing if the database has such buyers already.
    """
    params: dict[str, Any] = {
        "seed": seed,
        "buyers": buyers,
        "per_buyer": per_buyer,
        "end": end,
        "source": SOURCE,
    } | _places()
    with connection.cursor() as cursor:
        cursor.execute("SELECT exists(SELECT FROM buyers_buyercode WHERE source = %s)", [SOURCE])
        if cursor.fetchone()[0]:
            return {}
        for statement in PREPARE:
            cursor.execute(statement, params)
        counts = {table: _insert(cursor, sql, params) for table, sql in TABLES}
    bump(LEDGER)
    return counts


def _insert(cursor: Any, sql: str, params: dict[str, Any]) -> int:
    cursor.execute(sql, params)
    return int(cursor.rowcount)


def _places() -> dict[str, Any]:
    """Country, home and invoice currency of buyer ``n`` by position: arrays of equal length, repeated by weight."""
    codes = [country.code for country in COUNTRIES for _ in range(country.weight)]
    places = [BY_CODE[code] for code in codes]
    return {
        "places": len(places),
        "countries": codes,
        "homes": [country.currency for country in places],
        "invoiced": [country.invoiced[n % len(country.invoiced)] for n, country in enumerate(places)],
    }
