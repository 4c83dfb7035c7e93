"""A bulk of 100,000 invoices over REST by one client, beside bare COPY and upsert of the same columns."""

from __future__ import annotations

import http.client
import io
import json
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import bare
from bench.data import END, vacuum
from bench.figures import Figure, Limit, times
from bench.http import product_environment, served
from bench.measure import Cost, Processes, measured
from bench.servers import BASE_DIR

TOPIC = "bulk"
ROWS = 100_000
BUYERS = 5_000
SLOWEST_SHARE = 1 / 4
LARGEST_MB = 400.0
PATH = "/api/v1/invoices/bulk/"
POLL_S = 0.05
PATIENCE_S = 300.0
FIELDS = ("external_id", "buyer", "buyer_name", "buyer_country", "currency", "amount", "invoice_date", "due_date")


def run(home: Path, size: str, processes: Processes) -> list[Figure]:
    """On an empty instance: the bare statements (rolled back), the first bulk, the same records under another key."""
    from django.utils import timezone

    from core.services.api_clients import create_client

    key = create_client(name="BENCH", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None).key
    least = _bare(processes)
    vacuum()
    environment = product_environment("config.settings")
    with served(home / "log" / "bench-web.log", environment) as (port, _), _worker(home, environment):
        sender = _Sender(port, key)
        first = sender.send(processes, "bench-1", created=ROWS)
        again = sender.send(processes, "bench-2", unchanged=ROWS)
    return _figures(size, least, first, again)


def _figures(size: str, least: Cost, first: Cost, again: Cost) -> list[Figure]:
    allowed = least.wall_s / SLOWEST_SHARE
    speed = Limit(f"bare COPY and upsert {least.wall_s:.2f} s x 4", first.wall_s, allowed)
    note = f"{ROWS / first.wall_s:,.0f} records a second, bare {ROWS / least.wall_s:,.0f}; {times(first, least)}"
    peak = max(first.client_peak_mb, again.client_peak_mb)
    memory = Limit(f"{LARGEST_MB:g} MB", peak, LARGEST_MB)
    return [
        Figure(TOPIC, size, "bare COPY, INSERT ... SELECT ... ON CONFLICT", least, ROWS),
        Figure(TOPIC, size, "bulk over REST, from the first byte to done", first, ROWS, speed, note),
        Figure(TOPIC, size, "the same records again", again, ROWS),
        Figure(TOPIC, size, "largest process of web server and worker", Cost(client_peak_mb=peak), ROWS, memory),
    ]


class _Sender:
    """The one client."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/x-ndjson"}
        self._body = "\n".join(json.dumps(dict(zip(FIELDS, row, strict=True))) for row in _rows()).encode()

    def send(self, processes: Processes, key: str, **expected: int) -> Cost:
        """Send everything and wait for its end."""
        with measured(processes) as cost:
            status, bulk = self._call("POST", PATH, self._body, key)
            if status != 202:
                raise RuntimeError(f"{status}: {bulk}")
            done = self._await(bulk["id"])
        if done["state"] != "done" or any(done[name] != count for name, count in expected.items()):
            raise RuntimeError(f"the bulk ended otherwise: {done}")
        return cost

    def _await(self, bulk_id: int) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            _status, bulk = self._call("GET", f"/api/v1/bulks/{bulk_id}/", None, "")
            if bulk["state"] in ("done", "refused", "failed"):
                return bulk
            time.sleep(POLL_S)
        raise RuntimeError(f"bulk {bulk_id} did not end")

    def _call(self, method: str, path: str, body: bytes | None, key: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        try:
            headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


@contextmanager
def _worker(home: Path, environment: dict[str, str]) -> Iterator[None]:
    from config.local import processes
    from config.local.run import worker_command

    command = [*worker_command(), "--concurrency", "1", "--loglevel", "WARNING"]
    worker = processes.spawn(command, cwd=BASE_DIR, log=home / "log" / "bench-worker.log", env=environment)
    try:
        _await_worker()
        yield
    finally:
        processes.stop(worker, (signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0))


def _await_worker() -> None:
    from config.celery import app

    deadline = time.monotonic() + 60.0
    while not app.control.ping(timeout=0.5):
        if time.monotonic() > deadline:
            raise RuntimeError("the worker did not come up")


def _rows() -> Iterator[tuple[str, ...]]:
    rng = random.Random(20261122)
    for number in range(ROWS):
        buyer = number % BUYERS
        issued: date = END - timedelta(days=rng.randint(0, 1094))
        due = issued + timedelta(days=rng.choice((30, 45, 60, 90)))
        names = (f"B{number:07d}", f"K{buyer:05d}", f"Bulk buyer {buyer}", ("US", "DE", "FR", "JP", "GB")[buyer % 5])
        money = (bare.CURRENCIES[buyer % len(bare.CURRENCIES)], str(rng.randint(200, 40_000)))
        yield (*names, *money, issued.isoformat(), due.isoformat())


def _bare(processes: Processes) -> Cost:
    parsed = io.StringIO("".join("\t".join(row) + "\n" for row in _rows()))
    return bare.copy_and_insert(parsed, stage=_STAGE, inserts=_INSERTS, processes=processes)


_STAGE = """
CREATE TEMP TABLE bare (external_id text, buyer_code text, buyer_name text, country text, currency text, amount numeric,
    invoice_date date, due_date date) ON COMMIT DROP
"""
_INSERTS = (
    *bare.BUYERS,
    """
    INSERT INTO invoices_invoice (buyer_id, source, external_id, number, currency, amount, invoice_date,
        original_due_date, due_date, terms, open_amount, disputed_amount)
    SELECT b.id, 'bare', external_id, external_id, bare.currency, amount, invoice_date, due_date, due_date,
        'open_account', amount, 0
    FROM bare JOIN buyers_buyer b ON b.code = bare.buyer_code
    ON CONFLICT (source, external_id) DO UPDATE SET due_date = excluded.due_date
    """,
    bare.ISSUES,
    bare.BALANCES,
)
