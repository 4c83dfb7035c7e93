"""Arithmetic of scorecard v1 on struct-of-arrays.

Every step is an elementwise operation, a lookup or an in-order sum (``np.bincount``), so that a buyer's figures do
not depend on who else stands in the arrays: one buyer alone and the same buyer among 50,000 agree in every bit.
SIMD exponentials and pairwise sums would not give that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

DECAY_TABLE_DAYS = 7300


def _decay_table(half_life_days: int) -> Floats:
    return np.array([2.0 ** (-day / half_life_days) for day in range(DECAY_TABLE_DAYS + 1)])


_DECAY = {half_life: _decay_table(half_life) for half_life in (180, 365)}


def decay(days: NDArray[Any], half_life_days: int) -> Floats:
    """2^(−days/half-life) for whole days ≥ 0 by table; 180 days at a half-life of 180 give 0.5."""
    faded: Floats = _DECAY[half_life_days][np.clip(days, 0, DECAY_TABLE_DAYS).astype(np.int64)]
    return faded


def piecewise(x: Floats, knots: tuple[tuple[float, float], ...]) -> Floats:
    """Linear between the knots, flat outside; NaN stays NaN.

    Example: ``piecewise(np.array([45.0]), ((30, 60), (60, 35)))`` gives 47.5.
    """
    at = np.array([knot[0] for knot in knots], dtype=np.float64)
    points = np.array([knot[1] for knot in knots], dtype=np.float64)
    inside = np.clip(x, at[0], at[-1])
    left = np.clip(np.searchsorted(at, inside, side="right") - 1, 0, len(at) - 2)
    share = (inside - at[left]) / (at[left + 1] - at[left])
    return points[left] + share * (points[left + 1] - points[left])


def total(owner: Ints, values: NDArray[Any], buyers: int) -> Floats:
    """Sum per buyer, added in the order of the items."""
    return np.bincount(owner, weights=values.astype(np.float64), minlength=buyers).astype(np.float64)


def count(owner: Ints, buyers: int) -> Ints:
    """Number of items per buyer."""
    return np.bincount(owner, minlength=buyers).astype(np.int64)


def ratio(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    """part / whole, and ``otherwise`` where the whole is 0."""
    safe = np.where(whole == 0.0, 1.0, whole)
    return np.where(whole == 0.0, otherwise, part / safe)


def add_months(days: Days, months: NDArray[Any] | int) -> Days:
    """The same day ``months`` later, at most the month's last day: 31 August + 18 months is 28 (29) February."""
    month = days.astype("datetime64[M]")
    day_of_month = days - month.astype("datetime64[D]")
    target = month + months
    last_day = (target + 1).astype("datetime64[D]") - 1
    moved: Days = np.minimum(target.astype("datetime64[D]") + day_of_month, last_day)
    return moved


def days_between(later: np.datetime64, earlier: Days) -> Ints:
    """Whole days from each date to ``later``; 0 for a missing date (mask it)."""
    gap = (later - earlier).astype("timedelta64[D]").astype(np.int64)
    return np.where(np.isnat(earlier), 0, gap)
