"""Checks that the lock files hold what requirements*.in and package.json ask for; needs no network."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tools.lock import PAIRS, ROOT


def main() -> int:
    problems = [line for source, target in PAIRS.items() for line in differences(ROOT / source, ROOT / target)]
    problems += npm_differences()
    print("\n".join(f"{line}: run make lock" for line in problems) or "lock files are current")
    return 1 if problems else 0


def differences(source: Path, target: Path) -> list[str]:
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", target.read_text(), re.MULTILINE))
    versions = {canonicalize_name(name): version for name, version in locked.items()}
    wanted = [Requirement(line) for line in asked(source)]
    return [f"{target.name} does not hold {one}" for one in wanted if not is_held(one, versions)]


def asked(source: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in source.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def is_held(requirement: Requirement, versions: Mapping[NormalizedName, str]) -> bool:
    version = versions.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def npm_differences() -> list[str]:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    kinds = ("dependencies", "devDependencies")
    return [f"package-lock.json differs in {kind}" for kind in kinds if package.get(kind) != lock.get(kind)]


if __name__ == "__main__":
    sys.exit(main())
