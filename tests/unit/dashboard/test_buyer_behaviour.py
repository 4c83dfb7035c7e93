"""Payment behaviour: median, drift, on-time share."""

from datetime import date, timedelta
from decimal import Decimal

from dashboard.buyer_behaviour import behaviour_of
from dashboard.queries.behaviour import Payment

AS_OF = date(2026, 4, 16)


def payment(days_late: int, *, due: date = date(2025, 10, 1), is_open: bool = False, amount: int = 100) -> Payment:
    settled = None if is_open else due + timedelta(days=days_late)
    return Payment(1, "N1", "USD", Decimal(amount), due - timedelta(days=60), due, settled, days_late)


def test_no_payment_is_no_behaviour() -> None:
    assert behaviour_of(payments=[], as_of=AS_OF) is None


def test_open_items_do_not_count_in_the_median() -> None:
    found = behaviour_of(payments=[payment(-3), payment(12), payment(41), payment(90, is_open=True)], as_of=AS_OF)
    assert found is not None
    assert (found.median_days, found.paid, found.open_late) == (12, 3, 1)
    assert found.on_time == Decimal(1) / 3


def test_recent_lateness_beyond_the_habit_by_more_than_ten_days_is_worse() -> None:
    old = [payment(2) for _ in range(5)]
    recent = date(2026, 3, 1)
    same = behaviour_of(payments=[*old, payment(12, due=recent)], as_of=AS_OF)
    worse = behaviour_of(payments=[*old, payment(13, due=recent, is_open=True)], as_of=AS_OF)
    assert same is not None
    assert worse is not None
    assert (same.has_worsened, worse.has_worsened) == (False, True)


def test_chart_carries_words_link_and_rolling_median() -> None:
    payments = [payment(day, due=date(2025, 1, 1) + timedelta(days=30 * day)) for day in range(1, 9)]
    found = behaviour_of(payments=payments, as_of=AS_OF)
    assert found is not None
    point = found.chart.series[0].values[0]
    assert point["url"] == "/invoices/1/"
    assert "Invoice N1: 100.00 USD" in point["words"]
    assert [value for _day, value in found.chart.extra["trend"]] == [4.0, 5.0]
