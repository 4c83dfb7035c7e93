"""Wall time, CPU seconds and memory of a piece of work: of this process, its children and the database's processes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import psutil

SAMPLE_S = 0.1
MEGABYTE = 1024 * 1024
T = TypeVar("T")


@dataclass
class Cost:
    """What a piece of work cost; the peaks are those of the largest process, the database's without shared memory."""

    wall_s: float = 0.0
    client_cpu_s: float = 0.0
    database_cpu_s: float = 0.0
    client_peak_mb: float = 0.0
    database_peak_mb: float = 0.0

    @property
    def cpu_s(self) -> float:
        """Client and database together."""
        return self.client_cpu_s + self.database_cpu_s

    def __add__(self, other: Cost) -> Cost:
        """One after the other: times add up, the larger peak counts."""
        return Cost(
            self.wall_s + other.wall_s,
            self.client_cpu_s + other.client_cpu_s,
            self.database_cpu_s + other.database_cpu_s,
            max(self.client_peak_mb, other.client_peak_mb),
            max(self.database_peak_mb, other.database_peak_mb),
        )


@dataclass
class Processes:
    """Which processes to look at: ourselves and our children, and everything under the database's postmaster."""

    postmaster: int
    own: int = field(default_factory=os.getpid)

    def clients(self) -> list[psutil.Process]:
        """This process and its children; the embedded servers are in sessions of their own and not among them."""
        me = psutil.Process(self.own)
        database = {process.pid for process in self.database()}
        return [process for process in (me, *me.children(recursive=True)) if process.pid not in database]

    def database(self) -> list[psutil.Process]:
        """The postmaster and its backends."""
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self.postmaster)
            return [server, *server.children(recursive=True)]
        return []


@contextmanager
def measured(processes: Processes, *, every_s: float = SAMPLE_S) -> Iterator[Cost]:
    """Measure the body; the cost is filled in at its end. ``every_s``: how often memory is looked at."""
    cost = Cost()
    sampler = _Sampler(processes, cost, every_s)
    client, database = _cpu(processes.clients()), _cpu(processes.database())
    sampler.start()
    started = time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall_s = time.perf_counter() - started
        sampler.stop()
        cost.client_cpu_s = _cpu(processes.clients()) - client
        cost.database_cpu_s = _cpu(processes.database()) - database


def best_of(times: int, work: Callable[[], T], processes: Processes) -> tuple[T, Cost]:
    """The fastest of several rounds, after one that warms up: what the work costs when nothing else disturbs it."""
    work()
    best: tuple[T, Cost] | None = None
    for _ in range(times):
        with measured(processes) as cost:
            result = work()
        if best is None or cost.wall_s < best[1].wall_s:
            best = (result, cost)
    if best is None:
        raise ValueError("at least one round")
    return best


def _cpu(processes: list[psutil.Process]) -> float:
    """CPU seconds of the processes and of their ended children (a postmaster reaps its backends)."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


class _Sampler(threading.Thread):
    """Looks at memory now and then; also keeps CPU of processes that end unseen out of its own way."""

    def __init__(self, processes: Processes, cost: Cost, every_s: float) -> None:
        super().__init__(daemon=True)
        self.processes = processes
        self.every_s = every_s
        self.cost = cost
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(self.every_s):
            self.look()

    def stop(self) -> None:
        self.look()
        self.ended.set()
        self.join()

    def look(self) -> None:
        client = max((_resident(process) for process in self.processes.clients()), default=0.0)
        database = max((_private(process) for process in self.processes.database()), default=0.0)
        self.cost.client_peak_mb = max(self.cost.client_peak_mb, client)
        self.cost.database_peak_mb = max(self.cost.database_peak_mb, database)


def _resident(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss) / MEGABYTE
    return 0.0


def _private(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        info = process.memory_info()
        return float(info.rss - info.shared) / MEGABYTE
    return 0.0
