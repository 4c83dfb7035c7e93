"""Section 4's golden case through the database: real orders, shipments, invoices, reservations (in thousands)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from credit.domain.kinds import Checkpoint, GateState, ReservationState, Result
from credit.models import OrderCheck, Reservation
from credit.services.checks import CheckRequest, CheckResult, check_order
from invoices.models import Order
from tests.integration.credit.builders import (
    TODAY,
    ask,
    make_clean_buyer,
    make_deposit,
    make_limit,
    make_order,
    order_record,
    ship,
)
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db

INSIDE, LATER = TODAY + timedelta(days=20), TODAY + timedelta(days=100)


@pytest.fixture
def new_order() -> Order:
    """Limit 500; receivables 310, delivered 60, ordered inside the horizon 90, later 120; the new order 80 inside."""
    buyer = make_clean_buyer()
    limit = make_limit(buyer, "1000")
    make_invoice(buyer, "310", issued=str(TODAY - timedelta(days=30)), due=str(TODAY + timedelta(days=30)))
    delivered = make_order(buyer, "60")
    for order in (delivered, make_order(buyer, "90"), make_order(buyer, "120", planned_ship_date=LATER)):
        assert ask(order).answer.outcome == Result.PASS
    ship(delivered)
    make_limit(buyer, "500", since=limit.valid_from + timedelta(days=1))
    return make_order(buyer, "80")


def measured(result: CheckResult) -> dict[str, Decimal]:
    return {r.rule: r.measured for r in result.answer.rules if r.rule in ("static_use", "horizon_use")}


def test_static_660_warns_and_horizon_540_stops(new_order: Order) -> None:
    result = ask(new_order)
    assert measured(result) == {"static_use": 660, "horizon_use": 540}
    assert (result.answer.outcome, result.answer.decided_by, result.answer.over_by_base) == ("stop", "horizon_use", 40)
    assert result.gate is not None
    assert result.hold is not None
    assert (result.gate.state, result.reservation) == (GateState.HELD, None)
    assert (result.hold.reasons, result.hold.over_by) == (["horizon_use"], 40)


def test_the_release_options_are_those_of_the_handbook(new_order: Order) -> None:
    options = {option.code.value: dict(option.params) for option in ask(new_order).answer.options}
    assert set(options) == {"pay_now", "deposit", "ship_later", "temporary_limit", "confirmed_lc"}
    assert options["pay_now"]["amount_base"] == 40
    assert options["deposit"]["percent"] == 50
    assert options["temporary_limit"]["limit_base"] == 540


def test_a_deposit_of_30_percent_leaves_516(new_order: Order) -> None:
    make_deposit(new_order, "24")
    result = ask(new_order)
    assert measured(result)["horizon_use"] == 516
    assert result.answer.over_by_base == 16


def test_a_deposit_of_half_lets_the_order_go(new_order: Order) -> None:
    make_deposit(new_order, "40")
    result = ask(new_order)
    assert measured(result)["horizon_use"] == 500
    assert result.gate is not None
    assert result.gate.state == GateState.APPROVED
    assert result.reservation is not None
    assert result.reservation.amount == 80


def test_shipped_beyond_the_horizon_the_order_goes_and_static_use_warns(new_order: Order) -> None:
    record = order_record(new_order.buyer, "80", external_id=new_order.external_id, planned_ship_date=LATER)
    result = check_order(
        CheckRequest(order=record, expected_version=new_order.version), as_of=TODAY, actor_label="api:erp"
    )
    assert (result.answer.outcome, result.answer.decided_by) == ("warn", "static_use")
    assert result.reservation is not None
    assert result.reservation.state == ReservationState.ACTIVE


def test_an_order_that_is_checked_again_does_not_count_itself(new_order: Order) -> None:
    make_deposit(new_order, "40")
    first, second = ask(new_order), ask(new_order)
    assert measured(first) == measured(second)
    states = Reservation.objects.filter(order=new_order).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "active"]


def test_the_record_tells_all_that_the_answer_was_made_from(new_order: Order) -> None:
    check = OrderCheck.objects.get(pk=ask(new_order).check.pk)
    assert check.exposure["buyer"]["parts"]["receivables"] == "310.00"
    assert check.exposure["buyer"]["limit"]["amount_base"] == "500.00"
    assert len(check.rules) == 19
    assert {rule["rule"] for rule in check.rules if rule["result"] != "pass"} == {"static_use", "horizon_use"}
    assert check.asked["order_version"] == 1
    assert check.actor_label == "api:erp"


def test_a_what_if_stores_its_record_and_changes_nothing_else(new_order: Order) -> None:
    before = Reservation.objects.count()
    result = check_order(
        CheckRequest(order=order_record(new_order.buyer, "30", external_id="")),
        as_of=TODAY,
        actor_label="anna",
        dry_run=True,
    )
    assert (result.answer.outcome, result.gate, result.check.is_dry_run) == ("warn", None, True)
    assert measured(result)["horizon_use"] == 490
    assert Reservation.objects.count() == before
    assert not Order.objects.filter(amount=30).exists()


def test_a_what_if_may_assume_a_deposit(new_order: Order) -> None:
    request = CheckRequest(
        order_id=new_order.pk, order=order_record(new_order.buyer, "80"), assumed_deposit=Decimal(24)
    )
    result = check_order(request, as_of=TODAY, actor_label="anna", dry_run=True)
    assert measured(result)["horizon_use"] == 516


def test_at_quotation_stops_become_warnings_and_nothing_is_reserved(new_order: Order) -> None:
    record = order_record(new_order.buyer, "800", status="quotation")
    result = check_order(CheckRequest(order=record), as_of=TODAY, actor_label="api:erp")
    assert result.gate is not None
    assert (result.check.checkpoint, result.answer.outcome) == (Checkpoint.QUOTATION, Result.WARN)
    assert (result.gate.state, result.reservation, result.hold) == (GateState.UNCHECKED, None, None)
