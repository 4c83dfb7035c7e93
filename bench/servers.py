"""An instance of its own for each size, with the rights of the schema's owner (``VACUUM ANALYZE`` needs them)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
PER_BUYER = 20


def folder_of(root: Path, size: str) -> Path:
    """Where the instance of one size lives."""
    return root / size


@contextmanager
def instance(home: Path) -> Iterator[int]:
    """Servers and Django on this home; yields the postmaster's process id. One instance per process."""
    os.environ["DUEWATCH_HOME"] = str(home)
    os.environ["DUEWATCH_AS_OWNER"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    from config.local import schema, supervisor

    supervisor.ensure_running(BASE_DIR)
    schema.ensure_current(BASE_DIR)
    import django

    django.setup()
    try:
        yield postmaster_pid(home)
    finally:
        supervisor.release(BASE_DIR)


def postmaster_pid(home: Path) -> int:
    """Process id of the embedded PostgreSQL."""
    from config.local import home as homes

    data = homes.locate(BASE_DIR).postgres_data
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def read_marker(home: Path) -> dict[str, str] | None:
    """What the instance holds, if it was filled before."""
    path = home / "bench.json"
    return json.loads(path.read_text()) if path.exists() else None


def write_marker(home: Path, *, seed: int, invoices: int, end: date) -> None:
    """Remember what the instance was filled with."""
    (home / "bench.json").write_text(json.dumps({"seed": seed, "invoices": invoices, "end": end.isoformat()}))
