"""What ``make run`` does before it serves: servers, schema, demo data once, and what it tells the user."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2

from config.local import home as homes
from config.local import schema, supervisor, urls


class NotPrepared(RuntimeError):
    """The product cannot be served; the message says why."""


def servers_and_schema(base_dir: Path) -> None:
    """Start the servers and bring the schema up, in a database that the environment names too."""
    supervisor.ensure_running(base_dir)
    try:
        if urls.needs_postgres():
            schema.ensure_current(base_dir)
        else:
            schema.migrate(base_dir)
    except schema.SchemaNotCurrent as problem:
        raise NotPrepared(str(problem)) from problem


def wants_demo() -> bool:
    """``DUEWATCH_DEMO=0`` starts empty; a database that the environment names is always left alone."""
    return urls.needs_postgres() and os.environ.get("DUEWATCH_DEMO", "1") != "0"


def demo_data(base_dir: Path) -> None:
    """Fill an embedded database that knows no buyer yet."""
    if wants_demo() and not has_rows(base_dir, "SELECT 1 FROM buyers_buyer LIMIT 1"):
        say("Loading demo data (once)")
        manage(base_dir, "seed_demo", "--scale", "demo")


def first_close(base_dir: Path) -> None:
    """Run the first nightly close of the demo data, so that scores and alerts are there to look at."""
    if wants_demo() and not has_rows(base_dir, "SELECT 1 FROM core_run WHERE kind = 'close' LIMIT 1"):
        say("Running the first nightly close (once)")
        manage(base_dir, "close")


def manage(base_dir: Path, *command: str) -> None:
    """Run a command of ours quietly; what it prints is shown only where it fails."""
    done = subprocess.run(
        [sys.executable, str(base_dir / "manage.py"), *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotPrepared(f"manage.py {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def has_rows(base_dir: Path, query: str) -> bool:
    connection = psycopg2.connect(urls.resolve(base_dir).database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() is not None
    finally:
        connection.close()


def announce(port: int, home: homes.Home) -> None:
    """The address, who can sign in, where the logs are."""
    say(f"\nDuewatch is at http://localhost:{port}  (Ctrl-C stops it)")
    for entry in demo_sign_ins(home):
        say(f"  {entry['role']:<18} {entry['username']:<18} {entry['password']}")
    say(f"Logs: {home.logs}\n")


def demo_sign_ins(home: homes.Home) -> list[dict[str, Any]]:
    """Sign-ins of the demo data; they exist on the embedded database only."""
    path = home.root / "demo_sign_ins.json"
    if not urls.needs_postgres() or not path.exists():
        return []
    entries: list[dict[str, Any]] = json.loads(path.read_text())["sign_ins"]
    return entries


def is_port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def remember(home: homes.Home, port: int) -> None:
    """For the message to whoever starts a second one."""
    (home.run / "run.json").write_text(json.dumps({"pid": os.getpid(), "port": port}))


def already_runs(home: homes.Home) -> str:
    """Why a second ``make run`` on the same folder does not start."""
    try:
        other = json.loads((home.run / "run.json").read_text())
        where = f" at http://localhost:{other['port']} (process {other['pid']})"
    except (OSError, ValueError, KeyError):
        where = ""
    return (
        f"Duewatch already runs from {home.root}{where}. Stop that one with Ctrl-C, or start a second one with "
        "data of its own: DUEWATCH_HOME=/another/folder PORT=8001 make run"
    )


def say(text: str) -> None:
    print(text, flush=True)
