"""Points of a dimension and what took them away, in whole hundredths: value = 100 − Σ reason points, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.domain.v1.arrays import Floats, Ints

FULL = 10_000  # 100 points in hundredths, and a coverage of 1 in ten-thousandths
NO_DATA = 40.0  # what no data counts: never better than bad data, never worse than ruin
LIMITED_AT_ZERO = "limited_at_zero"


@dataclass(frozen=True, slots=True)
class Dimension:
    """Result of one dimension for n buyers.

    ``value`` (n,) in hundredths of a point, ``coverage`` (n,) in ten-thousandths, ``points`` (n, len(codes)) the
    hundredths that each reason took away. A negative reason gives points back (a limit on penalties, the floor at 0).
    Invariant: ``value + points.sum(axis=1) == 10_000``.
    """

    codes: tuple[str, ...]
    value: Ints
    coverage: Ints
    points: Ints


def to_hundredths(points: Floats) -> Ints:
    """Rounded half up to hundredths, once; binary noise below a millionth of a hundredth does not decide.

    Example: 53.965 gives 5397 although its nearest double lies below the half.
    """
    return np.floor(np.round(points * 100.0, 6) + 0.5).astype(np.int64)


def to_ten_thousandths(share: Floats) -> Ints:
    """A share of 0–1, rounded half up to four decimals."""
    return np.floor(np.round(share * 10_000.0, 6) + 0.5).astype(np.int64)


def dimension(*, lost: dict[str, Floats], coverage: Floats) -> Dimension:
    """Put a dimension together from what each reason took away (points of 100, in order), clipped at 0.

    Formula: value = max(0, 100 − Σ lost), rounded half up once; the reasons are rounded so that they add up to
    100 − value (largest remainders first). What the floor at 0 gives back is the reason ``limited_at_zero``.
    Source: domain.md section 5. Example: lost 39 and 32.5 give the value 28.50.
    """
    taken = sum(lost.values(), start=np.zeros_like(coverage))
    reasons = lost | {LIMITED_AT_ZERO: np.minimum(0.0, 100.0 - taken)}
    value = to_hundredths(np.maximum(0.0, 100.0 - taken))
    points = _apportion(np.column_stack(list(reasons.values())), FULL - value)
    return Dimension(tuple(reasons), value, to_ten_thousandths(coverage), points)


def _apportion(lost: Floats, target: Ints) -> Ints:
    """Whole hundredths per reason that sum to ``target``, each less than one hundredth away from its own figure."""
    exact = np.round(lost * 100.0, 6)
    whole = np.floor(exact)
    missing = target - whole.astype(np.int64).sum(axis=1)
    order = np.argsort(whole - exact, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[np.newaxis, :], axis=1)
    shared_out: Ints = whole.astype(np.int64) + (rank < missing[:, np.newaxis])
    return shared_out
