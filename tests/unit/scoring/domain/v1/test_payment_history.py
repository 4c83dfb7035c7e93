"""Payment history: the golden of domain.md section 5, the points at their edges, trend and promises."""

from __future__ import annotations

import pytest

from scoring.domain.v1.card import reasons_of
from scoring.domain.v1.payment_history import expected_delay, item_points, payment_history
from tests.unit.scoring.builders import Buyer, facts_of, overdue, received, written_off
from tests.unit.scoring.goldens import PAYMENTS


def value(buyer: Buyer) -> float:
    return int(payment_history(facts_of(buyer)).value[0]) / 100


def coverage(buyer: Buyer) -> float:
    return int(payment_history(facts_of(buyer)).coverage[0]) / 10_000


def reasons(buyer: Buyer) -> dict[str, int]:
    return dict(reasons_of(payment_history(facts_of(buyer)), 0))


def test_golden_three_receipts_of_today_give_53_97_at_coverage_0_60() -> None:
    assert value(Buyer(payments=PAYMENTS)) == 53.97
    assert coverage(Buyer(payments=PAYMENTS)) == 0.60


def test_golden_points_have_the_mean_77_25() -> None:
    items = facts_of(Buyer(payments=PAYMENTS)).payments
    points = item_points(items)
    assert points.round(2).tolist() == [100.0, 84.0, 50.83]
    assert (points * items.amount).sum() / items.amount.sum() == pytest.approx(77.25)


def test_reasons_of_the_golden_separate_lateness_from_thin_history() -> None:
    assert reasons(Buyer(payments=PAYMENTS)) == {"thin_history": 3750, "paid_very_late": 553, "paid_late": 300}


@pytest.mark.parametrize(
    ("late", "points"),
    [
        (-30, 100),
        (0, 100),
        (1, 98 + 2 / 3),
        (15, 80),
        (30, 60),
        (45, 47.5),
        (60, 35),
        (75, 25),
        (90, 15),
        (105, 7.5),
        (120, 0),
        (700, 0),
    ],
)
def test_points_by_days_late_are_linear_between_their_knots(late: int, points: float) -> None:
    items = facts_of(Buyer(payments=(received(1000, late),))).payments
    assert item_points(items)[0] == pytest.approx(points)


def test_no_payment_counts_40_at_coverage_0() -> None:
    assert value(Buyer()) == 40.0
    assert coverage(Buyer()) == 0.0
    assert reasons(Buyer()) == {"no_history": 6000}


def test_many_punctual_items_approach_100() -> None:
    assert value(Buyer(payments=(received(1000, 0),) * 95)) == 97.00
    assert coverage(Buyer(payments=(received(1000, 0),) * 95)) == 1.0


def test_weights_halve_every_180_days_but_the_prior_does_not() -> None:
    # one item of today at 100 and one of 180 days ago at 0: k = 5 × 1000, Σ w = 1000 + 500
    buyer = Buyer(payments=(received(1000, 0), received(1000, 120, age=180)))
    assert value(buyer) == pytest.approx(round((1000 * 100 + 5000 * 40) / 6500, 2))
    assert coverage(buyer) == 0.30


def test_an_open_overdue_part_counts_at_its_lateness_of_today() -> None:
    assert reasons(Buyer(payments=(overdue(1000, 30),)))["overdue_now"] == round(10_000 * 40 / 600)


def test_a_written_off_part_scores_0_however_late() -> None:
    items = facts_of(Buyer(payments=(written_off(1000, 5), overdue(1000, 5)))).payments
    assert item_points(items)[0] == 0.0
    assert item_points(items)[1] > 90
    assert reasons(Buyer(payments=(written_off(1000, 5),)))["written_off"] == round(10_000 / 6)


def test_late_receipts_are_split_at_30_days() -> None:
    found = reasons(Buyer(payments=(received(1000, 30), received(1000, 31))))
    assert found["paid_late"] == round(10_000 * 40 / 700)
    assert set(found) == {"paid_late", "paid_very_late", "thin_history"}


def items_due(since_due: int, late: int, number: int = 3) -> tuple[tuple[int, float, int, int, int], ...]:
    return ((0, 1000.0, late, since_due - late, since_due),) * number


def trend(*items: tuple[tuple[int, float, int, int, int], ...]) -> int:
    return reasons(Buyer(payments=sum(items, ()))).get("trend_worsening", 0)


def test_trend_takes_a_point_for_each_day_of_worsening() -> None:
    assert trend(items_due(60, 12), items_due(200, 5)) == 700


def test_trend_is_limited_to_15_and_never_rewards() -> None:
    assert trend(items_due(80, 60), items_due(200, 0)) == 1500
    assert trend(items_due(80, 0), items_due(200, 60)) == 0


@pytest.mark.parametrize(
    ("recent", "earlier", "expected"),
    [(0, 91, 500), (90, 455, 500), (90, 456, 0), (91, 455, 0), (-1, 200, 0)],
)
def test_trend_windows_go_by_due_date(recent: int, earlier: int, expected: int) -> None:
    found = trend(((0, 1000.0, 5, 0, recent),) * 3, ((0, 1000.0, 0, 0, earlier),) * 3)
    assert found == expected


def test_trend_needs_three_items_on_both_sides() -> None:
    assert trend(items_due(60, 12, 2), items_due(200, 5)) == 0
    assert trend(items_due(60, 12), items_due(200, 5, 2)) == 0


def test_trend_clips_lateness_to_0_to_120_days() -> None:
    assert trend(items_due(60, -20), items_due(200, -30)) == 0
    worse = (received(1000, 400), received(1000, 130), received(1000, 125))
    recent = tuple((0, amount, late, 0, 50) for _, amount, late, _, _ in worse)
    assert trend(recent, items_due(200, 117)) == 300


@pytest.mark.parametrize(("broken", "points"), [(0, 0), (1, 500), (2, 1000), (3, 1500), (4, 1500)])
def test_each_broken_promise_takes_5_at_most_15(broken: int, points: int) -> None:
    buyer = Buyer(payments=(received(1000, 0),) * 20, broken_promises=broken)
    assert reasons(buyer).get("broken_promises", 0) == points


def test_ruin_is_limited_at_0_and_reasons_add_up() -> None:
    buyer = Buyer(payments=(written_off(1_000_000, 5),) * 400, broken_promises=3)
    assert value(buyer) == 0.0
    assert sum(reasons(buyer).values()) == 10_000


def test_expected_delay_is_amount_weighted_over_12_months_and_not_below_0() -> None:
    late = Buyer(
        payments=(received(1000, 10, age=365), received(3000, 30), received(9000, 100, age=366), written_off(500, 90))
    )
    early = Buyer(payments=(received(1000, -10),))
    with_overdue = Buyer(payments=(received(1000, 0), overdue(1000, 40)))
    assert expected_delay(facts_of(late, early, with_overdue, Buyer())).tolist() == [25.0, 0.0, 20.0, 0.0]
