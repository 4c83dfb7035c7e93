"""The proof of the ledger as a run, and what the close after it makes of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from alerts.models import Alert
from core.models import Run, User
from core.services.waiting import work_here
from invoices.models import Invoice
from pipeline.queries.inputs import get_fingerprint
from pipeline.queries.proofs import latest_proof
from pipeline.services.close import start_close
from pipeline.services.proof import start_proof
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 31)


@pytest.fixture
def invoice() -> Invoice:
    return make_invoice(make_buyer(country="DE"), "500", due="2026-07-31")


def work(run: Run) -> Run:
    while work_here(run.pk):
        pass
    run.refresh_from_db()
    return run


def prove() -> dict[str, Any]:
    run = work(start_proof(DAY))
    assert run.state == Run.State.DONE
    return run.result


def close(day: date = DAY) -> Run:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return work(start_close(day, known_at=cursor.fetchone()[0], shards=2))


def spoil(invoice: Invoice) -> None:
    """What no service does: another due date without a change on record. Balances and aging still agree."""
    Invoice.objects.filter(pk=invoice.pk).update(due_date="2026-08-01")


def test_a_proof_counts_what_it_read(invoice: Invoice) -> None:
    assert prove() == {"entries": 1, "invoices": 1, "balances": 1, "mismatches": 0, "first": []}
    assert latest_proof() == (0, ())


def test_a_proof_that_is_under_way_is_joined(invoice: Invoice) -> None:
    run = start_proof(DAY)
    assert start_proof(DAY) == run
    assert run.jobs.count() == 1
    assert latest_proof() is None


def test_a_figure_that_differs_is_an_alert_of_the_next_close_until_it_is_mended(invoice: Invoice) -> None:
    spoil(invoice)
    prove()
    assert close().result["control"]["ok"] is True
    alert = Alert.objects.get(rule="ledger_mismatch")
    assert (alert.subject_key, alert.level, alert.state) == ("entries", 1, "open")
    row = {"about": f"invoice {invoice.number}", "figure": "due_date", "stored": "2026-08-01", "entries": "2026-07-31"}
    assert alert.evidence["rows"] == [row]
    Invoice.objects.filter(pk=invoice.pk).update(due_date="2026-07-31")
    prove()
    close()
    alert.refresh_from_db()
    assert alert.state == "closed"


def test_a_close_after_a_proof_that_found_something_is_not_the_same(invoice: Invoice) -> None:
    prove()
    before = get_fingerprint()
    prove()
    assert get_fingerprint() == before
    spoil(invoice)
    prove()
    assert get_fingerprint() != before


def test_a_close_knows_no_proof_that_ended_after_it_started(invoice: Invoice) -> None:
    prove()
    assert latest_proof(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_pages_show_the_run_and_the_alert_in_words(invoice: Invoice) -> None:
    spoil(invoice)
    prove()
    close()
    client = Client()
    person = User.objects.create_user("kim", role="credit_analyst")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/runs/{Run.objects.get(kind='verify').pk}/").content.decode()
    assert "proof of the ledger" in page
    assert "stored figures that differ" in page
    page = client.get(f"/alerts/{Alert.objects.get(rule='ledger_mismatch').pk}/").content.decode()
    assert "1 stored figure differs from the entries that it stands for." in page
    assert f"invoice {invoice.number}" in page
