"""Finding or starting the embedded servers, and letting go of them."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.local import home as homes
from config.local import keeper, locks, processes, urls

BASE_DIR = Path(__file__).resolve().parent.parent.parent
POLL_S = 0.05
STOP_LIMIT_S = 40.0
REVIVE_PAUSE_S = 2.0


class ServersUnavailable(RuntimeError):
    """The embedded servers could not be started; the message says why."""


@dataclass
class _Use:
    """Our hold on one server: the descriptor of the shared lock, and the keeper if we started it."""

    lock: int
    started: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0


_uses: dict[tuple[Path, str], _Use] = {}


def ensure_running(base_dir: Path = BASE_DIR) -> None:
    """Find or start whatever the environment does not name; the servers stay up while this process lives."""
    home = homes.locate(base_dir)
    names = needed_servers()
    if names:
        homes.prepare(home)
    for name in names:
        _use(home, name)
    for name in names:
        _await_ready(home, name)


def needed_servers() -> list[str]:
    """The servers to run ourselves: those without an address in the environment."""
    wanted = {"postgres": urls.needs_postgres(), "valkey": urls.needs_valkey()}
    return [name for name, needed in wanted.items() if needed]


def release(base_dir: Path = BASE_DIR) -> None:
    """Let go of the servers and wait until they have stopped, unless somebody else uses them."""
    home = homes.locate(base_dir)
    held = [name for root, name in list(_uses) if root == home.root]
    for name in held:
        os.close(_uses[home.root, name].lock)
        _signal_keeper(home, name)
    for name in held:
        _await_stop(home, name)
        _reap(_uses.pop((home.root, name)))


def revive_keepers(base_dir: Path = BASE_DIR) -> None:
    """Start keepers that were killed, without waiting for their servers; a long-lived user calls this now and then."""
    home = homes.locate(base_dir)
    for (root, name), use in _uses.items():
        if use.started is not None:
            use.started.poll()  # collects one that has ended
        rested = time.monotonic() - use.started_at > REVIVE_PAUSE_S
        if root == home.root and rested and not locks.is_held(keeper.keeper_lock(home, name)):
            _start_keeper(home, name)


def _use(home: homes.Home, name: str) -> None:
    key = (home.root, name)
    if key not in _uses:
        _uses[key] = _Use(lock=locks.shared(keeper.users_lock(home, name)))
    if not locks.is_held(keeper.keeper_lock(home, name)):
        _start_keeper(home, name)


def _start_keeper(home: homes.Home, name: str) -> None:
    use = _uses[home.root, name]
    use.started_at = time.monotonic()
    log = processes.open_log(home.log(f"{name}-keeper"))
    try:
        use.started = subprocess.Popen(
            [sys.executable, "-m", "config.local.keeper", name],
            cwd=BASE_DIR,
            env=os.environ | {"DUEWATCH_HOME": str(home.root), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, not for the servers
        )
    finally:
        os.close(log)


def _await_ready(home: homes.Home, name: str) -> None:
    deadline = time.monotonic() + keeper.START_LIMIT_S + 10
    while _state(home, name).get("state") != "ready" or not locks.is_held(keeper.keeper_lock(home, name)):
        _check_started(home, name)
        if time.monotonic() > deadline:
            raise ServersUnavailable(f"{name} did not start within {keeper.START_LIMIT_S} s; see {home.log(name)}")
        time.sleep(POLL_S)


def _check_started(home: homes.Home, name: str) -> None:
    use = _uses[home.root, name]
    if use.started is not None and use.started.poll():
        log = home.log(f"{name}-keeper")
        raise ServersUnavailable(f"{name} could not be started. {log} says:\n{processes.tail(log)}")
    if not locks.is_held(keeper.keeper_lock(home, name)) and (use.started is None or use.started.poll() is not None):
        _start_keeper(home, name)


def _await_stop(home: homes.Home, name: str) -> None:
    """Until the keeper is gone, or has shown that it stays for another user."""
    deadline = time.monotonic() + STOP_LIMIT_S
    patience = time.monotonic() + 20 * keeper.TICK_S
    while locks.is_held(keeper.keeper_lock(home, name)) and time.monotonic() < deadline:
        if _state(home, name).get("state") == "ready" and time.monotonic() > patience:
            return
        time.sleep(POLL_S)


def _signal_keeper(home: homes.Home, name: str) -> None:
    pid = _state(home, name).get("pid")
    if isinstance(pid, int) and locks.is_held(keeper.keeper_lock(home, name)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)


def _reap(use: _Use) -> None:
    if use.started is not None:
        with suppress(subprocess.TimeoutExpired):
            use.started.wait(5)


def _state(home: homes.Home, name: str) -> dict[str, object]:
    try:
        stored: dict[str, object] = json.loads((home.run / f"{name}.state").read_text())
    except (OSError, ValueError):
        return {}
    return stored
