"""What the business tells: one message for each alert, decision, hold, limit and run, with no more than may be read."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve

from alerts.domain.states import Rule
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from core.domain.outbox import MessageKind
from core.domain.roles import Role
from core.models import Delivery, OutboxMessage, Run, User
from core.services.outbox.bodies import body_of
from core.services.outbox.words import FIELDS
from core.services.runs import conclude_run, open_run
from credit.domain.kinds import LimitKind
from credit.services.checks import CheckRequest, check_order
from credit.services.forced import force_hold, lift_hold
from credit.services.gate import release_order
from credit.services.limit_days import note_limit_days
from credit.services.limits import set_limit
from tests.integration.credit.asking import new_limit
from tests.integration.credit.builders import (
    TODAY,
    account_for,
    approved_order,
    ask,
    held_order,
    make_clean_buyer,
    make_limit,
    make_order,
    make_user,
    release_terms,
)
from tests.integration.invoices.builders import make_buyer, make_invoice, pay
from tests.integration.outbox.world import person, subscription

pytestmark = pytest.mark.django_db
ALL = tuple(kind for kind in MessageKind if kind is not MessageKind.TEST)


@pytest.fixture(autouse=True)
def everything() -> None:
    subscription(kinds=ALL)


def told(*kinds: MessageKind) -> list[dict[str, Any]]:
    """What a manager is told, oldest first."""
    rows = OutboxMessage.objects.filter(kind__in=kinds or ALL).order_by("pk")
    return [body_of(message, person()) for message in rows]


def test_approved_order_is_told_with_amount_and_answer() -> None:
    buyer = make_clean_buyer("ACME")
    make_limit(buyer, "100")
    order = approved_order(buyer, "80")
    (body,) = told(MessageKind.ORDER_DECIDED)
    data = body["data"]
    assert (body["subject"], data["order_number"], data["buyer"]) == (f"order:{order.pk}", order.external_id, "ACME")
    assert (data["gate"], data["outcome"], data["stops"]) == ("approved", "pass", [])
    assert (data["amount"], data["currency"]) == ("80.00", "USD")
    assert resolve(body["link"].removeprefix("http://localhost:8000"))


def test_what_if_is_not_told() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "100")
    check_order(CheckRequest(order_id=make_order(buyer, "80").pk), as_of=TODAY, actor_label="api:erp", dry_run=True)
    assert told() == []


def test_held_and_released_order_is_told_in_order() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "50")
    order = held_order(buyer, "80")
    release_order(order.pk, release_terms("80"), as_of=TODAY, actor=make_user(Role.MANAGER))
    bodies = told()
    assert [(one["type"], one["sequence"]) for one in bodies] == [
        ("hold.set", 1),
        ("order_check.decided", 2),
        ("hold.ended", 3),
    ]
    assert {one["subject"] for one in bodies} == {f"order:{order.pk}"}
    assert [one["data"].get("gate", one["data"].get("state")) for one in bodies] == ["open", "held", "released"]
    assert bodies[0]["data"]["over_by"] == "30.00"
    assert all(resolve(one["link"].removeprefix("http://localhost:8000")) for one in bodies)


def test_sales_are_told_why_and_nothing_of_the_limit() -> None:
    seller = make_user(Role.SALES)
    buyer = make_clean_buyer(sales_owner=seller)
    make_limit(buyer, "53")
    subscription(role="sales", owner_id=seller.pk, kinds=(MessageKind.HOLD_SET, MessageKind.ORDER_DECIDED))
    held_order(buyer, "87")
    mine = Delivery.objects.filter(subscription__owner=seller).select_related("message").order_by("pk")
    bodies = [body_of(one.message, seller) for one in mine]
    assert [one["type"] for one in bodies] == ["hold.set", "order_check.decided"]
    assert all(one["data"]["stops"] for one in bodies)
    names = {name for one in bodies for name in one["data"]}
    assert names.isdisjoint({"over_by", "base_currency", "limit", "headroom", "exposure", "measured", "threshold"})
    amounts = [value for one in bodies for value in one["data"].values() if isinstance(value, str) and "." in value]
    assert amounts == ["87.00"]


def test_decision_that_is_rolled_back_is_not_told() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "100")
    order = make_order(buyer, "80")
    with pytest.raises(RuntimeError):
        _decide_and_fail(order)
    assert OutboxMessage.objects.count() == 0


def _decide_and_fail(order: Any) -> None:
    with transaction.atomic():
        ask(order)
        assert OutboxMessage.objects.count() == 1
        raise RuntimeError


def test_forced_hold_on_a_buyer_is_told_when_set_and_lifted() -> None:
    buyer = make_clean_buyer("ACME")
    manager = make_user(Role.MANAGER)
    hold = force_hold(buyer_id=buyer.pk, reason="court case", as_of=TODAY, actor=manager)
    lift_hold(hold.pk, reason="settled", as_of=TODAY, actor=manager)
    bodies = told(MessageKind.HOLD_SET, MessageKind.HOLD_ENDED)
    assert [(one["subject"], one["data"]["hold_kind"], one["data"]["state"]) for one in bodies] == [
        (f"buyer:{buyer.pk}", "forced", "open"),
        (f"buyer:{buyer.pk}", "forced", "lifted"),
    ]
    assert "court case" not in json.dumps(bodies)


def test_limit_that_is_cut_and_ends_is_told() -> None:
    buyer = make_clean_buyer("ACME")
    make_limit(buyer, "100")
    account = account_for(buyer)
    set_limit(account.pk, new_limit("60", until=TODAY), actor=make_user(Role.MANAGER), reason="late", as_of=TODAY)
    note_limit_days(as_of=TODAY + timedelta(days=1))
    bodies = told(MessageKind.LIMIT_CHANGED)
    assert [(one["data"]["event"], one["data"]["amount"]) for one in bodies] == [
        ("recorded", "60.00"),
        ("ended", "60.00"),
    ]
    assert bodies[0]["data"]["limit_kind"] == LimitKind.OWN
    assert resolve(bodies[0]["link"].removeprefix("http://localhost:8000"))


def close(day: str) -> None:
    run = Run.objects.create(kind="close", key=f"close:{day}", state=Run.State.DONE)
    advance(Close(date.fromisoformat(day), datetime(2100, 1, 1, tzinfo=UTC), "USD", None, None), run_id=run.pk)


def test_alert_is_told_when_it_opens_gets_worse_and_closes() -> None:
    for _ in range(10):
        make_invoice(make_buyer(), "1000", due="2027-01-01")
    invoice = make_invoice(make_buyer("LATE"), "500", due="2026-03-31")
    close("2026-05-01")
    close("2026-05-31")
    pay(invoice, "500", day="2026-06-01")
    close("2026-06-01")
    bodies = [one for one in told() if one["data"].get("rule") == Rule.OVERDUE_30]
    assert [(one["type"], one["data"]["event"], one["data"]["state"]) for one in bodies] == [
        ("alert.opened", "opened", "open"),
        ("alert.escalated", "worsened", "open"),
        ("alert.closed", "closed", "closed"),
    ]
    assert bodies[0]["data"] | {"buyer": "LATE", "amount": "500.00", "currency": "USD"} == bodies[0]["data"]
    assert [one["sequence"] for one in bodies] == [1, 2, 3]
    assert resolve(bodies[0]["link"].removeprefix("http://localhost:8000"))


def test_end_of_a_run_is_told() -> None:
    run = open_run("verify", "verify:x", as_of=TODAY)
    conclude_run(run, {})
    (body,) = told(MessageKind.RUN_FINISHED)
    assert (body["subject"], body["data"]["state"], body["data"]["run_kind"]) == (f"run:{run.pk}", "done", "verify")
    assert resolve(body["link"].removeprefix("http://localhost:8000"))


def test_everything_that_is_told_has_a_word_for_mails() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "50")
    held_order(buyer, "80")
    set_limit(account_for(buyer).pk, new_limit("40"), actor=make_user(Role.MANAGER), reason="late", as_of=TODAY)
    conclude_run(open_run("verify", "verify:x"), {})
    names = {name for one in told() for name in one["data"]}
    assert names <= set(FIELDS)
    assert User.objects.exists()
