"""Exchange rates over a period, as a frame: apart from the table that every process reads, which needs no pandas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import pandas as pd

from core.queries.rates import EURO
from core.queries.sql import fetch_all

_HISTORY_SQL = """
SELECT DISTINCT ON (currency, rate_date) rate_date, currency, per_eur::float8
FROM core_exchangerate
WHERE currency = ANY(%(currencies)s) AND rate_date BETWEEN %(start)s AND %(end)s
  AND (%(known_at)s::timestamptz IS NULL OR recorded_at <= %(known_at)s)
ORDER BY currency, rate_date, recorded_at DESC, id DESC
"""


def rate_history(
    currencies: Iterable[str], start: date, end: date, *, known_at: datetime | None = None
) -> pd.DataFrame:
    """Units for one euro by day (index, ascending) and currency (columns, as asked): float64, NaN where none.

    A currency without any rate in the period still has its column; EUR is 1 on every day that has rates.
    """
    wanted = list(dict.fromkeys(currencies))
    params = {"currencies": wanted, "start": start, "end": end, "known_at": known_at}
    rows = fetch_all(_HISTORY_SQL, params)
    frame = pd.DataFrame(rows, columns=["rate_date", "currency", "per_eur"])
    table = frame.pivot_table(index="rate_date", columns="currency", values="per_eur", sort=True)
    table = table.reindex(columns=wanted).astype("float64")
    if EURO in wanted:
        table[EURO] = 1.0
    return table
