"""An upload whose worker is killed in the middle of the import."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.models import Job, Run
from core.services.waiting import wait_for_run
from invoices.domain.kinds import BatchState
from invoices.models import Entry, ImportBatch, Invoice
from invoices.services.imports.background import request_import
from tests.integration.invoices.intake import Intake, csv_text, make_user, row
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("short_leases"),
    pytest.mark.xdist_group("workers"),
]

ROWS = 8_000
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def batch(short_leases: None, child_environment: dict[str, str], tmp_path: Path) -> ImportBatch:
    """A file that takes a while."""
    intake = Intake(tmp_path)
    return intake.batch(csv_text(_rows()))


def _rows() -> Iterator[dict[str, str]]:
    start = date(2025, 1, 1)
    for number in range(ROWS):
        day = start + timedelta(days=number % 90)
        text = f"{day.day}/{day.month}/{day.year}"
        yield row(no=str(number), buyer=f"{number % 50:04d}", date=text, paid="9/6/2025" if number % 2 else "")


def test_an_import_whose_worker_was_killed_is_done_once(batch: ImportBatch, start_worker: StartWorker) -> None:
    run = request_import(batch, make_user())
    worker = start_worker()
    wait_until(
        "the worker has the job", lambda: Job.objects.filter(run=run, state=Job.State.LEASED).exists(), seconds=60
    )
    os.killpg(worker.pid, signal.SIGKILL)
    done = wait_for_run(run.pk, lambda _: None)
    assert (done.state, done.result["created"]) == (Run.State.DONE, ROWS)
    _assert_imported_once(batch)


def _assert_imported_once(batch: ImportBatch) -> None:
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.rows) == (BatchState.DONE, ROWS, ROWS)
    assert Invoice.objects.count() == ROWS
    assert Entry.objects.filter(kind="receipt").count() == ROWS // 2
    assert not Invoice.objects.exclude(batch=batch).exists()
