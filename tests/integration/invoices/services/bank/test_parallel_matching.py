"""Several workers at once, or one that dies: every line is posted once, none is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from core.models import Job
from invoices.domain.bank import LineState
from invoices.models import BankLine, Receipt
from invoices.queries.verify import verify_ledger
from invoices.services.bank.matching import match_again, match_batch, match_lines
from invoices.services.bank.taking import MATCH_TASK
from tests.integration.invoices.builders import make_buyer, make_invoice
from tests.integration.invoices.services.bank.builders import make_line

pytestmark = pytest.mark.django_db(transaction=True)

LINES = 24


def make_lines() -> None:
    buyer = make_buyer("ACME")
    for _ in range(LINES):
        make_line("100", payer_name="Buyer ACME", remittance=make_invoice(buyer, "100").number)


def test_workers_side_by_side_post_every_line_once() -> None:
    make_lines()

    def work(_number: int) -> int:
        try:
            posted = 0
            while (batch := match_batch(at_once=5)) is not None:
                posted += batch.posted
            return posted
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == LINES
    assert Receipt.objects.count() == LINES
    assert verify_ledger().is_ok


def test_a_worker_that_dies_in_the_middle_leaves_its_batch_as_it_was() -> None:
    make_lines()

    class Killed(BaseException):
        """As a signal would end the process."""

    @transaction.atomic
    def die() -> None:
        match_batch(at_once=5)
        raise Killed

    with pytest.raises(Killed):
        die()
    assert not Receipt.objects.exists()
    assert BankLine.objects.filter(state=LineState.OPEN, matched_at=None).count() == LINES
    assert match_lines().posted == LINES
    assert Receipt.objects.count() == LINES


def test_a_line_that_somebody_had_in_hand_is_matched_within_the_hour() -> None:
    invoice = make_invoice(make_buyer("ACME"), "100")
    line = make_line("100", payer_name="Buyer ACME", remittance=invoice.number)

    def work() -> int:
        try:
            return match_lines().lines
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        BankLine.objects.select_for_update().get(pk=line.pk)
        assert pool.submit(work).result() == 0
    match_again(states=(LineState.OPEN,))
    assert Job.objects.filter(task=MATCH_TASK, state=Job.State.READY).count() == 1
    assert match_lines().posted == 1
