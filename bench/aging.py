"""Aging per buyer in base currency, today and a year ago, beside the best SQL; and the proof of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench import aging_sql
from bench.data import END
from bench.figures import Figure, limit_at, times
from bench.measure import Cost, Processes, best_of

TOPIC = "aging"
ROUNDS = 5
TODAY_FACTOR = 1.5
PAST_FACTOR = 2.0
YEAR_AGO = END - timedelta(days=365)


def run(size: str, processes: Processes) -> list[Figure]:
    """Aging as of today and a year ago, and ``verify_ledger`` beside it."""
    figures = [
        *_compare(size, "as of today", END, aging_sql.TODAY, TODAY_FACTOR, processes),
        *_compare(size, "as of a year ago", YEAR_AGO, aging_sql.PAST, PAST_FACTOR, processes),
    ]
    return [*figures, _verify(size, processes)]


def _compare(
    size: str, what: str, as_of: date, statements: dict[str, str], factor: float, processes: Processes
) -> list[Figure]:
    params = params_of(as_of)
    name, reference, rows = best_sql(statements, params, processes)
    ours, cost = best_of(ROUNDS, lambda: _product(as_of), processes)
    limit = limit_at(size, f"{factor:g} x best SQL {reference.wall_s:.3f} s", cost.wall_s, factor * reference.wall_s)
    return [
        Figure(TOPIC, size, f"best SQL {what}", reference, rows, note=name),
        Figure(TOPIC, size, f"aging per buyer {what}, with control", cost, ours, limit, times(cost, reference)),
    ]


def best_sql(statements: dict[str, str], params: dict[str, Any], processes: Processes) -> tuple[str, Cost, int]:
    """The fastest statement in the fastest mode."""
    found: list[tuple[str, Cost, int]] = []
    for mode, setting in aging_sql.MODES.items():
        _execute(setting, {})
        for name, sql in statements.items():
            rows, cost = best_of(ROUNDS, _fetching(sql, params), processes)
            found.append((f"{name}, {mode}", cost, rows))
    _execute(aging_sql.MODES["parallel"], {})
    return min(found, key=lambda item: item[1].wall_s)


def _fetching(sql: str, params: dict[str, Any]) -> Callable[[], int]:
    from django.db import connection

    def fetch() -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return len(cursor.fetchall())

    return fetch


def _execute(sql: str, params: dict[str, Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def params_of(as_of: date) -> dict[str, Any]:
    """The rate table as the product reads it: fetched once, outside of the clock for the SQL."""
    from django.conf import settings

    from core.queries.rates import rate_table

    rates = rate_table(base=settings.BASE_CURRENCY, as_of=as_of).rates
    return {"as_of": as_of, "currencies": list(rates), "rates": [rate.rate for rate in rates.values()]}


def _product(as_of: date) -> int:
    """The lines by buyer and the control totals, as the Aging page and its export ask for them."""
    from invoices.queries.aging import AgingQuestion
    from invoices.queries.aging_lines import list_aging
    from invoices.queries.control import get_ledger_balances

    question = AgingQuestion(as_of=as_of, always_base=True)
    lines = list_aging(question, group_by="buyer")
    get_ledger_balances(question.items())
    return len(lines)


def _verify(size: str, processes: Processes) -> Figure:
    from invoices.queries.verify import verify_ledger

    proof, cost = best_of(2, verify_ledger, processes)
    return Figure(TOPIC, size, "verify_ledger", cost, proof.entries, note="agrees" if proof.is_ok else "DISAGREES")
