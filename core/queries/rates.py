"""Reading exchange rates: the table of one question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from core.domain.rates import Rate, RateTable, cross_rate
from core.money import check_currency
from core.queries.counters import RATES
from core.queries.prepared import Prepared, fetch_prepared
from core.queries.sql import fetch_all

EURO = "EUR"


class _Quote(NamedTuple):
    currency: str
    rate_date: date
    per_eur: Decimal


def rate_table(
    *, base: str, as_of: date, currencies: Iterable[str] | None = None, known_at: datetime | None = None
) -> RateTable:
    """The latest rates on or before ``as_of`` into ``base`` (architecture.md: closing rate).

    ``currencies`` None means all that have rates. A rate older than ``RATE_MAX_AGE_DAYS`` is listed as stale and
    not used; one older than ``RATE_WARN_AFTER_DAYS`` is used and listed in ``warnings``.
    """
    check_currency(base)
    wanted = None if currencies is None else tuple(sorted({*currencies, base}))
    question = _Question(base, as_of, wanted, int(settings.RATE_MAX_AGE_DAYS), int(settings.RATE_WARN_AFTER_DAYS))
    if known_at is not None:
        return _read(question, known_at, None)[1]
    found = _kept[question] = _read(question, None, _kept.get(question))
    if len(_kept) > _MOST_KEPT:
        _kept.clear()
    return found[1]


class _Question(NamedTuple):
    base: str
    as_of: date
    wanted: tuple[str, ...] | None
    max_age_days: int
    warn_after_days: int


# A table with the version of what it was read from: the counter that every load raises, and the last row, which tells
# what was rolled back since.
_Kept = tuple[tuple[int | None, int | None], RateTable]
# Those that were asked for last: one is asked for at every order check.
_kept: dict[_Question, _Kept] = {}
_MOST_KEPT = 64


def _read(question: _Question, known_at: datetime | None, kept: _Kept | None) -> _Kept:
    """The table as of one moment, in one statement: the kept one where nothing was added since."""
    base, as_of, wanted, max_age_days, warn_after_days = question
    counted, last_id = kept[0] if kept else (None, None)
    params = {
        "currencies": None if wanted is None else list(wanted),
        "as_of": as_of,
        "known_at": known_at,
        "counter": RATES,
        "is_kept": kept is not None,
        "counted": counted,
        "last_id": last_id,
    }
    rows = fetch_prepared(_LATEST, params)
    version = (rows[0][0], rows[0][1])
    if kept is not None and kept[0] == version:
        return kept
    quotes = {row[2]: _Quote(*row[2:]) for row in rows if row[2] is not None}
    quotes[EURO] = _Quote(EURO, as_of, Decimal(1))
    found = _into_base(base, as_of, quotes, wanted or tuple(sorted({*quotes, base})))
    fresh, stale = _by_age(found, max_age_days=max_age_days)
    return version, RateTable(base=base, as_of=as_of, rates=fresh, stale=stale, warn_after_days=warn_after_days)


def _into_base(base: str, as_of: date, quotes: dict[str, _Quote], wanted: tuple[str, ...]) -> list[Rate]:
    found = [Rate(base, Decimal(1), as_of, 0)]
    if base not in quotes:
        return found
    pivot = quotes[base]
    for quote in (quotes[c] for c in wanted if c in quotes and c != base):
        day = min(quote.rate_date, pivot.rate_date)
        rate = cross_rate(base_per_eur=pivot.per_eur, currency_per_eur=quote.per_eur)
        found.append(Rate(quote.currency, rate, day, (as_of - day).days))
    return found


def _by_age(found: list[Rate], *, max_age_days: int) -> tuple[dict[str, Rate], dict[str, Rate]]:
    fresh = {rate.currency: rate for rate in found if rate.age_days <= max_age_days}
    return fresh, {rate.currency: rate for rate in found if rate.currency not in fresh}


# All currencies by skipping through the index, then the latest row of each; no row where the kept version holds.
_LATEST = Prepared(
    "latest_rates",
    """
WITH RECURSIVE known(currency) AS (
    SELECT min(currency) FROM core_exchangerate
    UNION ALL
    SELECT (SELECT min(r.currency) FROM core_exchangerate r WHERE r.currency > known.currency)
    FROM known WHERE known.currency IS NOT NULL
), wanted(currency) AS (
    SELECT currency FROM known WHERE %(currencies)s IS NULL AND currency IS NOT NULL
    UNION ALL
    SELECT unnest(%(currencies)s)
)
SELECT version.counted, version.last_id, found.* FROM (
    SELECT (SELECT value FROM core_counter WHERE name = %(counter)s) AS counted,
        (SELECT max(id) FROM core_exchangerate) AS last_id
) version LEFT JOIN LATERAL (
    SELECT wanted.currency, latest.rate_date, latest.per_eur
    FROM wanted CROSS JOIN LATERAL (
        SELECT r.rate_date, r.per_eur FROM core_exchangerate r
        WHERE r.currency = wanted.currency AND r.rate_date <= %(as_of)s
          AND (%(known_at)s IS NULL OR r.recorded_at <= %(known_at)s)
        ORDER BY r.rate_date DESC, r.recorded_at DESC, r.id DESC LIMIT 1
    ) latest
    WHERE NOT %(is_kept)s
       OR (version.counted, version.last_id) IS DISTINCT FROM (%(counted)s, %(last_id)s)
    OFFSET 0
) found ON true
""",
    {
        "currencies": "text[]",
        "as_of": "date",
        "known_at": "timestamptz",
        "counter": "text",
        "is_kept": "boolean",
        "counted": "bigint",
        "last_id": "bigint",
    },
)


_VERSIONS_SQL = """
SELECT r.currency, r.rate_date, array_agg(r.per_eur ORDER BY r.recorded_at, r.id)
FROM unnest(%(currencies)s::text[], %(days)s::date[]) AS wanted(currency, rate_date)
JOIN core_exchangerate r USING (currency, rate_date)
WHERE r.source = %(source)s GROUP BY 1, 2
"""


def rate_versions(source: str, wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], list[Decimal]]:
    """What a source said of each currency and day that it knows, in the order in which it was recorded."""
    pairs = list(dict.fromkeys(wanted))
    params = {"source": source, "currencies": [pair[0] for pair in pairs], "days": [pair[1] for pair in pairs]}
    return {(row[0], row[1]): row[2] for row in fetch_all(_VERSIONS_SQL, params)}
