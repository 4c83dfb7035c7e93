"""Where one instance keeps its data, sockets, locks and logs.

``DUEWATCH_HOME`` names the folder (default ``.duewatch`` in the checkout); two homes are two
instances. PostgreSQL refuses to run as root, so under root it runs as an unprivileged account
that must be able to reach its files: where the home lies below a private folder (``/root``), the
database files move to ``/var/lib/duewatch`` and the home keeps a link to them.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

SERVER_ACCOUNT = "nobody"
DATA_OUTSIDE_HOME = Path("/var/lib/duewatch")
# sockaddr_un holds 108 bytes with the closing zero; the longest name below is PostgreSQL's.
LONGEST_SOCKET_PATH = 107
POSTGRES_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Home:
    """The folders of one instance."""

    root: Path
    run: Path
    sockets: Path
    postgres_sockets: Path
    postgres_data: Path
    valkey_data: Path
    logs: Path

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def lock(self, name: str) -> Path:
        return self.run / f"{name}.lock"


def locate(base_dir: Path) -> Home:
    """The home that the environment names; creates nothing."""
    root = Path(os.path.realpath(os.environ.get("DUEWATCH_HOME") or base_dir / ".duewatch"))
    sockets = _socket_folder(root)
    data = _postgres_data(root)
    beside_data = data.parent / "sockets" if data.parent != root else sockets / "postgres"
    return Home(
        root=root,
        run=root / "run",
        sockets=sockets,
        postgres_sockets=beside_data,
        postgres_data=data,
        valkey_data=root / "valkey",
        logs=root / "log",
    )


def prepare(home: Home) -> None:
    """Create the folders, private to this user (and, under root, to the server account)."""
    mode = 0o711 if server_account() else 0o700
    for folder in (home.root, home.run, home.sockets, home.logs):  # nothing is made in a folder of somebody else
        _own_folder(folder, mode)
    _own_folder(home.valkey_data, 0o700)


def prepare_for_account(folder: Path) -> None:
    """Create a folder that belongs to the account PostgreSQL runs under, closed to all others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = server_account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def server_account() -> pwd.struct_passwd | None:
    """The unprivileged account for PostgreSQL when we are root, else None: it runs as we do."""
    return pwd.getpwnam(SERVER_ACCOUNT) if os.geteuid() == 0 else None


def is_reachable_by_others(folder: Path) -> bool:
    """Whether any account may pass through every existing folder on the way to ``folder``."""
    existing = [part for part in (folder, *folder.parents) if part.is_dir()]
    return all(part.stat().st_mode & stat.S_IXOTH for part in existing)


def _postgres_data(root: Path) -> Path:
    inside = root / "postgres"
    if inside.is_symlink():
        return inside.resolve()
    if inside.is_dir() or not server_account() or is_reachable_by_others(root.parent):
        return inside
    return DATA_OUTSIDE_HOME / _fingerprint(root) / "postgres"


def _socket_folder(root: Path) -> Path:
    longest = root / "run" / "postgres" / POSTGRES_SOCKET_NAME
    if len(os.fsencode(longest)) <= LONGEST_SOCKET_PATH:
        return root / "run"
    return Path("/tmp") / f"duewatch-{os.geteuid()}-{_fingerprint(root)}"


def _own_folder(folder: Path, mode: int) -> None:
    """Create the folder, or make sure that it is ours: /tmp may hold one that somebody planted."""
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else; remove it or set DUEWATCH_HOME to another folder")
    folder.chmod(mode)


def _fingerprint(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
