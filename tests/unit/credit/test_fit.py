"""Which held orders fit the rest of a limit."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from credit.domain.fit import Fit, HeldOrder, suggest_fit

OWN, GROUP = 1, 2


def held(order_id: int, amount: int, *accounts: int, ship: date | None = None) -> HeldOrder:
    return HeldOrder(order_id, Decimal(amount), accounts or (OWN,), ship)


def fit(rest: dict[int, int], *orders: HeldOrder) -> Fit:
    return suggest_fit(orders=orders, rest_base={account: Decimal(left) for account, left in rest.items()})


def test_small_orders_go_first_and_the_rest_is_said() -> None:
    assert fit({OWN: 100}, held(1, 70), held(2, 50), held(3, 40)) == Fit((3, 2), {OWN: Decimal(10)})


def test_an_order_that_fits_exactly_fits() -> None:
    assert fit({OWN: 90}, held(1, 50), held(2, 40)).order_ids == (2, 1)
    assert fit({OWN: 89}, held(1, 50), held(2, 40)).order_ids == (2,)


def test_every_account_of_an_order_must_hold_it() -> None:
    found = fit({OWN: 100, 3: 100, GROUP: 60}, held(1, 40, OWN, GROUP), held(2, 30, 3, GROUP))
    assert found == Fit((2,), {OWN: Decimal(100), 3: Decimal(70), GROUP: Decimal(30)})


def test_nothing_fits_where_the_limit_is_exceeded() -> None:
    assert fit({OWN: -5}, held(1, 1)).order_ids == ()


def test_an_account_without_a_limit_holds_nothing_back() -> None:
    assert fit({OWN: 50}, held(1, 40, OWN, GROUP)).order_ids == (1,)


def test_of_equal_orders_the_one_that_ships_first_goes_first() -> None:
    early, late = date(2026, 6, 1), date(2026, 7, 1)
    equal = (held(1, 40), held(2, 40, ship=late), held(4, 40, ship=early), held(3, 40, ship=early))
    assert fit({OWN: 130}, *equal).order_ids == (3, 4, 2)


def test_nothing_is_taken_from_what_was_given() -> None:
    rest = {OWN: Decimal(100)}
    suggest_fit(orders=[held(1, 40)], rest_base=rest)
    assert rest == {OWN: 100}


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(-10, 200))
def test_what_is_suggested_fits_together_and_no_small_order_is_left_out(amounts: list[int], rest: int) -> None:
    found = fit({OWN: rest}, *(held(place, amount) for place, amount in enumerate(amounts)))
    chosen = [amounts[place] for place in found.order_ids]
    assert sum(chosen) <= max(rest, 0)
    assert found.rest_base[OWN] == rest - sum(chosen)
    left = [amount for place, amount in enumerate(amounts) if place not in found.order_ids]
    assert all(amount > found.rest_base[OWN] for amount in left)
