"""Payments from strange accounts, by strange payers, or told twice ring, once for each."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.domain.states import AlertState, Rule
from alerts.models import Alert
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from buyers.models import Buyer
from core.models import Run
from invoices.models import BankLine, PayerAccount
from invoices.services.bank.deciding import confirm_line, confirm_return, undo_line
from invoices.services.posting.allocations import Incoming, post_receipt
from tests.integration.invoices.builders import make_buyer
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)
TODAY = date(2100, 1, 1)


def close(day: date = TODAY) -> None:
    run = Run.objects.create(kind="close", key=f"close:{day}", state=Run.State.DONE)
    advance(Close(day, LATER + timedelta(days=400), "USD", ()), run_id=run.pk)


def posted(buyer: Buyer, **fields: object) -> BankLine:
    line = make_line("30", day=TODAY.isoformat(), **fields)
    return confirm_line(line_id=line.pk, version=1, buyer_id=buyer.pk, actor=make_actor())


def test_another_account_and_another_payer_ring_with_their_evidence() -> None:
    buyer = make_buyer("ACME")
    PayerAccount.objects.create(account="GB1", buyer=buyer, first_seen_on=date(2026, 1, 1))
    line = posted(buyer, payer_name="Zebra Factoring", payer_account="XX9")
    close()
    alerts = {alert.rule: alert for alert in Alert.objects.all()}
    assert set(alerts) == {Rule.PAYER_ACCOUNT_CHANGED, Rule.PAYER_NOT_BUYER}
    changed = alerts[Rule.PAYER_ACCOUNT_CHANGED]
    assert (changed.buyer, changed.level, changed.amount_base) == (buyer, 1, Decimal(30))
    (row,) = changed.evidence["rows"]
    assert (row["payer"], row["account"], row["told"], row["line_id"]) == ("Zebra Factoring", "XX9", "GB1", line.pk)
    assert alerts[Rule.PAYER_NOT_BUYER].evidence["rows"][0]["told"] == "Buyer ACME"


def test_the_usual_account_rings_nothing_and_an_undone_posting_closes() -> None:
    buyer = make_buyer("ACME")
    posted(buyer, payer_name="Buyer ACME", payer_account="GB1")
    strange = posted(buyer, payer_name="BUYER ACME", payer_account="XX9")
    close()
    assert list(Alert.objects.values_list("rule", flat=True)) == [Rule.PAYER_ACCOUNT_CHANGED]
    undo_line(line_id=strange.pk, version=strange.version, reason="not theirs", actor=make_actor())
    close(TODAY + timedelta(days=1))
    assert Alert.objects.get().state == AlertState.CLOSED


def test_an_alert_ends_when_the_window_has_passed() -> None:
    buyer = make_buyer("ACME")
    posted(buyer, payer_name="Somebody Else")
    close()
    assert Alert.objects.get(rule=Rule.PAYER_NOT_BUYER).state == AlertState.OPEN
    close(TODAY + timedelta(days=30))
    assert Alert.objects.get(rule=Rule.PAYER_NOT_BUYER).state == AlertState.CLOSED


def test_the_same_amount_from_bank_and_erp_rings_whoever_told_first() -> None:
    buyer = make_buyer("ACME")
    posted(buyer, payer_name="Buyer ACME")
    told = Incoming(
        buyer_id=buyer.pk,
        source="erp",
        external_id="R1",
        currency="USD",
        amount=Decimal(30),
        day=TODAY - timedelta(days=3),
    )
    post_receipt(told)
    close()
    alert = Alert.objects.get()
    assert (alert.rule, alert.evidence["rows"][0]["told"]) == (Rule.RECEIPT_TWICE, "erp R1")


def test_a_payment_that_went_back_stands_twice_no_more() -> None:
    buyer = make_buyer("ACME")
    line = posted(buyer, payer_name="Buyer ACME")
    post_receipt(
        Incoming(buyer_id=buyer.pk, source="erp", external_id="R1", currency="USD", amount=Decimal(30), day=TODAY)
    )
    debit = make_line("-30", day=TODAY.isoformat(), is_reversal=True)
    confirm_return(line_id=debit.pk, version=1, returned_line_id=line.pk, actor=make_actor())
    close()
    assert not Alert.objects.exists()
