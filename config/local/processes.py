"""Starting and stopping child processes so that none outlives its parent."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
POLL_S = 0.05
LOG_LIMIT_BYTES = 10 * 1024 * 1024


def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    account: pwd.struct_passwd | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C does not reach it) that is signalled when we die."""
    output = None if log is None else open_log(log)
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            # runs after the change of user, which would clear the death signal
            preexec_fn=tie_to_parent(death_signal),  # noqa: PLW1509 callers have one thread
        )
    finally:
        if output is not None:
            os.close(output)


def tie_to_parent(death_signal: signal.Signals, *, parent: int | None = None) -> Callable[[], None] | None:
    """A function for the child: it asks the kernel to signal it when its parent (by default us) dies.

    Linux only; elsewhere None, and a killed parent's children end when they next notice.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    expected = os.getpid() if parent is None else parent

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != expected:  # it died between fork and here
            os.kill(os.getpid(), death_signal)

    return ask


def ask_to_end(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM without waiting, so that several processes can end side by side."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn until the process has ended within the seconds given; at last kill it."""
    for number, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


def stop_leftover(pid_file: Path, command: Sequence[str], *, stop_signal: signal.Signals, seconds: float) -> None:
    """End what an earlier keeper left running, if the remembered process is still that program."""
    try:
        leftover = psutil.Process(int(pid_file.read_text()))
        if leftover.cmdline() != list(command):
            return
        leftover.send_signal(stop_signal)
        if not _ends_within(leftover, seconds):
            leftover.kill()
            _ends_within(leftover, seconds)
    except (OSError, ValueError, psutil.NoSuchProcess):
        return


def _ends_within(process: psutil.Process, seconds: float) -> bool:
    """Wait for somebody else's child. Where the first process of a container reaps nobody, the dead stay zombies."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def open_log(path: Path) -> int:
    """Open a log for appending; a large one is put aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
