"""A hold that a person forced is lifted by a person alone: every way of the machine is tried, none opens it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from buyers.services.merges import merge, propose
from core.domain.roles import Role
from credit.domain.kinds import GateState, HoldKind, HoldState
from credit.models import Hold
from credit.services.gate import cancel_order, force_hold, lift_hold, recheck_order, reject_order, release_order
from credit.services.recheck import enqueue_due, enqueue_moved, recheck_buyer
from credit.tasks import expire
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.services.orders import put_order, set_status
from tests.integration.credit.builders import (
    EARLIER,
    TODAY,
    approved_order,
    ask,
    code_of,
    gate_state,
    held_order,
    make_clean_buyer,
    make_deposit,
    make_limit,
    make_order,
    make_user,
    order_record,
    release_terms,
    reserved,
    run_jobs,
    ship,
)
from tests.integration.invoices.builders import make_invoice, make_receipt

pytestmark = pytest.mark.django_db


def forced(order: Order, *, whole_buyer: bool = False) -> Hold:
    order_id = None if whole_buyer else order.pk
    return force_hold(buyer_id=order.buyer_id, order_id=order_id, reason="rumour", as_of=TODAY, actor=make_user())


@pytest.fixture
def order() -> Order:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    return approved_order(buyer, "80")


def edited(order: Order) -> None:
    record = order_record(order.buyer, "10", external_id=order.external_id)
    put_order(record, today=TODAY, expected_version=order.version)


def reopened(order: Order) -> None:
    set_status(order.pk, OrderStatus.CANCELLED)
    set_status(order.pk, OrderStatus.OPEN)


def cancelled_and_reopened(order: Order) -> None:
    cancel_order(order.pk, as_of=TODAY, actor_label="api:erp")
    set_status(order.pk, OrderStatus.OPEN)


MACHINE: dict[str, Callable[[Order], object]] = {
    "asked again": ask,
    "checked again": lambda order: recheck_order(order.pk, as_of=TODAY),
    "asked at shipment": lambda order: ask(order, checkpoint="shipment"),
    "asked at invoice": lambda order: ask(order, checkpoint="invoice"),
    "edited": edited,
    "taken into production": lambda order: set_status(order.pk, OrderStatus.IN_PRODUCTION),
    "re-opened": reopened,
    "cancelled and re-opened": cancelled_and_reopened,
    "money arrives": lambda order: make_receipt(order.buyer, "1000", day=str(TODAY)),
    "paid in advance": lambda order: make_deposit(order, "80"),
    "an invoice is posted": lambda order: make_invoice(order.buyer, "5", issued=str(TODAY), due=str(TODAY)),
    "limit raised": lambda order: make_limit(order.buyer, "900000", since=EARLIER + timedelta(days=1)),
    "shipped in part": lambda order: ship(order, "10"),
    "shipped whole": ship,
    "a day comes": lambda order: enqueue_due(as_of=TODAY + timedelta(days=400)),
    "beat": lambda order: expire(),
    "bulk posting or close": lambda order: enqueue_moved(),
}
CAUSES = (
    *("limit_changed", "receipt", "posted", "edited", "currency_changed", "reopened", "production", "cancelled"),
    *("shipped", "room", "group_changed", "facts_changed", "rules_changed", "cover_changed", "hold_changed", "expired"),
)


@pytest.mark.parametrize("whole_buyer", [False, True], ids=["order", "buyer"])
@pytest.mark.parametrize("way", MACHINE)
def test_no_way_of_the_machine_lifts_a_forced_hold(order: Order, way: str, whole_buyer: bool) -> None:
    hold = forced(order, whole_buyer=whole_buyer)
    MACHINE[way](order)
    run_jobs()
    for cause in CAUSES:
        recheck_buyer(order.buyer_id, cause=cause, as_of=TODAY)
    hold.refresh_from_db()
    assert (hold.state, hold.version) == (HoldState.OPEN, 1)
    assert gate_state(order) != GateState.APPROVED
    assert reserved(order.buyer) == 0


def test_setting_one_takes_the_approval_away_at_once(order: Order) -> None:
    hold = forced(order)
    assert (gate_state(order), reserved(order.buyer)) == ("held", 0)
    assert order.holds.get(kind=HoldKind.CREDIT).reasons == ["forced_hold"]
    assert (hold.note, hold.events.get().action) == ("rumour", "forced")


def test_one_on_the_buyer_stops_all_its_orders(order: Order) -> None:
    second = approved_order(order.buyer, "20")
    forced(order, whole_buyer=True)
    assert [gate_state(order), gate_state(second)] == ["held", "held"]
    assert ask(make_order(order.buyer, "1")).gate_state == GateState.HELD


def test_one_on_an_order_leaves_the_others_alone(order: Order) -> None:
    forced(order)
    assert approved_order(order.buyer, "20").pk


def test_prepaid_orders_are_stopped_too(order: Order) -> None:
    forced(order, whole_buyer=True)
    paid = make_order(order.buyer, "30")
    make_deposit(paid, "30")
    result = ask(paid)
    assert (result.gate_state, result.answer.decided_by) == (GateState.HELD, "forced_hold")


def test_an_approved_release_does_not_carry_over_a_forced_hold() -> None:
    order = held_order(make_clean_buyer(), "80")
    release_order(order.pk, release_terms("80"), as_of=TODAY, actor=make_user())
    forced(order)
    assert (gate_state(order), reserved(order.buyer)) == ("held", 0)


def test_a_release_is_refused_while_one_stands(order: Order) -> None:
    forced(order)
    call = (release_order, order.pk, release_terms("80"))
    assert code_of(*call, as_of=TODAY, actor=make_user()) == "not_releasable"
    assert gate_state(order) == GateState.HELD


def test_rejecting_the_order_leaves_it_open(order: Order) -> None:
    hold = forced(order)
    reject_order(order.pk, reason="no", as_of=TODAY, actor=make_user())
    hold.refresh_from_db()
    assert hold.state == HoldState.OPEN


def test_a_person_lifts_it_and_the_re_check_lets_the_order_go(order: Order) -> None:
    hold, manager = forced(order, whole_buyer=True), make_user(Role.DIRECTOR)
    lifted = lift_hold(hold.pk, reason="rumour was wrong", as_of=TODAY, actor=manager)
    assert (lifted.state, lifted.events.get(action="lifted").actor) == (HoldState.LIFTED, manager)
    run_jobs()
    assert (gate_state(order), reserved(order.buyer)) == ("approved", 80)


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_may_not_decide_neither_force_nor_lift(order: Order, role: Role) -> None:
    order.buyer.sales_owner = actor = make_user(role)
    order.buyer.save()
    call = (force_hold,)
    assert code_of(*call, buyer_id=order.buyer_id, reason="x", as_of=TODAY, actor=actor) == "permission_denied"
    hold = forced(order)
    assert code_of(lift_hold, hold.pk, reason="x", as_of=TODAY, actor=actor) == "permission_denied"
    hold.refresh_from_db()
    assert hold.state == HoldState.OPEN


def test_a_hold_of_the_rules_is_not_lifted_but_released() -> None:
    order = held_order(make_clean_buyer())
    credit = order.holds.get()
    assert code_of(lift_hold, credit.pk, reason="x", as_of=TODAY, actor=make_user()) == "invalid_transition"
    assert gate_state(order) == GateState.HELD


def test_a_second_one_and_one_without_a_reason_are_refused(order: Order) -> None:
    forced(order)
    again = {"buyer_id": order.buyer_id, "order_id": order.pk, "as_of": TODAY, "actor": make_user()}
    assert code_of(force_hold, reason="again", **again) == "already_forced"
    assert code_of(force_hold, reason=" ", **again) == "reason_missing"


def test_one_on_a_merged_record_stops_the_survivor_too(order: Order) -> None:
    other = make_clean_buyer()
    pair = propose(duplicate_id=other.pk, survivor_id=order.buyer_id, reason="same")
    merge(pair.pk, now=timezone.now())
    force_hold(buyer_id=other.pk, reason="rumour", as_of=TODAY, actor=make_user())
    assert gate_state(order) == GateState.HELD
