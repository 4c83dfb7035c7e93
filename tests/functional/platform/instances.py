"""Whole instances of the product in folders of their own, started as a user starts them."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from bench.http import free_port
from config.local import schema
from tests import cluster
from tests.waiting import wait_until

CHECKOUT = Path(__file__).resolve().parents[3]
# a busy machine of two cores runs the rest of the suite at the same time
START_LIMIT_S = 180.0
END_LIMIT_S = 120.0
PROGRAMS = {
    "web": "gunicorn config.wsgi",
    "worker": "config.celery worker",
    "beat": "config.celery beat",
    "postgres": "bin/postgres -D",
    "broker": "valkey-server",
    "keeper of postgres": "config.local.keeper postgres",
    "keeper of the broker": "config.local.keeper valkey",
}


class Instance:
    """One data folder and what runs on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.log = home.with_name(f"{home.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    def with_schema(self) -> "Instance":
        """Begin with a migrated database: migrating is not what these tests are about."""
        self.home.mkdir(mode=0o711)
        cluster.copy(cluster.migrated(), self.home / "postgres")
        (self.home / "schema.stamp").write_text(schema.fingerprint(CHECKOUT))
        return self

    @property
    def environment(self) -> dict[str, str]:
        ours = ("DUEWATCH_", "DJANGO_", "DATABASE_", "REDIS_URL", "SECRET_KEY")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"DUEWATCH_HOME": str(self.home), "DUEWATCH_DEMO": "0", "DUEWATCH_DURABLE": "0", "PORT": str(self.port)}
        return kept | own

    def start(self) -> "Instance":
        """What ``make run`` runs after the set-up, in a session of its own as in a terminal."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.local.run"],
                cwd=CHECKOUT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until("the web server answers", self.answers_or_ended, seconds=START_LIMIT_S)
        assert self.answers(), self.output()
        return self

    def refused(self) -> tuple[int, str]:
        """Start another one that must not come up; its exit status and what it said."""
        command = [sys.executable, "-m", "config.local.run"]
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=END_LIMIT_S,
            check=False,
        )
        return done.returncode, done.stderr

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        full = [sys.executable, "manage.py", *command]
        return subprocess.run(
            full, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, timeout=180, check=False
        )

    def interrupt(self) -> int:
        """Ctrl-C: the terminal sends it to the whole process group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(END_LIMIT_S)

    def kill(self, program: str) -> set[int]:
        """Kill -9 the topmost process of this program, once it runs; the numbers of all its processes until then."""
        before: set[int] = set()

        def is_killed() -> bool:
            found = sorted(self.running(program), key=lambda one: one.create_time())
            before.update(one.pid for one in found)
            with suppress(psutil.NoSuchProcess):  # the death of another program ended it before us
                for topmost in found[:1]:
                    topmost.send_signal(signal.SIGKILL)
                    return True
            return False

        wait_until(f"{program} runs and is killed", is_killed)
        return before

    def has_another(self, program: str, before: set[int]) -> bool:
        return any(one.pid not in before for one in self.running(program))

    def running(self, program: str) -> list[psutil.Process]:
        return [one for one in self.processes() if PROGRAMS[program] in command_line(one)]

    def processes(self) -> list[psutil.Process]:
        """Everything that belongs to this folder, whoever its parent is now."""
        return [one for one in psutil.process_iter() if belongs(one, self.home)]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def answers_or_ended(self) -> bool:
        return self.answers() or (self.process is not None and self.process.poll() is not None)

    def output(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def belongs(process: psutil.Process, home: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        return str(home) in command_line(process) or process.environ().get("DUEWATCH_HOME") == str(home)
    except psutil.Error:
        return False


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
