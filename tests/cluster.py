"""A migrated cluster to start tests from: made once for each state of the migrations, then copied.

Migrating takes most of a small test run's time. The copy is kept in ``.duewatch/test-clusters``.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.local import home as homes
from config.local import locks

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = CHECKOUT / ".duewatch" / "test-clusters"
KEEP_NEWEST = 3
BUILD = """
from config.local import schema, supervisor
supervisor.ensure_running()
schema.ensure_current(supervisor.BASE_DIR)
supervisor.release()
"""


def plant() -> None:
    """Put a migrated cluster where this test run's servers will look for theirs."""
    home = homes.locate(CHECKOUT)
    homes.prepare(home)
    with locks.exclusive(home.lock("plant")):  # xdist's workers share the servers
        if not (home.postgres_data / "PG_VERSION").exists():
            home.postgres_data.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            copy(migrated(), home.postgres_data)  # its roles get this run's passwords at the start


def migrated() -> Path:
    """The folder with the cluster for today's migrations; made where there is none yet."""
    KEPT.mkdir(parents=True, exist_ok=True)
    wanted = KEPT / fingerprint()
    with locks.exclusive(KEPT / "lock"):
        if not wanted.is_dir():
            build(wanted)
            forget_old(wanted)
    return wanted


def build(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dw-test-template-") as folder:
        environment = os.environ | {"DUEWATCH_HOME": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "-c", BUILD], cwd=CHECKOUT, env=environment, check=True)
        draft = target.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        copy((Path(folder) / "postgres").resolve(), draft)
        draft.rename(target)


def forget_old(current: Path) -> None:
    folders = sorted((one for one in KEPT.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-KEEP_NEWEST]:
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Copy with owners and rights: under root the cluster belongs to the server's account."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def fingerprint() -> str:
    """Everything that decides what a migrated cluster looks like."""
    sources = [CHECKOUT / "requirements.txt", CHECKOUT / "core" / "append_only.py"]
    sources += sorted(CHECKOUT.glob("*/migrations/*.py")) + sorted((CHECKOUT / "config" / "local").glob("*.py"))
    digest = hashlib.sha256()
    for path in sources:
        digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
