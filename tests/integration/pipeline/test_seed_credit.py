"""What the demo shows on Order desk, Holds and Limits: true for its stories, and the same when loaded again."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from core.models import AuditEvent
from core.services.rates import add_rates
from cover.models import InsuredLimit
from credit.models import (
    AuthorityVersion,
    CreditLimit,
    CreditReview,
    Hold,
    LimitRequest,
    OrderCheck,
    OrderGate,
    Release,
    Reservation,
    Substitute,
)
from dashboard.audit_words import AUDIT_ACTIONS
from dashboard.desk_labels import AUDIT_SUBJECTS
from invoices.models import Invoice, Order
from pipeline.demo.stories import VELMORA
from tests.integration.pipeline.test_seed_demo import seed

TABLES = (
    *(CreditLimit, InsuredLimit, OrderCheck, OrderGate, Reservation, Hold, Release, LimitRequest, CreditReview),
    *(AuthorityVersion, Substitute, Order),
)


@pytest.fixture(autouse=True)
def _rates() -> None:
    add_rates([("USD", date(2026, 11, 1), Decimal("1.1"))], source="test")
    per_eur = {"CNY": "7.8", "GBP": "0.85", "JPY": "165", "PLN": "4.3", "SEK": "11.2", "AED": "4.04", "BRL": "6.1"}
    add_rates([(c, date(2026, 11, 1), Decimal(rate)) for c, rate in per_eur.items()], source="test")


@pytest.mark.django_db(transaction=True)
def test_limits_orders_and_holds_of_the_demo() -> None:
    created = seed("--closes", "1")["created"]
    before = {model.__name__: model.objects.count() for model in TABLES}
    assert all(created[name] > 0 for name in ("limits", "insured_limits", "order_checks", "limit_requests", "reviews"))

    gates = Counter(OrderGate.objects.values_list("state", flat=True))
    assert min(gates[state] for state in ("approved", "held", "rejected", "cancelled")) >= 1
    assert Release.objects.count() == 1
    assert Reservation.objects.filter(state="active", release__isnull=True).exists()
    assert Order.objects.filter(status="in_production", gate__state="approved").exists()
    assert Order.objects.filter(shipments__amount__isnull=False).exists()
    assert Order.objects.filter(status="quotation").count() == 1

    forced = Hold.objects.get(kind="forced", state="open")
    assert forced.buyer.code == VELMORA
    group_order = OrderGate.objects.get(order__external_id="C20004-PO9001")
    assert group_order.state == "held"
    assert "oldest_overdue" in Hold.objects.get(order=group_order.order, kind="credit").reasons
    assert LimitRequest.objects.filter(state="pending").count() == 2
    assert LimitRequest.objects.filter(decisions__isnull=False, signatures_needed=2).count() == 1

    seed("--closes", "1")
    assert {model.__name__: model.objects.count() for model in TABLES} == before


@pytest.mark.django_db
def test_orders_whose_invoice_is_settled_are_closed() -> None:
    seed()
    settled = Invoice.objects.filter(order__isnull=False, open_amount=0)
    assert set(settled.values_list("order__status", flat=True)) == {"closed"}
    still_open = Invoice.objects.filter(order__isnull=False, open_amount__gt=0)
    assert set(still_open.values_list("order__status", flat=True)) == {"invoiced"}


@pytest.mark.django_db
def test_every_event_of_the_demo_is_said_in_words() -> None:
    seed()
    events = AuditEvent.objects.exclude(action__startswith="pipeline.demo.")
    assert set(events.values_list("action", flat=True)) <= AUDIT_ACTIONS.keys()
    assert set(events.values_list("subject_type", flat=True)) <= AUDIT_SUBJECTS.keys()
