"""A web server as ``make run`` starts it, and clients that keep their connections: latencies as a caller sees them."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

from bench.servers import BASE_DIR

WORKERS, THREADS = 2, 8
CLIENTS = 16
START_S = 120.0
TIMEOUT_S = 60.0
LOWEST_PORT, PORTS = 20_000, 12_000


class Call(NamedTuple):
    """A request."""

    method: str
    path: str
    body: bytes = b""
    key: str = ""


class Answered(NamedTuple):
    """How long an answer took, and which."""

    seconds: float
    status: int
    body: bytes


class Latency(NamedTuple):
    """The answers of one round, in seconds but for the rate."""

    rate: float
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float], wall_s: float) -> Latency:
        """Example: a hundred answers: p95 is the 95th, by size."""
        ordered = sorted(seconds)
        places = (max(0, -(-len(ordered) * share // 100) - 1) for share in (50, 95, 99))
        return cls(len(ordered) / wall_s, *(ordered[place] for place in places))

    @property
    def text(self) -> str:
        """For the note of a figure."""
        times = ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in self._asdict().items() if name != "rate")
        return f"{self.rate:.0f} requests/s, {times}"


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel gives away to connections."""
    while True:
        port = LOWEST_PORT + secrets.randbelow(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def product_environment(settings: str) -> dict[str, str]:
    """Of a process with the rights of the running product."""
    kept = {name: value for name, value in os.environ.items() if name != "DUEWATCH_AS_OWNER"}
    return {**kept, "DJANGO_SETTINGS_MODULE": settings, "OMP_NUM_THREADS": "1"}


@contextmanager
def served(log: Path, environment: Mapping[str, str]) -> Iterator[tuple[int, Popen[bytes]]]:
    """A web server; yields its port and its process."""
    from config.local import processes
    from config.local.run import web_command

    port = free_port()
    command = web_command(port, workers=WORKERS, threads=THREADS, keep_alive=30)
    server = processes.spawn(command, cwd=BASE_DIR, log=log, env=environment)
    try:
        _await_port(port, server, log)
        yield port, server
    finally:
        processes.stop(server, (signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0))


def _await_port(port: int, server: Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the web server did not come up; see {log}")
        time.sleep(0.1)


def drive(port: int, calls: Sequence[Call], headers: Mapping[str, str]) -> tuple[Latency, list[Answered]]:
    """All calls over 16 kept connections, each sending its next one when the last is answered."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = pool.map(lambda place: _client(port, calls[place::CLIENTS], headers), range(CLIENTS))
        answers = [answer for part in parts for answer in part]
    spent = time.perf_counter() - started
    _check(answers)
    return Latency.of([answer.seconds for answer in answers], spent), answers


def _client(port: int, calls: Sequence[Call], headers: Mapping[str, str]) -> list[Answered]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        return [_ask(connection, call, headers) for call in calls]
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, call: Call, headers: Mapping[str, str]) -> Answered:
    given = {**headers, "Content-Type": "application/json"}
    if call.key:
        given["Idempotency-Key"] = call.key
    started = time.perf_counter()
    connection.request(call.method, call.path, body=call.body or None, headers=given)
    response = connection.getresponse()
    body = response.read()
    return Answered(time.perf_counter() - started, response.status, body)


def _check(answers: Sequence[Answered]) -> None:
    """A refusal is quick and would flatter the figures."""
    bad = [answer for answer in answers if answer.status not in (200, 201)]
    if bad:
        raise RuntimeError(f"{len(bad)} of {len(answers)} answered {bad[0].status}: {bad[0].body[:400].decode()}")
