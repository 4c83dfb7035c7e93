"""No answer is a no: whatever goes wrong, nothing is approved and nothing is reserved."""

from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from core.errors import DomainError
from core.models import ExchangeRate
from credit.models import OrderCheck, OrderGate, Reservation
from credit.services import deciding
from credit.services.accounts import NotApproved, lock_accounts
from credit.services.checks import CheckRequest, check_order
from credit.services.recheck import recheck_buyer
from invoices.models import Order
from tests.integration.credit.builders import (
    TODAY,
    approved_order,
    ask,
    gate_state,
    make_clean_buyer,
    make_group,
    make_limit,
    make_order,
    order_record,
    reserved,
)
from tests.integration.invoices.builders import make_buyer, make_invoice


@pytest.fixture
def order(db: None) -> Order:
    buyer = make_clean_buyer()
    make_group(buyer)
    make_limit(buyer, "500")
    return make_order(buyer, "80")


def assert_untouched(order: Order) -> None:
    assert gate_state(order) == "unchecked"
    assert not OrderGate.objects.filter(order=order).exists()
    assert (Reservation.objects.count(), OrderCheck.objects.count()) == (0, 0)


def cause_of(order: Order) -> str:
    with pytest.raises(NotApproved) as caught:
        ask(order)
    assert (caught.value.code, caught.value.status) == ("not_approved", 503)
    return str(caught.value.params["cause"])


def test_a_defect_in_the_facts_approves_nothing(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(deciding, "load_check_facts", broken)
    assert cause_of(order) == "error"
    assert_untouched(order)


def test_a_defect_after_the_check_takes_the_check_back_too(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(deciding, "move_gate", broken)
    assert cause_of(order) == "error"
    assert_untouched(order)


def test_a_new_order_that_gets_no_answer_is_not_recorded_either(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "load_check_facts", lambda *args, **kwargs: None)
    before = Order.objects.count()
    with pytest.raises(NotApproved):
        check_order(CheckRequest(order=order_record(order.buyer, "5")), as_of=TODAY, actor_label="api:erp")
    assert Order.objects.count() == before


def test_a_statement_that_takes_too_long_approves_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    def slow(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    settings.CREDIT_STATEMENT_TIMEOUT_MS = 100  # type: ignore[attr-defined]
    monkeypatch.setattr(deciding, "load_check_facts", slow)
    assert cause_of(order) == "timeout"
    assert_untouched(order)


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_does_not_come_approves_nothing(settings: object) -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    order = make_order(buyer, "80")
    settings.CREDIT_LOCK_TIMEOUT_MS = 100  # type: ignore[attr-defined]
    locked, done = Event(), Event()

    def hold_it() -> None:
        with transaction.atomic():
            lock_accounts(buyer.pk)
            locked.set()
            done.wait(20)
        connection.close()

    holder = Thread(target=hold_it)
    holder.start()
    try:
        assert locked.wait(20)
        assert cause_of(order) == "lock_timeout"
    finally:
        done.set()
        holder.join()
    assert_untouched(order)
    assert ask(order).gate is not None


@pytest.fixture
def euro_rate(db: None) -> None:
    ExchangeRate.objects.create(currency="USD", rate_date=TODAY, per_eur=Decimal("1.10"), source="test")


def test_an_order_in_a_currency_without_a_rate_is_refused_by_name(order: Order) -> None:
    foreign = make_order(order.buyer, "80", currency="RUB")
    with pytest.raises(DomainError) as caught:
        ask(foreign)
    assert (caught.value.code, caught.value.params["value"]) == ("rate_missing", "RUB")
    assert_untouched(foreign)


def test_a_debt_in_a_currency_without_a_rate_stops_every_order(order: Order) -> None:
    make_invoice(order.buyer, "5", currency="RUB", issued=str(TODAY), due=str(TODAY))
    result = ask(order)
    assert (result.gate_state, result.answer.decided_by) == ("held", "stale_data")


def test_an_approved_order_whose_rate_went_stale_is_held_when_it_is_checked_again(euro_rate: None) -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    order = approved_order(buyer, "80", currency="EUR", planned_ship_date=TODAY + timedelta(days=200))
    old = TODAY + timedelta(days=61)
    recheck_buyer(buyer.pk, cause="posted", as_of=old)
    check = order.checks.order_by("-pk").first()
    assert (gate_state(order), reserved(buyer)) == ("held", 0)
    assert "stale_data" in {rule["rule"] for rule in check.rules if rule["result"] == "stop"}


@pytest.mark.parametrize("missing", ["standing", "screening", "kyc", "limit"])
def test_what_is_not_known_of_a_buyer_stops(db: None, missing: str) -> None:
    buyer = make_clean_buyer() if missing == "limit" else make_buyer()
    if missing != "limit":
        make_limit(buyer, "500")
    result = ask(make_order(buyer, "1"))
    stops = {r.rule for r in result.answer.rules if r.result == "stop"}
    expected = {"standing": "score_grade", "screening": "screening_age", "kyc": "kyc", "limit": "limit_missing"}
    assert expected[missing] in stops
    assert result.gate_state == "held"
