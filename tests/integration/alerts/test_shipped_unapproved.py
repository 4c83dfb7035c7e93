"""Goods that left without approval ring, once for each shipment, until a person has dealt with them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from alerts.domain.ledger import ControlTotal
from alerts.domain.states import AlertState, Rule
from alerts.models import Alert, AlertEvent
from alerts.queries.alerts import visible_alerts
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from buyers.models import Buyer
from core.access.scope import scope_of
from core.dates import business_date
from core.domain.roles import Role
from core.models import Run
from credit.services.gate import reject_order, release_order
from invoices.models import Order
from tests.integration.credit.builders import (
    TODAY,
    approved_order,
    ask,
    held_order,
    make_clean_buyer,
    make_limit,
    make_order,
    make_user,
    release_terms,
    run_jobs,
    ship,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def buyer() -> Buyer:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    return buyer


@pytest.fixture
def order(buyer: Buyer) -> Order:
    """Of 80; 30 of them left before anybody had asked whether it may go."""
    order = make_order(buyer, "80")
    leave(order, "30", "S1")
    return order


def leave(order: Order, amount: str | None, key: str, *, day: date = TODAY, cancelled: bool = False) -> None:
    ship(order, amount, key=key, day=day, is_cancelled=cancelled)
    run_jobs()


def close(day: date | None = None, *, known_at: datetime = LATER) -> None:
    """Of the day that the clock says, which people's answers are dated by; midnight may have passed since ``TODAY``."""
    day = day or business_date(timezone.now(), settings.TIME_ZONE)
    run = Run.objects.create(kind="close", key=f"close:{day}", state=Run.State.DONE)
    control: tuple[ControlTotal, ...] = ()
    advance(Close(day, known_at, "USD", control), run_id=run.pk)


def the_alert() -> Alert:
    return Alert.objects.get(rule=Rule.SHIPPED_UNAPPROVED)


def rung() -> list[str]:
    events = AlertEvent.objects.filter(alert__rule=Rule.SHIPPED_UNAPPROVED).order_by("pk")
    return list(events.values_list("action", flat=True))


def test_it_names_order_buyer_shipment_and_money(order: Order) -> None:
    close()
    alert = the_alert()
    assert (alert.subject_type, alert.subject_key, alert.buyer_id) == ("order", str(order.pk), order.buyer_id)
    assert (alert.severity, alert.level, alert.amount_base) == (3, 1, Decimal(30))
    (row,) = alert.evidence["rows"]
    assert (row["order"], row["order_id"], row["shipment"]) == (order.external_id, order.pk, "S1")
    assert (row["shipped_on"], Decimal(row["amount"]), row["currency"]) == (TODAY.isoformat(), 30, "USD")


def test_goods_of_an_approved_order_ring_nothing(buyer: Buyer) -> None:
    leave(approved_order(buyer, "80"), "30", "S1")
    close()
    assert rung() == []


def test_it_rings_once_and_again_with_another_shipment(order: Order) -> None:
    close()
    close()
    assert rung() == ["opened"]
    leave(order, "20", "S2")
    close()
    assert rung() == ["opened", "worsened"]
    assert (the_alert().level, the_alert().amount_base) == (2, Decimal(50))


def test_a_shipment_without_an_amount_is_the_whole_order(buyer: Buyer) -> None:
    leave(make_order(buyer, "80"), None, "S1")
    close()
    assert the_alert().amount_base == Decimal(80)


def test_two_orders_are_two_alerts(order: Order) -> None:
    leave(make_order(order.buyer, "40"), "10", "S2")
    close()
    assert Alert.objects.filter(rule=Rule.SHIPPED_UNAPPROVED).count() == 2


def test_it_closes_when_a_person_releases_the_order(order: Order) -> None:
    ask(order)
    close()
    release_order(order.pk, release_terms("80"), as_of=TODAY, actor=make_user(Role.DIRECTOR))
    close()
    assert the_alert().state == AlertState.CLOSED


def test_it_closes_when_a_person_rejects_the_order(order: Order) -> None:
    ask(order)
    close()
    reject_order(order.pk, reason="stop the truck", as_of=TODAY, actor=make_user(Role.MANAGER))
    close()
    assert the_alert().state == AlertState.CLOSED


def test_goods_of_a_rejected_order_ring_until_a_person_has_dealt_with_them(buyer: Buyer) -> None:
    order = held_order(buyer, "600")
    reject_order(order.pk, reason="too much", as_of=TODAY, actor=make_user(Role.MANAGER))
    leave(order, "30", "S1")
    close()
    assert the_alert().state == AlertState.OPEN
    reject_order(order.pk, reason="seen", as_of=TODAY, actor=make_user(Role.MANAGER))
    close()
    assert (the_alert().state, rung()) == (AlertState.CLOSED, ["opened", "closed"])


def test_no_answer_of_the_machine_closes_it(order: Order) -> None:
    close()
    ask(order)
    close()
    assert the_alert().state == AlertState.OPEN


def test_it_closes_when_the_shipment_was_reported_by_mistake(order: Order) -> None:
    close()
    leave(order, "30", "S1", cancelled=True)
    close()
    assert the_alert().state == AlertState.CLOSED


def test_a_past_date_and_a_past_moment_know_only_what_had_left_and_was_told_by_then(buyer: Buyer) -> None:
    before = datetime.now(UTC)
    leave(make_order(buyer, "80"), "30", "S1", day=TODAY - timedelta(days=1))
    close(TODAY - timedelta(days=2))
    assert rung() == []
    close(TODAY - timedelta(days=1), known_at=before)
    assert rung() == []
    close(TODAY - timedelta(days=1))
    assert rung() == ["opened"]


def test_sales_see_it_of_their_own_buyers(order: Order) -> None:
    own, other = make_user(Role.SALES), make_user(Role.SALES)
    order.buyer.sales_owner = own
    order.buyer.save()
    close()
    assert [alert.rule for alert in visible_alerts(scope_of(own))] == [Rule.SHIPPED_UNAPPROVED]
    assert not visible_alerts(scope_of(other)).exists()


def test_its_page_leads_to_the_order(order: Order, client: Client) -> None:
    close()
    client.force_login(make_user(Role.MANAGER), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/alerts/{the_alert().pk}/").content.decode()
    assert f'<a href="/orders/?order={order.pk}">{order.external_id}</a>' in page
    assert f"1 shipment of order {order.external_id} left on {TODAY} without approval." in page
