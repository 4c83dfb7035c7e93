"""A backup brings back what was lost."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.platform.instances import CHECKOUT, Instance

pytestmark = pytest.mark.xdist_group("platform")

GROUPS = "from django.contrib.auth.models import Group as G; "


def backup(instance: Instance, action: str, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.backup", action, str(file)]
    return subprocess.run(
        command, cwd=CHECKOUT, env=instance.environment, capture_output=True, text=True, timeout=120, check=False
    )


def shell(instance: Instance, code: str) -> str:
    done = instance.manage("shell", "--no-imports", "-c", GROUPS + code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_restore_replaces_what_is_there_by_what_was_saved(
    new_instance: Callable[[], Instance], tmp_path: Path
) -> None:
    instance, file = new_instance().with_schema(), tmp_path / "saved.dump"
    shell(instance, "G.objects.create(name='kept')")
    assert backup(instance, "save", file).returncode == 0
    shell(instance, "G.objects.all().delete(); G.objects.create(name='later')")
    done = backup(instance, "restore", file)
    assert done.returncode == 0, done.stderr
    assert shell(instance, "print(*G.objects.values_list('name', flat=True))") == "kept"
    assert file.stat().st_mode & 0o077 == 0


def test_a_broken_file_changes_nothing(new_instance: Callable[[], Instance], tmp_path: Path) -> None:
    instance, file = new_instance().with_schema(), tmp_path / "broken.dump"
    file.write_bytes(b"not a dump")
    shell(instance, "G.objects.create(name='kept')")
    assert backup(instance, "restore", file).returncode != 0
    assert shell(instance, "print(*G.objects.values_list('name', flat=True))") == "kept"
