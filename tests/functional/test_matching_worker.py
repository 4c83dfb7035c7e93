"""A worker that is killed in the middle of matching: no bank line is lost, none is posted twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import psutil
import pytest
from django.db import connection
from django.db.models import Sum

from core.models import AuditEvent, Job
from core.services.pokes import get_task
from core.services.runs import enqueue_once
from core.services.sweeper import sweep
from invoices.domain.bank import LineState
from invoices.models import BankLine, BankStatement, Entry, Invoice, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bank.matching import AT_ONCE
from invoices.services.bank.taking import MATCH_TASK
from invoices.services.bulk import InvoiceRow, post_bulk
from tests.integration.invoices.builders import make_buyer
from tests.integration.invoices.services.bank.builders import make_account
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("short_leases"),
    pytest.mark.xdist_group("workers"),
]

LINES = 5 * AT_ONCE
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def month(transactional_db: None) -> Decimal:
    """As many open invoices as lines that pay them; their sum."""
    buyer = make_buyer("ACME")
    amounts = [Decimal(100 + number) for number in range(LINES)]
    days = {"invoice_date": date(2026, 3, 1), "due_date": date(2026, 3, 31)}
    post_bulk(
        invoices=[
            InvoiceRow(buyer.pk, "erp", str(number), f"INV-{70_000 + number}", "USD", amount, **days)
            for number, amount in enumerate(amounts)
        ]
    )
    account = make_account()
    total = sum(amounts, Decimal(0))
    shape = {"format": "camt.053", "kind": "statement", "content": "0" * 64, "debits": 0}
    statement = BankStatement.objects.create(
        account=account, currency="USD", credits=total, entries=LINES, booked=LINES, **shape
    )
    BankLine.objects.bulk_create(
        BankLine(
            statement=statement,
            account=account,
            amount=amount,
            currency="USD",
            day=date(2026, 4, 10),
            status="booked",
            fingerprint=f"{number:064d}"[::-1],
            position=number + 1,
            entry=number + 1,
            payer_name="Buyer ACME",
            remittance=f"INV-{70_000 + number}",
        )
        for number, amount in enumerate(amounts)
    )
    return total


def posted() -> int:
    return BankLine.objects.filter(state=LineState.POSTED).count()


def job_state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def is_writing() -> bool:
    """Whether another connection has written in a transaction that has not ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
        )
        return bool(cursor.fetchone()[0])


def kill_in_mid_batch(worker: subprocess.Popen[bytes]) -> bool:
    """Stop the worker; kill it if some lines are posted and others are being posted, else let it go on."""
    main = psutil.Process(worker.pid)
    stopped = [main, *main.children(recursive=True)]
    for process in stopped:
        process.suspend()
    is_caught = 0 < posted() <= LINES - 2 * AT_ONCE and is_writing()
    for process in stopped:
        process.kill() if is_caught else process.resume()
    return is_caught


def test_a_worker_killed_in_the_middle_loses_nothing_and_posts_nothing_twice(
    month: Decimal, start_worker: StartWorker
) -> None:
    enqueue_once(MATCH_TASK, [{}])
    job = Job.objects.get(task=MATCH_TASK)
    worker = start_worker()
    wait_until(
        "the worker is killed in the middle of a batch",
        lambda: posted() and (kill_in_mid_batch(worker) or job_state(job) == Job.State.DONE),
    )
    wait_until("the database has ended its transaction", lambda: not is_writing())
    assert 0 < posted() == Receipt.objects.count() < LINES

    wait_until("the sweep has taken the job back", lambda: (sweep(), job_state(job))[1] == Job.State.READY)
    get_task(MATCH_TASK)(job_id=job.pk)
    assert job_state(job) == Job.State.DONE, job.error
    assert job.attempts == 2
    assert set(BankLine.objects.values_list("state", "postings", "version")) == {(LineState.POSTED, 1, 2)}
    assert (Receipt.objects.count(), Entry.objects.filter(kind="receipt").count()) == (LINES, LINES)
    assert Receipt.objects.aggregate(sum=Sum("amount"))["sum"] == month
    assert not Invoice.objects.exclude(open_amount=0).exists()
    assert AuditEvent.objects.filter(action="invoices.bank_line.matched").count() == LINES
    assert verify_ledger().is_ok
