"""The process that owns one embedded server: ``python -m config.local.keeper postgres|valkey``.

Whoever uses the server holds a shared file lock. The keeper starts the server, restarts it when it
dies, and stops it and itself soon after the last user is gone, killed users included: the kernel
drops their locks. If the keeper itself is killed, the kernel signals the server to stop.
"""

import json
import os
import pwd
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from config.local import home as homes
from config.local import locks, processes
from config.local.postgres import PostgresServer
from config.local.valkey import ValkeyServer

# A crashed PostgreSQL replays its log before it answers.
START_LIMIT_S = 120
# Commands often come one after the other; a start costs about a second.
LINGER_S = 3.0
TICK_S = 0.1
LONGEST_BACKOFF_S = 30.0
STEADY_AFTER_S = 60.0


class Server(Protocol):
    """One kind of server: what to start, as whom, when it is ready, how it stops."""

    @property
    def name(self) -> str: ...
    @property
    def command(self) -> list[str]: ...
    @property
    def cwd(self) -> Path: ...
    @property
    def account(self) -> pwd.struct_passwd | None: ...
    @property
    def death_signal(self) -> signal.Signals: ...
    @property
    def stop_steps(self) -> tuple[tuple[signal.Signals, float], ...]: ...
    def prepare(self) -> None: ...
    def is_ready(self) -> bool: ...
    def after_start(self) -> None: ...


SERVERS: dict[str, Callable[[homes.Home], Server]] = {"postgres": PostgresServer, "valkey": ValkeyServer}


class Keeper:
    """Keeps one server running while somebody uses it."""

    def __init__(self, server: Server, home: homes.Home) -> None:
        self.server = server
        self.home = home
        self.process: Popen[bytes] | None = None
        self.pid_file = home.run / f"{server.name}.pid"
        self.linger_s = LINGER_S
        self.must_stop = False

    def run(self) -> None:
        """Serve until nobody uses the server any more."""
        signal.signal(signal.SIGTERM, self._hurry)
        signal.signal(signal.SIGINT, self._stop_now)
        self.server.prepare()
        processes.stop_leftover(self.pid_file, self.server.command, stop_signal=self.server.death_signal, seconds=60)
        last_user = None
        try:
            self._start()
            last_user = self._serve()
        finally:
            write_state(self.home, self.server.name, "stopping")
            self._stop()
            if last_user is not None:
                os.close(last_user)

    def _serve(self) -> int | None:
        """Watch the server; ends holding the lock that keeps new users waiting until we are gone."""
        idle_since = time.monotonic()
        backoff_s, started = TICK_S, time.monotonic()
        while not self.must_stop:
            time.sleep(TICK_S)
            if self.process is not None and self.process.poll() is not None:
                backoff_s = TICK_S if time.monotonic() - started > STEADY_AFTER_S else backoff_s
                self._restart(backoff_s)
                backoff_s, started = min(backoff_s * 2, LONGEST_BACKOFF_S), time.monotonic()
            lock = locks.try_exclusive(users_lock(self.home, self.server.name))
            if lock is None:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self.linger_s or not self.home.root.exists():
                return lock
            else:
                os.close(lock)
        return None

    def _restart(self, wait_s: float) -> None:
        print(f"{self.server.name} ended with {self.process and self.process.returncode}; again in {wait_s:.1f} s")
        write_state(self.home, self.server.name, "starting")
        time.sleep(wait_s)
        try:
            self._start()
        except StartFailed as problem:  # the next tick tries again, later
            print(problem)

    def _start(self) -> None:
        log = self.home.log(self.server.name)
        self.process = processes.spawn(
            self.server.command,
            cwd=self.server.cwd,
            log=log,
            account=self.server.account,
            death_signal=self.server.death_signal,
        )
        self.pid_file.write_text(str(self.process.pid))
        self._await_ready(self.process, log)
        self.server.after_start()
        write_state(self.home, self.server.name, "ready")

    def _await_ready(self, process: Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not self.server.is_ready():
            if process.poll() is not None:
                raise StartFailed(f"{self.server.name} ended at once; {log} says:\n{processes.tail(log)}")
            if time.monotonic() > deadline or self.must_stop:
                raise StartFailed(f"{self.server.name} did not answer within {START_LIMIT_S} s; see {log}")
            time.sleep(TICK_S / 2)

    def _stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, *self.server.stop_steps)
        self.pid_file.unlink(missing_ok=True)

    def _hurry(self, *_: object) -> None:
        self.linger_s = 0

    def _stop_now(self, *_: object) -> None:
        self.must_stop = True


class StartFailed(RuntimeError):
    """The server could not be started; the message says why."""


def users_lock(home: homes.Home, name: str) -> Path:
    return home.lock(f"{name}.users")


def keeper_lock(home: homes.Home, name: str) -> Path:
    return home.lock(f"{name}.keeper")


def write_state(home: homes.Home, name: str, state: str) -> None:
    """Tell users how far we are, in one step, so that nobody reads half a file."""
    path = home.run / f"{name}.state"
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(json.dumps({"pid": os.getpid(), "state": state}))
        draft.replace(path)
    except FileNotFoundError:
        return  # the home was deleted while we ran: we are about to stop


def main(name: str) -> int:
    home = homes.locate(Path.cwd())
    homes.prepare(home)
    alone = locks.try_exclusive(keeper_lock(home, name))
    if alone is None:
        return 0  # another keeper was faster
    write_state(home, name, "starting")
    try:
        Keeper(SERVERS[name](home), home).run()
    except (StartFailed, RuntimeError, OSError) as problem:
        print(problem, flush=True)
        write_state(home, name, "failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
