"""A default in the group weighs on the others: derived from ledger and events, once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from buyers.domain.fact_rows import EventRow
from buyers.models import Buyer, BuyerGroup, GroupMembership
from buyers.services.facts import record_fact
from invoices.domain.kinds import EntryKind
from invoices.services.posting.adjustments import post_adjustment
from scoring.queries.explain import explain
from scoring.queries.inputs import load_inputs
from scoring.queries.related import RelatedDefault
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 30)


def before(days: int) -> str:
    return str(AS_OF - timedelta(days=days))


@pytest.fixture
def pair() -> tuple[Buyer, Buyer]:
    """A buyer and its sibling."""
    group = BuyerGroup.objects.create(code="G", name="Group")
    buyers = make_buyer(), make_buyer()
    for buyer in buyers:
        GroupMembership.objects.create(buyer=buyer, group=group, valid_from=date(2024, 1, 1))
    return buyers


def related(buyer: Buyer, as_of: date = AS_OF) -> RelatedDefault | None:
    return load_inputs(buyer_ids=[buyer.pk], as_of=as_of).frames.related.get(0)


def penalty(buyer: Buyer) -> float:
    reasons = explain(buyer_id=buyer.pk, as_of=AS_OF)["dimensions"]["buyer_credit"]["reasons"]
    return float({reason["code"]: reason["points"] for reason in reasons}.get("related_party_default", 0.0))


def test_a_sound_sibling_is_no_reason(pair: tuple[Buyer, Buyer]) -> None:
    make_invoice(pair[1], "100", issued=before(200), due=before(89))
    assert related(pair[0]) is None
    assert penalty(pair[0]) == 0.0


def test_a_sibling_90_days_overdue_is_in_default(pair: tuple[Buyer, Buyer]) -> None:
    make_invoice(pair[1], "100", issued=before(200), due=before(90))
    assert related(pair[0]) == RelatedDefault(pair[1].pk, "overdue", True, 0)
    assert penalty(pair[0]) == 30.0
    assert related(pair[1]) is None


def test_an_insolvent_sibling_is_in_default_while_it_lasts(pair: tuple[Buyer, Buyer]) -> None:
    record_fact(EventRow(pair[1].pk, "insolvency", AS_OF - timedelta(days=50), AS_OF - timedelta(days=10)))
    assert related(pair[0], AS_OF - timedelta(days=11)) == RelatedDefault(pair[1].pk, "insolvency", True, 0)
    assert related(pair[0]) is None


def test_a_default_that_was_paid_fades_from_the_day_of_payment(pair: tuple[Buyer, Buyer]) -> None:
    pay(make_invoice(pair[1], "100", issued=before(500), due=before(280)), "100", day=before(180))
    assert related(pair[0]) == RelatedDefault(pair[1].pk, "paid_late", False, 180)
    assert penalty(pair[0]) == 15.0


def test_a_write_off_fades_from_its_day(pair: tuple[Buyer, Buyer]) -> None:
    invoice = make_invoice(pair[1], "100", issued=before(500), due=before(400))
    post_adjustment(
        invoice.pk,
        kind=EntryKind.WRITE_OFF,
        change=Decimal(-100),
        effective_date=AS_OF - timedelta(days=360),
        reason="closed",
    )
    assert related(pair[0]) == RelatedDefault(pair[1].pk, "written_off", False, 360)
    assert penalty(pair[0]) == 7.5


def test_a_recorded_event_and_the_ledger_count_once(pair: tuple[Buyer, Buyer]) -> None:
    make_invoice(pair[1], "100", issued=before(200), due=before(90))
    record_fact(EventRow(pair[0].pk, "related_party_default", AS_OF - timedelta(days=5)))
    assert penalty(pair[0]) == 30.0


def test_the_gravest_default_of_several_counts(pair: tuple[Buyer, Buyer]) -> None:
    pay(make_invoice(pair[1], "100", issued=before(500), due=before(280)), "100", day=before(180))
    make_invoice(pair[1], "100", issued=before(200), due=before(95))
    assert related(pair[0]) == RelatedDefault(pair[1].pk, "overdue", True, 0)


def test_who_left_the_group_is_no_longer_related(pair: tuple[Buyer, Buyer]) -> None:
    make_invoice(pair[1], "100", issued=before(200), due=before(95))
    GroupMembership.objects.create(buyer=pair[1], group=None, valid_from=AS_OF)
    assert related(pair[0]) is None
    assert related(pair[0], AS_OF - timedelta(days=1)) is not None
