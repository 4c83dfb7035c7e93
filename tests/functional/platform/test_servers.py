"""The embedded servers behind single commands: found or started, shared, gone afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.functional.platform.instances import CHECKOUT, END_LIMIT_S, Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("platform")

HOLD = """
import sys
from config.local import supervisor, urls
import psycopg2
supervisor.ensure_running()
psycopg2.connect(urls.resolve(supervisor.BASE_DIR).owner_database_url).close()
print("up", flush=True)
sys.stdin.read()
"""


def hold(instance: Instance) -> subprocess.Popen[str]:
    """A process that uses the servers until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=CHECKOUT,
        env=instance.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_up(user: subprocess.Popen[str]) -> bool:
    assert user.stdout is not None
    return user.stdout.readline() == "up\n"


def let_go(user: subprocess.Popen[str]) -> None:
    user.communicate(timeout=END_LIMIT_S)


def parent_of_server(process: psutil.Process) -> int | None:
    """Nothing for other programs, and for a server's child that has just ended."""
    with suppress(psutil.NoSuchProcess):
        if process.name() in {"postgres", "valkey-server"}:
            return process.ppid()
    return None


def test_starters_at_the_same_moment_share_one_pair_of_servers(new_instance: Callable[[], Instance]) -> None:
    instance = new_instance()
    users = [hold(instance) for _ in range(4)]
    assert all(is_up(user) for user in users)
    parents = {one.pid: parent for one in instance.processes() if (parent := parent_of_server(one))}
    assert len([parent for parent in parents.values() if parent not in parents]) == 2
    for user in users:
        let_go(user)
    wait_until("the servers have stopped", lambda: instance.processes() == [])


def test_two_folders_are_two_instances_side_by_side(new_instance: Callable[[], Instance]) -> None:
    instances = [new_instance(), new_instance()]
    users = [hold(one) for one in instances]
    assert all(is_up(user) for user in users)
    let_go(users[0])
    wait_until("the first has stopped", lambda: instances[0].processes() == [])
    assert instances[1].running("postgres")
    let_go(users[1])


def test_a_killed_user_leaves_no_server_behind(new_instance: Callable[[], Instance]) -> None:
    instance = new_instance()
    user = hold(instance)
    assert is_up(user)
    user.kill()
    user.communicate(timeout=END_LIMIT_S)
    wait_until("the servers have stopped", lambda: instance.processes() == [])


def test_a_machine_that_lost_power_starts_again(new_instance: Callable[[], Instance]) -> None:
    instance = new_instance()
    user = hold(instance)
    assert is_up(user)
    for process in instance.processes():
        with suppress(psutil.NoSuchProcess):  # it ended with its parent
            process.kill()
    user.communicate(timeout=END_LIMIT_S)
    wait_until("everything is dead", lambda: instance.processes() == [])
    after = hold(instance)
    assert is_up(after)
    let_go(after)


def test_sockets_of_a_deep_folder_stay_within_what_the_kernel_takes(new_instance: Callable[[], Instance]) -> None:
    instance = new_instance()
    instance.home = instance.home / ("deep" * 20) / ("deeper" * 10)
    user = hold(instance)
    assert is_up(user)
    let_go(user)


def test_a_folder_of_somebody_else_is_refused(new_instance: Callable[[], Instance]) -> None:
    instance = _of_somebody_else(new_instance)
    held = set(instance.home.iterdir())
    done = instance.manage("migrate", "--plan")
    assert done.returncode == 1
    assert "belongs to somebody else" in done.stderr
    assert set(instance.home.iterdir()) == held


def _of_somebody_else(new_instance: Callable[[], Instance]) -> Instance:
    """Root gives its folder away; everybody else finds one of root's."""
    if os.geteuid():
        return Instance(Path("/usr"))
    instance = new_instance()
    instance.home.mkdir()
    instance.home.chmod(0o755)
    os.chown(instance.home, 65534, 65534)
    return instance
