"""A close goes on when a worker or the broker is killed in the middle of it, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import psutil
import pytest
from django.db import connection, transaction

from config.local import home as homes
from config.local import processes
from core.models import Job, Run
from pipeline.demo.large import generate
from pipeline.services.close import start_close
from tests.conftest import CHECKOUT
from tests.functional.pipeline.outcome import forget_closes, outcome
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("short_leases"),
    pytest.mark.xdist_group("workers"),
]

DAY = date(2026, 6, 30)
SHARDS = 24
Spawn = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def beat(short_leases: None, child_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """The scheduler, whose sweeps find abandoned work."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "beat", "--max-interval", "1"]
    command += ["--pidfile", "", "--loglevel", "INFO"]
    process = processes.spawn(command, cwd=CHECKOUT, log=tmp_path / "beat.log", env=child_environment)
    yield
    processes.stop(process, (signal.SIGTERM, 5.0))


@pytest.fixture
def ledger() -> None:
    """3,000 invoices of 150 buyers over three years."""
    generate(seed=7, buyers=150, per_buyer=20, end=DAY)


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def is_done(run: Run) -> bool:
    run.refresh_from_db()
    assert run.state != Run.State.FAILED, run.error
    return run.state == Run.State.DONE


def scored(run: Run) -> int:
    return Job.objects.filter(run=run, stage="score", state=Job.State.DONE).count()


def in_work(run: Run) -> int:
    return Job.objects.filter(run=run, state=Job.State.LEASED).count()


def kill_broker() -> None:
    """As kill -9: what it did not write to its file is lost."""
    pid = int((homes.locate(CHECKOUT).run / "valkey.pid").read_text())
    os.kill(pid, signal.SIGKILL)


def processes_of(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    main = psutil.Process(worker.pid)
    return [main, *main.children(recursive=True)]


def kill_in_mid_job(run: Run, worker: subprocess.Popen[bytes], *, first: Callable[[], None]) -> bool:
    """Stop the worker, and if a job of the run is then in its hands do ``first`` and kill it; else let it go on.

    While we hold the job's row its end cannot be written, not even by a statement that is on its way already; a row
    that the worker has locked for its end is passed over.
    """
    stopped = processes_of(worker)
    for process in stopped:
        process.suspend()
    with transaction.atomic():
        leased = Job.objects.filter(run=run, state=Job.State.LEASED).select_for_update(skip_locked=True)
        is_caught = bool(leased)
        if is_caught:
            first()
        for process in stopped:
            process.kill() if is_caught else process.resume()
    return is_caught


def test_killing_a_worker_and_the_broker_changes_nothing(ledger: None, beat: None, start_worker: Spawn) -> None:
    workers = [start_worker(), start_worker()]
    known_at = now()
    quiet = start_close(DAY, known_at=known_at, shards=SHARDS)
    wait_until("the undisturbed close is done", lambda: is_done(quiet), seconds=120)
    expected = outcome(quiet)
    assert expected["result"]["buyers_scored"] == len(expected["scores"]) == 150
    assert expected["result"]["alerts"]["opened"] > 50
    forget_closes()

    run = start_close(DAY, known_at=known_at, shards=SHARDS)
    wait_until("some shards are scored and others in work", lambda: scored(run) >= 2 and in_work(run), seconds=60)
    workers[0].send_signal(signal.SIGKILL)
    wait_until("the other worker goes on", lambda: scored(run) >= 5, seconds=60)
    wait_until(
        "the other worker is killed in the middle of a job",
        lambda: in_work(run) and kill_in_mid_job(run, workers[1], first=kill_broker),
        seconds=60,
    )
    assert not is_done(run)
    start_worker()

    wait_until("the disturbed close is done", lambda: is_done(run), seconds=120)
    assert run.pk != quiet.pk
    assert Job.objects.filter(run=run, attempts__gt=1).exists()
    assert outcome(run) == expected


def test_an_emptied_broker_loses_no_work(ledger: None, beat: None, start_worker: Spawn) -> None:
    from config.celery import app

    run = start_close(DAY, known_at=now(), shards=4)
    app.control.purge()
    start_worker()
    wait_until("the close is done", lambda: is_done(run), seconds=120)
    assert run.result["buyers_scored"] == 150


def test_the_command_finishes_a_close_whose_workers_are_gone(
    ledger: None, start_worker: Spawn, child_environment: dict[str, str]
) -> None:
    worker = start_worker()
    run = start_close(DAY, known_at=now(), shards=SHARDS)
    wait_until("some shards are scored", lambda: scored(run) >= 2, seconds=60)
    worker.send_signal(signal.SIGKILL)
    command = [sys.executable, "manage.py", "close", "--as-of", DAY.isoformat(), "--json"]
    done = subprocess.run(command, cwd=CHECKOUT, env=child_environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert is_done(run)
    assert f'"run": {run.pk}' in done.stdout
