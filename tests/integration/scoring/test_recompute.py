"""A stored score computed again from what was known then is the old one to the byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from buyers.domain.fact_rows import CertificateRow, EventRow, KycRow, RatingRow, ScreeningRow
from buyers.models import AgencyGrade, Buyer, BuyerGroup, BuyerMerge, CountryRisk, RiskEvent
from buyers.services.facts import end_event, record_facts
from buyers.services.memberships import set_group_membership
from core.errors import NotFound
from core.intake.ecb import RateRow
from core.services.rates import add_rates
from invoices.domain.kinds import EntryKind
from invoices.models import Entry, Invoice, Shipment
from invoices.services.posting.adjustments import post_adjustment, set_dispute
from invoices.services.posting.issue import change_due_date
from invoices.services.posting.reversals import reverse_entry
from scoring.models import Score
from scoring.services.recompute import recompute
from scoring.services.scores import score_buyers
from tests.integration.invoices.builders import make_buyer, make_invoice, pay
from tests.integration.scoring.golden_buyer import AS_OF, make_golden_buyer

# Real commits: recorded_at must tell before from after.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def golden() -> Buyer:
    buyer = make_golden_buyer()
    late = make_invoice(buyer, "8000", issued="2026-01-01", due="2026-03-01")
    set_dispute(late.pk, key="D", amount=Decimal(500), reason="quality", valid_from=date(2026, 6, 1))
    return buyer


def scored(buyer: Buyer) -> Score:
    """A score as known at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        known_at = cursor.fetchone()[0]
    score_buyers(buyer_ids=[buyer.pk], as_of=AS_OF, known_at=known_at, with_evidence="all")
    return Score.objects.latest("pk")


def assert_reproduced(score: Score) -> None:
    again = recompute(score.pk)
    assert again.differences == ()
    assert again.is_same
    assert again.stored["inputs_hash"] == again.computed["inputs_hash"]


def late_receipt(buyer: Buyer) -> None:
    pay(Invoice.objects.get(buyer=buyer, amount=8000), "7000", day="2026-06-29")


def reversed_receipt(buyer: Buyer) -> None:
    entry = Entry.objects.filter(buyer=buyer, kind="receipt").earliest("pk")
    reverse_entry(entry.pk, effective_date=AS_OF, reason="wrong buyer")


def new_due_date(buyer: Buyer) -> None:
    invoice = Invoice.objects.get(buyer=buyer, amount=8000)
    change_due_date(invoice.pk, due_date=date(2026, 6, 25), valid_from=date(2026, 6, 1), reason="agreed")


def written_off(buyer: Buyer) -> None:
    invoice = Invoice.objects.get(buyer=buyer, amount=8000)
    post_adjustment(
        invoice.pk, kind=EntryKind.WRITE_OFF, change=Decimal(-900), effective_date=date(2026, 6, 20), reason="x"
    )


def dispute_ended(buyer: Buyer) -> None:
    invoice = Invoice.objects.get(buyer=buyer, amount=8000)
    set_dispute(invoice.pk, key="D", amount=Decimal(0), reason="settled", valid_from=date(2026, 6, 2))


def back_dated_invoice(buyer: Buyer) -> None:
    make_invoice(buyer, "9999", issued="2026-01-01", due="2026-02-01", currency="EUR")


def facts_learned_late(buyer: Buyer) -> None:
    AgencyGrade.objects.create(agency="Own", grade="Z", points=1)
    day = AS_OF - timedelta(days=3)
    record_facts(
        [
            RatingRow(buyer.pk, "Own", "Z", day),
            KycRow(buyer.pk, "incomplete", day),
            ScreeningRow(buyer.pk, "confirmed", day),
            CertificateRow(buyer.pk, "CE", day, "C-2"),
            EventRow(buyer.pk, "insolvency", day),
        ]
    )


def event_ended(buyer: Buyer) -> None:
    event = RiskEvent.objects.get(buyer=buyer, kind="insurer_cut", ends__isnull=True)
    end_event(event.pk, ended_on=AS_OF - timedelta(days=5))


def master_data_changed(buyer: Buyer) -> None:
    Buyer.objects.filter(pk=buyer.pk).update(country="DE", currency="EUR", founded_on=date(2000, 1, 1))


def country_list_corrected(buyer: Buyer) -> None:
    CountryRisk.objects.create(country="VN", risk_class=7, valid_from=date(2026, 2, 1), source="corrected")


def rates_corrected(buyer: Buyer) -> None:
    add_rates([RateRow("VND", AS_OF, Decimal(99_999)), RateRow("USD", AS_OF, Decimal("1.5"))], source="other")


def shipment_corrected(buyer: Buyer) -> None:
    Shipment.objects.create(
        buyer=buyer, source="test", external_id="GOLD-0", promised_on=AS_OF - timedelta(days=50), delivered_on=AS_OF
    )


def merged(buyer: Buyer) -> None:
    duplicate = make_buyer()
    make_invoice(duplicate, "5000", issued="2026-01-01", due="2026-02-01")
    for survivor, away in ((buyer, duplicate),):
        BuyerMerge.objects.create(
            duplicate=away, survivor=survivor, reason="x", state="merged", merged_at=timezone.now()
        )


def merged_away(buyer: Buyer) -> None:
    BuyerMerge.objects.create(
        duplicate=buyer, survivor=make_buyer(), reason="x", state="merged", merged_at=timezone.now()
    )


def sibling_in_default(buyer: Buyer) -> None:
    group = BuyerGroup.objects.create(code="G", name="Group")
    sibling = make_buyer()
    make_invoice(sibling, "5000", issued="2026-01-01", due="2026-02-01")
    for one in (buyer, sibling):
        set_group_membership(one.pk, group=group, valid_from=date(2026, 1, 1))


LATER_NEWS: list[Callable[[Buyer], None]] = [
    late_receipt,
    reversed_receipt,
    new_due_date,
    written_off,
    dispute_ended,
    back_dated_invoice,
    facts_learned_late,
    event_ended,
    master_data_changed,
    country_list_corrected,
    rates_corrected,
    shipment_corrected,
    merged,
    merged_away,
    sibling_in_default,
]


def test_what_is_learned_later_does_not_change_the_old_score(golden: Buyer) -> None:
    score = scored(golden)
    for news in LATER_NEWS:
        news(golden)
        assert_reproduced(score)


@pytest.mark.parametrize("news", [n for n in LATER_NEWS if n is not merged_away], ids=lambda n: n.__name__)
def test_the_same_news_does_change_a_new_score(golden: Buyer, news: Callable[[Buyer], None]) -> None:
    old = scored(golden)
    news(golden)
    assert scored(golden).inputs_hash != old.inputs_hash
    assert_reproduced(old)


def test_an_undone_merge_leaves_the_score_of_the_merged_time(golden: Buyer) -> None:
    merged(golden)
    score = scored(golden)
    BuyerMerge.objects.update(state="undone", undone_at=timezone.now())
    assert_reproduced(score)


def test_a_tampered_ledger_is_noticed(golden: Buyer) -> None:
    score = scored(golden)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE invoices_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE invoices_entry SET effective_date = effective_date - 1 WHERE kind = 'receipt'")
        cursor.execute("ALTER TABLE invoices_entry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE invoices_receipt DISABLE TRIGGER USER")
        cursor.execute("UPDATE invoices_receipt SET received_on = received_on - 1")
        cursor.execute("ALTER TABLE invoices_receipt ENABLE TRIGGER USER")
    again = recompute(score.pk)
    assert not again.is_same
    assert {"payment_history", "inputs_hash", "evidence"} <= set(again.differences)


def test_an_unknown_score_is_refused() -> None:
    with pytest.raises(NotFound):
        recompute(0)
