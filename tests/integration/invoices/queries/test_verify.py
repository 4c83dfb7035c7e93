"""verify_ledger finds every copy that does not say what the entries say."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from invoices.models import ControlBalance, Invoice
from invoices.queries.verify import verify_ledger
from tests.integration.invoices.builders import make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    buyer = make_buyer()
    make_receipt(buyer, "7", day="2026-04-01")
    invoice = make_invoice(buyer, "100")
    pay(invoice, "100", day="2026-04-10")
    return invoice


def test_a_ledger_kept_by_the_services_agrees(invoice: Invoice) -> None:
    found = verify_ledger()
    assert found.is_ok
    assert (found.entries, found.invoices) == (2, 1)
    assert found.totals["USD"]["unapplied_cash"] == 7


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("open_amount", Decimal("5.0000")),
        ("settled_on", date(2026, 4, 11)),
        ("disputed_amount", Decimal("3.0000")),
        ("due_date", date(2026, 5, 1)),
    ],
)
def test_a_copy_changed_behind_the_services_is_named(invoice: Invoice, field: str, value: object) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(**{field: value})
    mismatch = verify_ledger().mismatches[0]
    assert (mismatch.key, mismatch.field, mismatch.stored) == (invoice.number, field, str(value))


@pytest.mark.parametrize("field", ["receivable", "unapplied_cash", "unapplied_credit"])
def test_a_wrong_balance_is_named(invoice: Invoice, field: str) -> None:
    ControlBalance.objects.update(**{field: 999})
    assert [mismatch.field for mismatch in verify_ledger().mismatches] == [field]


def test_the_command_ends_with_status_1_on_a_mismatch(invoice: Invoice) -> None:
    out = StringIO()
    call_command("verify_ledger", json=True, stdout=out)
    assert json.loads(out.getvalue())["ok"] is True
    Invoice.objects.filter(pk=invoice.pk).update(open_amount=5)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", stdout=StringIO())
    assert ended.value.code == 1
