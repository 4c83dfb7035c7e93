"""The nightly close with two workers, beside the bare lower bound of the same run."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import aging, aging_sql, close_sql
from bench.data import END, vacuum
from bench.figures import Figure, Limit, limit_at
from bench.measure import Cost, Processes, measured
from bench.servers import BASE_DIR

TOPIC = "close"
FACTOR = 6.0
LARGEST_PROCESS_MB = 600.0


def run(home: Path, size: str, processes: Processes) -> list[Figure]:
    """The first close, then the close of the next day: that one is what happens every night."""
    _forget_closes()
    with _workers(home):
        first, _answer = _close(END - timedelta(days=1), processes)
        vacuum()
        nightly, answer = _close(END, processes)
    bounds = _bounds(size, int(answer["run"]), processes)
    bare = sum(figure.cost.wall_s for figure in bounds)
    limit = limit_at(size, f"{FACTOR:g} x bare {bare:.2f} s", nightly.wall_s, FACTOR * bare)
    peak = max(nightly.client_peak_mb, nightly.database_peak_mb, first.client_peak_mb, first.database_peak_mb)
    memory = Limit(f"{LARGEST_PROCESS_MB:.0f} MB a process", peak, LARGEST_PROCESS_MB)
    buyers = answer["buyers_scored"]
    return [
        *bounds,
        Figure(TOPIC, size, "first close, 2 workers", first, buyers),
        Figure(TOPIC, size, "nightly close, 2 workers", nightly, buyers, limit, _stages(answer)),
        Figure(TOPIC, size, "largest process of both closes", nightly, None, memory, f"{peak:.0f} MB"),
    ]


def _stages(answer: dict[str, Any]) -> str:
    return ", ".join(f"{stage['stage']} {stage['seconds']:.1f} s" for stage in answer["stages"])


def _close(as_of: date, processes: Processes) -> tuple[Cost, dict[str, Any]]:
    from django.core.management import call_command

    out = io.StringIO()
    with measured(processes) as cost:
        call_command("close", as_of=as_of.isoformat(), json=True, stdout=out, stderr=io.StringIO())
    return cost, json.loads(out.getvalue())


def _forget_closes() -> None:
    """Remove what earlier closes derived, so that each measurement begins alike."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in close_sql.FORGET:
            cursor.execute(statement)
    vacuum()


@contextmanager
def _workers(home: Path) -> Iterator[None]:
    """Two worker processes as ``make run`` starts them."""
    from config.local.run import worker_command

    with (home / "log" / "bench-worker.log").open("wb") as log:
        worker = subprocess.Popen(worker_command(), cwd=BASE_DIR, stdout=log, stderr=subprocess.STDOUT)
        try:
            _await_workers()
            yield
        finally:
            worker.terminate()
            worker.wait(30)


def _await_workers() -> None:
    from config.celery import app

    deadline = time.monotonic() + 60
    while not app.control.ping(timeout=1.0):
        if time.monotonic() > deadline:
            sys.exit("the workers did not come up within a minute; see log/bench-worker.log")


def _bounds(size: str, run: int, processes: Processes) -> list[Figure]:
    """The aging aggregate, one pass of the payment features, COPY of exactly the rows that the close stored."""
    params = aging.params_of(END)
    name, aged, rows = aging.best_sql(aging_sql.TODAY, params, processes)
    _mode, features, buyers = aging.best_sql({"payment features": close_sql.PAYMENT_FEATURES}, params, processes)
    copied, cost = _copy_stored(run, processes)
    return [
        Figure(TOPIC, size, "bare: aging aggregate", aged, rows, note=name),
        Figure(TOPIC, size, "bare: payment features in one pass", features, buyers),
        Figure(TOPIC, size, "bare: COPY of the rows stored", cost, copied),
    ]


def _copy_stored(run: int, processes: Processes) -> tuple[int, Cost]:
    """Into tables with the same columns, indexes, checks and foreign keys; the copying alone is measured."""
    from django.db import connection

    total, rows = Cost(), 0
    for table, condition in close_sql.STORED.items():
        with connection.cursor() as cursor:
            text = _export(cursor, table, condition, run)
            _clone(cursor, table)
            with measured(processes) as cost:
                cursor.copy_expert(f"COPY bare_{table} FROM STDIN", text)
            rows += cursor.rowcount
            cursor.execute(f"DROP TABLE bare_{table}")
        total = total + cost
    return rows, total


def _export(cursor: Any, table: str, condition: str, run: int) -> io.StringIO:
    text = io.StringIO()
    query = cursor.mogrify(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT", {"run": run})
    cursor.copy_expert(query, text)
    text.seek(0)
    return text


def _clone(cursor: Any, table: str) -> None:
    cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
    cursor.execute(close_sql.FOREIGN_KEYS, {"table": table})
    for (definition,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE bare_{table} ADD {definition}")
