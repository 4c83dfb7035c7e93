"""Lock files must hold what is asked for."""

from pathlib import Path

import pytest

from tools import check_locks


def compared(tmp_path: Path, asked: str, locked: str) -> list[str]:
    (tmp_path / "a.in").write_text(asked)
    (tmp_path / "a.txt").write_text(locked)
    return check_locks.differences(tmp_path / "a.in", tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("asked", "locked"),
    [
        ("# why\n-c other.txt\nDjango==5.2.19  # LTS\n", "django==5.2.19 \\\n    --hash=sha256:0\n"),
        ("celery[redis]==5.7.0\n", "celery==5.7.0\n"),
        ("zope.interface\n", "zope-interface==7.0 ; python_version < '4'\n"),
    ],
)
def test_a_lock_that_holds_everything_passes(tmp_path: Path, asked: str, locked: str) -> None:
    assert compared(tmp_path, asked, locked) == []


@pytest.mark.parametrize("locked", ["", "django==5.2.18\n", "django-x==5.2.19\n"])
def test_a_missing_or_other_version_is_named(tmp_path: Path, locked: str) -> None:
    assert compared(tmp_path, "django==5.2.19\n", locked) == ["a.txt does not hold django==5.2.19"]
