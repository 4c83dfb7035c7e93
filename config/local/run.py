"""``make run``: the servers, the web server, the worker and beat, as one thing that starts and stops together."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from types import FrameType

from config.local import home as homes
from config.local import locks, prepare, processes, supervisor

BASE_DIR = supervisor.BASE_DIR
TICK_S = 0.2
LONGEST_BACKOFF_S = 30.0
STEADY_AFTER_S = 60.0


@dataclass
class Child:
    """One process of the product: how it starts, how long it may take to stop."""

    name: str
    command: list[str]
    grace_s: float
    log: Path
    process: Popen[bytes] | None = None
    backoff_s: float = TICK_S
    started: float = 0.0
    next_start: float = 0.0


class Run:
    """Starts the children in order, restarts what dies, stops them in reverse order."""

    def __init__(self, *, home: homes.Home, port: int) -> None:
        self.home = home
        self.port = port
        self.stopping = False
        self.children = [
            Child("worker", worker_command(), 8.0, home.log("worker")),
            Child("web", web_command(port), 5.0, home.log("web")),
            Child("beat", beat_command(), 3.0, home.log("beat")),
        ]

    def serve(self) -> None:
        """Until somebody asks us to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            prepare.servers_and_schema(BASE_DIR)
            prepare.demo_data(BASE_DIR)
            worker, *others = self.children
            self._start(worker)
            prepare.first_close(BASE_DIR)  # its jobs are the worker's
            for child in others:
                self._start(child)
            prepare.announce(self.port, self.home)
            while not self.stopping:
                time.sleep(TICK_S)
                self._look_after()
        except Interrupted:
            pass
        finally:
            self._stop()

    def _look_after(self) -> None:
        supervisor.revive_keepers(BASE_DIR)  # they look after the servers
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._plan_restart(child, child.process.returncode)
            elif child.process is None and time.monotonic() >= child.next_start:
                self._start(child)

    def _plan_restart(self, child: Child, code: int) -> None:
        steady = time.monotonic() - child.started > STEADY_AFTER_S
        child.backoff_s = TICK_S if steady else min(child.backoff_s * 2, LONGEST_BACKOFF_S)
        child.next_start = time.monotonic() + child.backoff_s
        child.process = None
        print(f"{child.name} ended with {code}; again in {child.backoff_s:.1f} s (log: {child.log})", flush=True)

    def _start(self, child: Child) -> None:
        env = os.environ | {"DUEWATCH_HOME": str(self.home.root), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        child.process = processes.spawn(child.command, cwd=BASE_DIR, log=child.log, env=env)
        child.started = time.monotonic()

    def _stop(self) -> None:
        print("Stopping.", flush=True)
        running = [(child, child.process) for child in self.children if child.process is not None]
        for _, process in running:
            processes.ask_to_end(process)
        for child, process in reversed(running):
            processes.stop(process, (signal.SIGTERM, child.grace_s), (signal.SIGQUIT, 2.0))
        supervisor.release(BASE_DIR)
        print("Stopped; the data stays in", self.home.root, flush=True)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Interrupted


class Interrupted(BaseException):
    """Ctrl-C or a request to end, wherever we are."""


def web_command(port: int, *, workers: int = 2, threads: int = 4, keep_alive: int = 2) -> list[str]:
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)]
    options += [
        "--worker-class",
        "gthread",
        "--preload",
        "--limit-request-line",
        "8190",
        "--keep-alive",
        str(keep_alive),
    ]
    options += ["--graceful-timeout", "4", "--log-level", "warning", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", "config.wsgi:application", *options]


def worker_command() -> list[str]:
    options = ["--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return [sys.executable, "-m", "celery", "-A", "config.celery", "worker", *options]


def beat_command() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--loglevel", "INFO", "--pidfile="]


def main() -> int:
    port = int(os.environ.get("PORT") or 8000)
    home = homes.locate(BASE_DIR)
    homes.prepare(home)
    alone = locks.try_exclusive(home.lock("run"))
    if alone is None:
        return refuse(prepare.already_runs(home))
    if prepare.is_port_taken(port):
        return refuse(f"Port {port} is taken by another program. Choose another one: PORT={port + 1} make run")
    prepare.remember(home, port)
    try:
        Run(home=home, port=port).serve()
    except (supervisor.ServersUnavailable, prepare.NotPrepared) as problem:
        return refuse(str(problem))
    return 0


def refuse(message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
