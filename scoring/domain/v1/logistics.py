"""Logistics 物流稳定性: do shipments to this buyer arrive when promised and are they taken?"""

from __future__ import annotations

import numpy as np

from scoring.domain.v1.arrays import Floats, Ints, count, decay, ratio, total
from scoring.domain.v1.facts import Facts, Shipments
from scoring.domain.v1.points import NO_DATA, Dimension, dimension

WINDOW_DAYS = 730
GRACE_DAYS = 2
HALF_LIFE_DAYS = 180
SPREAD_LIMIT, ASSUMED_SPREAD, SPREAD_MIN_SHIPMENTS = 20.0, 10.0, 3
REFUSED_POINTS, DISCREPANCY_POINTS = 100.0, 30.0
FULL_COVERAGE_SHIPMENTS = 5.0


def logistics(facts: Facts) -> Dimension:
    """Value, coverage and reasons of the dimension.

    Formula: 100 × on-time share (≤ promised + 2 days; weights halve every 180 days) − 1 a day of standard deviation of
    delay (≤ 20; 10 assumed below 3 shipments) − 100 × share refused or returned − 30 × share with discrepancies.
    Shares of refusals and discrepancies carry the same weights. Coverage = min(1, shipments/5). No shipment → 40.
    Source: domain.md section 5. Example: 90 %, 3 days, 2 %, 10 % → 82.00.
    """
    shipments, buyers = facts.shipments, facts.buyers
    number = count(shipments.owner, buyers)
    some = number > 0
    weight = decay(shipments.age_days, HALF_LIFE_DAYS)
    late = ~(shipments.has_delay & (shipments.delay_days <= GRACE_DAYS))
    lost = {
        "shipments_late": 100.0 * _share(shipments, weight, late, buyers),
        **_spread(shipments, buyers, some),
        "shipments_refused": REFUSED_POINTS * _share(shipments, weight, shipments.is_refused, buyers),
        "document_discrepancies": DISCREPANCY_POINTS * _share(shipments, weight, shipments.has_discrepancies, buyers),
        "no_shipments": np.where(some, 0.0, 100.0 - NO_DATA),
    }
    return dimension(lost=lost, coverage=np.minimum(1.0, number / FULL_COVERAGE_SHIPMENTS))


def delay_spread(shipments: Shipments, buyers: int) -> Floats:
    """Sample standard deviation of the delay in days; meaningless (0) below two measured shipments."""
    measured = shipments.has_delay.astype(np.float64)
    number = total(shipments.owner, measured, buyers)
    mean = ratio(total(shipments.owner, measured * shipments.delay_days, buyers), number)
    deviation = measured * (shipments.delay_days - mean[shipments.owner])
    squares = total(shipments.owner, deviation * deviation, buyers)
    return np.sqrt(ratio(squares, np.maximum(0.0, number - 1.0)))


def _spread(shipments: Shipments, buyers: int, some: np.ndarray) -> dict[str, Floats]:
    measured = total(shipments.owner, shipments.has_delay, buyers)
    enough = measured >= SPREAD_MIN_SHIPMENTS
    spread = np.minimum(SPREAD_LIMIT, delay_spread(shipments, buyers))
    return {
        "delay_spread": np.where(enough, spread, 0.0),
        "delay_spread_assumed": np.where(some & ~enough, ASSUMED_SPREAD, 0.0),
    }


def _share(shipments: Shipments, weight: Floats, holds: Ints | np.ndarray, buyers: int) -> Floats:
    owner = shipments.owner
    return ratio(total(owner, np.where(holds, weight, 0.0), buyers), total(owner, weight, buyers))
