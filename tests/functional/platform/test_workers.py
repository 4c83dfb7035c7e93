"""The worker fixtures: real processes over the real broker, which see what the test committed."""

import signal
import subprocess
from contextlib import suppress

import psutil
import pytest

from config.celery import app
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("workers")  # another one kills the broker


def answering() -> int:
    return len(app.control.ping(timeout=0.5))


def is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_two_workers_answer_over_the_broker(celery_workers: list[subprocess.Popen[bytes]]) -> None:
    wait_until("both workers answer", lambda: answering() == 2)


def test_a_killed_worker_takes_its_pool_with_it(celery_workers: list[subprocess.Popen[bytes]]) -> None:
    wait_until("both workers answer", lambda: answering() == 2)
    pool = psutil.Process(celery_workers[0].pid).children()
    assert pool
    celery_workers[0].send_signal(signal.SIGKILL)
    wait_until("the pool is gone", lambda: not any(is_alive(one) for one in pool))
