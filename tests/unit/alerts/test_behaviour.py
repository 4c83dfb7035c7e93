"""How a buyer pays: longer payment, sudden turn. One buyer is an array of length one."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.behaviour import Behaviour, Payments, find_longer_payment, find_sudden_turn
from alerts.domain.settings import check_setting, default_setting
from alerts.domain.states import Rule

AS_OF = date(2026, 6, 30).toordinal()
LONGER = default_setting(Rule.PAYMENT_PERIOD)
TURN = default_setting(Rule.SUDDEN_TURN)


def buyer(*days_late: int, open_days: tuple[int, ...] = (), buyer_id: int = 1) -> Payments:
    """Paid invoices due every 10 days, the last one 60 days ago; then open ones that are so many days past due."""
    paid = [(AS_OF - 60 - 10 * (len(days_late) - 1 - i), late, False) for i, late in enumerate(days_late)]
    rows = paid + [(AS_OF - days, days, True) for days in sorted(open_days, reverse=True)]
    return Payments(
        buyer_id=np.full(len(rows), buyer_id),
        invoice_id=np.arange(1, len(rows) + 1),
        due=np.array([r[0] for r in rows], dtype=np.int64),
        days_late=np.array([r[1] for r in rows], dtype=np.int64),
        is_open=np.array([r[2] for r in rows], dtype=bool),
    )


def longer(payments: Payments) -> Behaviour:
    return find_longer_payment(payments=payments, as_of=AS_OF, setting=LONGER)


def turn(payments: Payments) -> Behaviour:
    return find_sudden_turn(payments=payments, as_of=AS_OF, setting=TURN)


def holds(behaviour: Behaviour) -> bool:
    return len(behaviour.buyer_id) == 1


def test_two_invoices_running_beyond_the_habit_are_a_longer_payment_period() -> None:
    found = longer(buyer(2, 2, 2, 2, 2, 13, 20))
    assert found.level.tolist() == [11.0]
    assert found.figures["habit_days"].tolist() == [2.0]
    assert found.figures["rows"][0] == [
        {"invoice_id": 6, "days": 13, "is_open": False},
        {"invoice_id": 7, "days": 20, "is_open": False},
    ]


@pytest.mark.parametrize(
    "days",
    [
        (2, 2, 2, 2, 2, 12, 20),  # exactly 10 beyond is not more than 10
        (2, 2, 2, 2, 2, 20, 2),  # one only
        (2, 2, 2, 2, 2, 20, 2, 20),  # not running
        (2, 2, 2, 2, 20, 20),  # only four before
        (30, 30, 30, 30, 30, 35, 38),  # always late: that is its habit
        (),
    ],
)
def test_what_is_not_a_longer_payment_period(days: tuple[int, ...]) -> None:
    assert not holds(longer(buyer(*days)))


def test_open_items_count_with_their_days_so_far() -> None:
    assert holds(longer(buyer(2, 2, 2, 2, 2, open_days=(14, 30))))
    assert holds(longer(buyer(2, 2, 2, 2, 2, 14, open_days=(14,))))


def test_an_open_item_that_is_not_yet_late_enough_says_nothing() -> None:
    assert holds(longer(buyer(2, 2, 2, 2, 2, open_days=(3, 14, 30))))
    assert not holds(longer(buyer(2, 2, 2, 2, 2, open_days=(3, 12, 30))))


def test_the_habit_is_that_of_the_last_12_months() -> None:
    old = buyer(2, 2, 2, 2, 2, 20, 20)
    shifted = Payments(old.buyer_id, old.invoice_id, old.due - 300, old.days_late, old.is_open)
    assert holds(longer(old))
    assert not holds(longer(shifted))


def test_many_buyers_are_judged_as_each_of_them_alone() -> None:
    cases = [(2, 2, 2, 2, 2, 13, 20), (2, 2, 2), (0, 0, 0, 0, 0, 1, 1), (1, 1, 1, 1, 1, 1, 1, 40, 50)]
    each = [buyer(*days, buyer_id=i) for i, days in enumerate(cases)]
    names = ("buyer_id", "invoice_id", "due", "days_late", "is_open")
    together = Payments(*(np.concatenate([getattr(b, name) for b in each]) for name in names))
    assert longer(together).buyer_id.tolist() == [i for i, b in enumerate(each) if holds(longer(b))] == [0, 3]
    assert longer(together).level.tolist() == [11.0, 39.0]


def test_a_good_payer_that_goes_late_is_a_sudden_turn() -> None:
    found = turn(buyer(0, -3, 0, 0, 0, open_days=(16,)))
    assert found.level.tolist() == [16.0]
    assert found.figures["on_time_before"].tolist() == [5]
    assert found.figures["rows"][0] == [{"invoice_id": 6, "days": 16, "is_open": True}]


@pytest.mark.parametrize(
    ("days", "open_days"),
    [
        ((0, 0, 0, 0, 0), (15,)),  # 15 is not more than 15
        ((0, 0, 0, 0), (40,)),  # only four on time
        ((0, 0, 0, 0, 0, 1), (40,)),  # a day late breaks the row
        ((0, 0, 0, 0, 0, 40), ()),  # nothing open any more
        ((), (40,)),
    ],
)
def test_what_is_not_a_sudden_turn(days: tuple[int, ...], open_days: tuple[int, ...]) -> None:
    assert not holds(turn(buyer(*days, open_days=open_days)))


def test_a_turn_lasts_while_anything_since_is_open_and_late() -> None:
    assert holds(turn(buyer(0, 0, 0, 0, 0, 40, open_days=(20, 50))))
    assert turn(buyer(0, 0, 0, 0, 0, 40, open_days=(20, 50))).level.tolist() == [50.0]


def test_a_grace_of_two_days_is_a_setting() -> None:
    numbers = check_setting(rule=Rule.SUDDEN_TURN, severity=3, numbers={"grace_days": 2})
    lenient = type(TURN)(rule=Rule.SUDDEN_TURN, numbers=numbers)
    payments = buyer(2, 1, 2, 0, 2, open_days=(16,))
    assert not holds(turn(payments))
    assert holds(find_sudden_turn(payments=payments, as_of=AS_OF, setting=lenient))


@given(
    days=st.lists(st.integers(-10, 60), max_size=12),
    open_days=st.lists(st.integers(1, 50), max_size=4),
)
def test_signals_agree_with_their_words(days: list[int], open_days: list[int]) -> None:
    payments = buyer(*days, open_days=tuple(open_days))
    assert holds(longer(payments)) == longer_in_words(days, open_days)
    assert holds(turn(payments)) == turn_in_words(days, open_days)


def longer_in_words(days: list[int], open_days: list[int]) -> bool:
    if not days:
        return False
    known = [(d, False) for d in days]
    known += [(d, True) for d in sorted(open_days, reverse=True) if d > np.median(days) + 10]
    tested = known[-2:]
    before = [d for d, is_open in known[:-2] if not is_open]
    return len(tested) == 2 and len(before) >= 5 and all(d > np.median(before) + 10 for d, _ in tested)


def turn_in_words(days: list[int], open_days: list[int]) -> bool:
    known = [(d, False) for d in days] + [(d, True) for d in sorted(open_days, reverse=True) if d > 15]
    on_time = [not is_open and d <= 0 for d, is_open in known]
    turns = [i for i in range(5, len(known)) if known[i][0] > 15 and all(on_time[i - 5 : i])]
    if not turns:
        return False
    since = range(turns[-1], len(known))
    return any(known[i][1] for i in since) and sum(on_time[i] for i in since) < 5
