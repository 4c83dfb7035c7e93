"""Fixtures that every test may use: the servers, the shared data, real workers."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

from config.local import processes, supervisor
from tests import cluster
from tests.public_files import SHARED_DATA

CHECKOUT = Path(__file__).resolve().parent.parent

# By default an example that takes 0.2 s fails: on a busy machine any may.
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Wait until the servers of this run have stopped; tests/settings.py removes their folder after that."""
    supervisor.release()


@pytest.fixture(scope="session")
def embedded_servers() -> None:
    """PostgreSQL and the broker of this test run; only tests that need them start them."""
    cluster.plant()
    supervisor.ensure_running()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_servers: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this before it creates the test database."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the checkout; see its README for sources."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the shared data folder is missing: {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _english() -> None:
    """Every test begins in English: the language of a request stays with its thread until the next one."""
    translation.deactivate()


@pytest.fixture
def noon() -> Iterator[None]:
    """Noon of the day that the builders of the credit floor call today: no day ends on the way."""
    from tests.integration.credit.builders import TODAY  # needs settings, which this file must not load early

    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed worker's job is free again after two seconds instead of thirty; ask for it before any worker."""
    monkeypatch.setenv("JOB_LEASE_SECONDS", "2")


@pytest.fixture
def child_environment(embedded_servers: None, transactional_db: None) -> dict[str, str]:
    """The environment in which a child process works on this test's database and broker."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DUEWATCH_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "PYTHONPATH": str(CHECKOUT),
    }


@pytest.fixture
def start_worker(child_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start real Celery workers over the real broker; they end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        log = tmp_path / f"worker{len(started)}.log"
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--concurrency", "1"]
        command += [
            "--hostname",
            f"test{len(started)}@%h",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ]
        started.append(processes.spawn(command, cwd=CHECKOUT, log=log, env=child_environment))
        return started[-1]

    _empty_broker()
    yield start
    for worker in started:
        processes.stop(worker)  # killed: nobody waits for what it may still be doing


@pytest.fixture
def celery_workers(start_worker: Callable[[], subprocess.Popen[bytes]]) -> list[subprocess.Popen[bytes]]:
    """Two workers that are coming up. They see committed data only: the test is a transactional one."""
    return [start_worker(), start_worker()]


def _empty_broker() -> None:
    from config.celery import app  # needs settings, which this file must not load early

    app.control.purge()
