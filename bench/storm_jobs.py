"""The storm's job worker and beat, how far everything has come, and waiting until nothing is left to do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil

from bench.servers import BASE_DIR

SAY_S = 10.0
LOOK_S = 0.5
_OPEN_JOBS = "SELECT count(*) FROM core_job WHERE state NOT IN ('done', 'failed')"


@contextmanager
def jobs(folder: Path, env: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Worker and beat; yields how to kill the worker and start another one."""
    from config.local import processes
    from config.local.run import worker_command

    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [*worker_command(), "--hostname", f"storm{len(started)}@%h"]
        started.append(processes.spawn(command, cwd=BASE_DIR, log=folder / "worker.log", env=env))

    def restart() -> None:
        _kill(started[-1])
        start()

    beat_command = [sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--pidfile=", "--max-interval", "1"]
    start()
    beat = processes.spawn(beat_command, cwd=BASE_DIR, log=folder / "beat.log", env=env)
    try:
        yield restart
    finally:
        for process in (beat, started[-1]):
            processes.stop(process, (signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0))


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """The whole worker at once, as when its machine goes away."""
    with suppress(psutil.NoSuchProcess):
        for process in (*psutil.Process(worker.pid).children(recursive=True), worker):
            process.kill()
    worker.wait()


def drain(dsn: str, seconds: float) -> None:
    """Until no job is left to do, or the time is over: what is left then, the judge finds."""
    deadline = time.monotonic() + seconds
    while open_jobs(dsn) and time.monotonic() < deadline:
        time.sleep(LOOK_S)


def open_jobs(dsn: str) -> int:
    """Jobs that are neither done nor failed."""
    import psycopg2

    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(_OPEN_JOBS)
        return int(cursor.fetchone()[0])


class Progress(threading.Thread):
    """Says every ten seconds how far clients and jobs have come, for who waits at a terminal."""

    def __init__(self, logs: Sequence[Path], orders: int, dsn: str) -> None:
        super().__init__(daemon=True)
        self._orders = orders
        self._dsn = dsn
        self._read = dict.fromkeys(logs, 0)
        self._answered: set[str] = set()
        self._tries = 0
        self._ended = threading.Event()

    def run(self) -> None:
        """Until :meth:`finish`."""
        started = time.monotonic()
        while not self._ended.wait(SAY_S):
            self._look()
            said = f"{len(self._answered):,} of {self._orders:,} orders answered, {self._tries:,} requests"
            waiting = f"{open_jobs(self._dsn):,} jobs to do"
            print(f"[{time.monotonic() - started:5.0f} s] {said}, {waiting}", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Nothing more to say."""
        self._ended.set()
        self.join()

    def _look(self) -> None:
        """Count the whole lines that have come since the last look."""
        for path, place in self._read.items():
            if path.exists():
                with path.open("rb") as log:
                    log.seek(place)
                    lines = log.read().rpartition(b"\n")[0].splitlines(keepends=True)
                self._read[path] = place + sum(map(len, lines)) + (1 if lines else 0)
                self._count(lines)

    def _count(self, lines: list[bytes]) -> None:
        self._tries += len(lines)
        rows = map(json.loads, lines)
        self._answered |= {row["order"] for row in rows if row["kind"] == "check" and 0 < row["status"] < 500}
