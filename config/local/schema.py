"""Bringing the embedded database to the schema of this checkout, once per change of the migrations."""

import hashlib
import subprocess
import sys
from pathlib import Path

from config.local import home as homes
from config.local import locks, urls


class SchemaNotCurrent(RuntimeError):
    """The embedded database could not be migrated."""


def ensure_current(base_dir: Path) -> None:
    """Migrate as the owner role if the embedded database has not seen these migrations yet.

    A database that the environment names is never migrated unasked.
    """
    if not urls.needs_postgres():
        return
    home = homes.locate(base_dir)
    stamp = home.root / "schema.stamp"
    wanted = fingerprint(base_dir)
    if _read(stamp) == wanted:
        return
    with locks.exclusive(home.lock("schema")):
        if _read(stamp) != wanted:
            migrate(base_dir)
            stamp.write_text(wanted)


def migrate(base_dir: Path) -> None:
    """Migrate, then set the runtime role's rights; messages go to standard error."""
    command = [sys.executable, "-m", "config.local.migrate"]
    if subprocess.call(command, cwd=base_dir, stdout=sys.stderr.fileno()):
        raise SchemaNotCurrent("the database could not be migrated: the messages above say why")


def fingerprint(base_dir: Path) -> str:
    """Names of our migrations and the locked versions of everybody else's."""
    digest = hashlib.sha256((base_dir / "requirements.txt").read_bytes())
    for path in sorted(base_dir.glob("*/migrations/[0-9]*.py")):
        digest.update(f"{path.parent.parent.name}/{path.name}\n".encode())
    return digest.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""
