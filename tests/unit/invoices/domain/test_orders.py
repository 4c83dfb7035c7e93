"""Which status follows which, and what an order must satisfy before it is recorded."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import DomainError, InvalidTransition
from invoices.domain.order_terms import check_order_amount, check_order_terms, check_ship_date
from invoices.domain.orders import NEXT, OrderStatus, check_transition

DAY = date(2026, 6, 30)


@pytest.mark.parametrize("current", OrderStatus)
@pytest.mark.parametrize("target", OrderStatus)
def test_only_what_the_table_allows_follows(current: OrderStatus, target: OrderStatus) -> None:
    if target == current or target in NEXT[current]:
        assert check_transition(current=current, target=target) == target
    else:
        with pytest.raises(InvalidTransition):
            check_transition(current=current, target=target)


def test_the_refusal_names_where_one_may_come_from() -> None:
    with pytest.raises(InvalidTransition) as caught:
        check_transition(current=OrderStatus.SHIPPED, target=OrderStatus.CANCELLED)
    assert caught.value.params == {"current": "shipped", "allowed": ["quotation", "open", "in_production"]}


def test_goods_that_left_have_no_way_back_to_cancelled() -> None:
    assert not any(OrderStatus.CANCELLED in NEXT[s] for s in (OrderStatus.SHIPPED, OrderStatus.INVOICED))


def test_amounts_follow_their_currency_and_what_has_left() -> None:
    check_order_amount(amount=Decimal("0.001"), currency="KWD")
    check_order_amount(amount=Decimal(50), currency="USD", delivered=Decimal(50))
    for amount, currency, code in (
        (Decimal("0.5"), "JPY", "amount_invalid"),
        (Decimal("49.99"), "USD", "amount_below_delivered"),
        (Decimal("1e12"), "USD", "amount_absurd"),
        (Decimal("Infinity"), "USD", "amount_invalid"),
    ):
        with pytest.raises(DomainError) as caught:
            check_order_amount(amount=amount, currency=currency, delivered=Decimal(50))
        assert caught.value.code == code


def test_terms_days_and_deposit_keep_to_their_bounds() -> None:
    check_order_terms(terms="open_account", terms_days=365, deposit_percent=Decimal(100))
    for change in ({"terms_days": -1}, {"deposit_percent": Decimal("-0.01")}, {"deposit_percent": Decimal("NaN")}):
        with pytest.raises(DomainError):
            check_order_terms(**({"terms": "dp", "terms_days": 0, "deposit_percent": Decimal(0)} | change))  # type: ignore[arg-type]


def test_a_shipment_is_planned_for_today_or_later() -> None:
    check_ship_date(ship_date=None, today=DAY)
    check_ship_date(ship_date=DAY, today=DAY)
    with pytest.raises(DomainError):
        check_ship_date(ship_date=DAY - timedelta(days=1), today=DAY)
