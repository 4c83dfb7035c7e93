"""Figures of a backtest on cases small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.evaluation.discrimination import calibrated, calibration_bins, evaluate, top_lift

RISK = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
WORST_DEFAULT = np.array([True, True, False, True, *[False] * 6])


def test_a_perfect_order_has_auc_1_and_a_reversed_one_0() -> None:
    default = np.array([True] * 3 + [False] * 7)
    for risk, auc in ((RISK, 1.0), (-RISK, 0.0)):
        assert evaluate(past_risk=risk, past_default=default, risk=risk, default=default).auc == auc


def test_auc_counts_the_pairs_in_the_right_order() -> None:
    found = evaluate(past_risk=RISK, past_default=WORST_DEFAULT, risk=RISK, default=WORST_DEFAULT)
    assert found.auc == pytest.approx(20 / 21)  # one of 3 × 7 pairs is the wrong way round
    assert found.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)


def test_lift_compares_the_riskiest_tenth_with_all() -> None:
    default = np.zeros(100, dtype=bool)
    default[[0, 1, 2, 3, 20, 21, 22, 23, 24, 25]] = True
    assert top_lift(risk=np.arange(100, 0, -1.0), default=default) == pytest.approx(4.0)


def test_ties_at_the_border_of_the_tenth_count_by_their_mean() -> None:
    default = np.array([True] + [False] * 19)
    assert top_lift(risk=np.ones(20), default=default) == pytest.approx(1.0)


def test_probabilities_are_learned_from_the_earlier_cohort_only() -> None:
    late = np.linspace(0, 1, 200)
    past = late > 0.7
    found = calibrated(past_risk=late, past_default=past, risk=np.array([0.1, 0.9]))
    assert found[0] < 0.1
    assert found[1] > 0.8
    scaled = calibrated(past_risk=100 * late, past_default=past, risk=np.array([10.0, 90.0]))
    assert scaled == pytest.approx(found, rel=1e-6)


def test_a_figure_that_says_nothing_gives_the_base_rate() -> None:
    past = np.array([True, False, False, False] * 10)
    found = evaluate(past_risk=np.ones(40), past_default=past, risk=np.ones(40), default=past)
    assert found.auc == 0.5
    assert found.brier == pytest.approx(found.brier_of_base_rate, abs=1e-6)
    assert found.brier_of_base_rate == pytest.approx(0.25 * 0.75)


def test_bins_are_equal_parts_from_low_to_high() -> None:
    predicted = np.array([0.9, 0.1, 0.2, 0.8])
    default = np.array([True, False, False, False])
    low, high = calibration_bins(predicted=predicted, default=default, bins=2)
    assert (low.buyers, low.observed, high.buyers, high.observed) == (2, 0.0, 2, 0.5)
    assert (low.predicted, high.predicted) == pytest.approx((0.15, 0.85))
