"""Properties of the ledger, over random histories (domain.md section 2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoices.domain.kinds import AgingBasis, EntryKind
from invoices.models import ControlBalance, Entry
from invoices.queries.aging import AgingQuestion, get_aging
from invoices.queries.verify import verify_ledger
from invoices.services.posting.adjustments import post_adjustment
from invoices.services.posting.reversals import reverse_entry
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt

pytestmark = pytest.mark.django_db

START = date(2026, 1, 1)
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class History:
    """An invoice of ``amount`` on ``issued``, due after ``net`` days, with payments as (days later, share of open)."""

    amount: int
    issued: int
    net: int
    payments: list[tuple[int, int]]
    written_off: bool


histories = st.builds(
    History,
    amount=st.integers(1, 10**7),
    issued=st.integers(0, 200),
    net=st.sampled_from([0, 1, 30, 60, 90]),
    payments=st.lists(st.tuples(st.integers(0, 150), st.integers(1, 100)), max_size=3),
    written_off=st.booleans(),
)


def day(offset: int) -> date:
    return START + timedelta(offset)


def post(history: History) -> list[Entry]:
    """The history through the services; returns the entries beside the issue."""
    buyer = make_buyer()
    amount = D(history.amount) / 100
    invoice = make_invoice(
        buyer, str(amount), issued=day(history.issued).isoformat(), due=day(history.issued + history.net).isoformat()
    )
    entries, left = [], amount
    for later, share in sorted(history.payments):
        part = (left * share / 100).quantize(D("0.01"))
        if part > 0:
            when = day(history.issued + later).isoformat()
            receipt = make_receipt(buyer, str(part + 1), day=when)
            entries.append(allocate(receipt, invoice, str(part), day=when))
            left -= part
    if history.written_off and left > 0:
        kind = EntryKind.WRITE_OFF
        when = day(history.issued + 160)
        entries.append(post_adjustment(invoice.pk, kind=kind, change=-left, effective_date=when, reason="lost"))
    return entries


@FEW
@given(st.lists(histories, min_size=1, max_size=4), st.integers(-5, 400), st.sampled_from(AgingBasis))
def test_buckets_add_up_to_the_ledger_on_any_date(found: list[History], offset: int, by: AgingBasis) -> None:
    with transaction.atomic():
        for history in found:
            post(history)
        report = get_aging(AgingQuestion(as_of=day(offset), by=by))
        assert sum(bucket.amount for bucket in report.buckets) == report.amount
        assert sum(bucket.items for bucket in report.buckets) == report.items
        assert report.is_reconciled
        assert verify_ledger().is_ok
        transaction.set_rollback(True)


@FEW
@given(st.lists(histories, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(found: list[History], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert _pictures(found) == _pictures(shuffled)


def _pictures(found: list[History]) -> list[tuple[object, ...]]:
    with transaction.atomic():
        for history in found:
            post(history)
        reports = [get_aging(AgingQuestion(as_of=day(offset))) for offset in (0, 30, 100, 250, 400)]
        pictures = [(r.amount, r.items, r.unapplied_cash, tuple(b.amount for b in r.buckets)) for r in reports]
        transaction.set_rollback(True)
    return pictures


@FEW
@given(histories)
def test_reversing_everything_restores_the_issue(history: History) -> None:
    with transaction.atomic():
        for entry in reversed(post(history)):
            reverse_entry(entry.pk, effective_date=entry.effective_date, reason="all back")
        balance = ControlBalance.objects.get()
        assert balance.receivable == D(history.amount) / 100
        assert get_aging(AgingQuestion(as_of=day(1000))).amount == balance.receivable
        assert verify_ledger().is_ok
        transaction.set_rollback(True)
