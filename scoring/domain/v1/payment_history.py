"""Payment history 历史履约率: how late money came, and what is late now."""

from __future__ import annotations

import numpy as np

from scoring.domain.v1.arrays import Bools, Floats, count, decay, piecewise, ratio, total
from scoring.domain.v1.facts import OVERDUE, RECEIVED, WRITTEN_OFF, Facts, PaymentItems
from scoring.domain.v1.points import NO_DATA, Dimension, dimension

WINDOW_DAYS = 730
LATENESS_KNOTS = ((0.0, 100.0), (15.0, 80.0), (30.0, 60.0), (60.0, 35.0), (90.0, 15.0), (120.0, 0.0))
HALF_LIFE_DAYS = 180
PRIOR_ITEMS = 5.0  # the no-data value weighs as much as five items of mean amount; full coverage needs as many
LATE_SPLIT_DAYS = 30
RECENT_DUE_DAYS, EARLIER_DUE_DAYS = 90, 455
LATENESS_CLIP_DAYS = 120
TREND_MIN_ITEMS, TREND_LIMIT = 3, 15.0
PROMISE_PENALTY, PROMISE_LIMIT = 5.0, 15.0
DELAY_WINDOW_DAYS = 365


def payment_history(facts: Facts) -> Dimension:
    """Value, coverage and reasons of the dimension.

    Formula: (Σ w·points + 40·k)/(Σ w + k) with w = base amount × 2^(−age/180) and k = 5 × mean undecayed amount, minus
    the trend (1 a day of worsening, at most 15), minus 5 a broken promise (at most 15); clipped to 0–100.
    A reason's share follows from the same sum: an item takes w·(100 − points)/(Σ w + k), thin history 60·k/(Σ w + k).
    Coverage = min(1, Σ 2^(−age/180)/5). Source: domain.md section 5.
    Example: (20k, −3) (50k, 12) (30k, 41), all received today → mean 77.25 → 53.97, coverage 0.60.
    """
    items = facts.payments
    fade = decay(items.age_days, HALF_LIFE_DAYS)
    lost = _history(items, fade, facts.buyers)
    lost["trend_worsening"] = _trend(items, facts.buyers)
    lost["broken_promises"] = np.minimum(PROMISE_LIMIT, PROMISE_PENALTY * facts.broken_promises)
    coverage = np.minimum(1.0, total(items.owner, fade, facts.buyers) / PRIOR_ITEMS)
    return dimension(lost=lost, coverage=coverage)


def item_points(items: PaymentItems) -> Floats:
    """Points of each item by days late: ≤ 0 → 100, 15 → 80, 30 → 60, 60 → 35, 90 → 15, ≥ 120 → 0; written off 0."""
    points = piecewise(items.days_late.astype(np.float64), LATENESS_KNOTS)
    return np.where(items.kind == WRITTEN_OFF, 0.0, points)


def expected_delay(facts: Facts) -> Floats:
    """Amount-weighted days late of what was received in the last 12 months or is overdue now, not below 0; in days."""
    items = facts.payments
    counts = (items.kind == OVERDUE) | ((items.kind == RECEIVED) & (items.age_days <= DELAY_WINDOW_DAYS))
    return np.maximum(0.0, _mean_lateness(items, items.days_late, counts, facts.buyers))


def _history(items: PaymentItems, fade: Floats, buyers: int) -> dict[str, Floats]:
    """What late items and thin history take from 100, before trend and promises."""
    weight = items.amount * fade
    mean = ratio(total(items.owner, items.amount, buyers), count(items.owner, buyers).astype(np.float64))
    prior = PRIOR_ITEMS * mean
    whole = total(items.owner, weight, buyers) + prior
    shortfall = weight * (100.0 - item_points(items))
    lost = {
        code: ratio(total(items.owner, np.where(mask, shortfall, 0.0), buyers), whole)
        for code, mask in _classes(items).items()
    }
    has_weight = whole > 0.0
    lost["thin_history"] = np.where(has_weight, (100.0 - NO_DATA) * ratio(prior, whole), 0.0)
    lost["no_history"] = np.where(has_weight, 0.0, 100.0 - NO_DATA)
    return lost


def _classes(items: PaymentItems) -> dict[str, Bools]:
    received = items.kind == RECEIVED
    very_late = items.days_late > LATE_SPLIT_DAYS
    return {
        "paid_late": received & ~very_late,
        "paid_very_late": received & very_late,
        "overdue_now": items.kind == OVERDUE,
        "written_off": items.kind == WRITTEN_OFF,
    }


def _trend(items: PaymentItems, buyers: int) -> Floats:
    """One point a day by which items due in the last 90 days are later than those due 91–455 days ago, 0 to 15."""
    late = np.clip(items.days_late, 0, LATENESS_CLIP_DAYS)
    recent = (items.days_since_due >= 0) & (items.days_since_due <= RECENT_DUE_DAYS)
    earlier = (items.days_since_due > RECENT_DUE_DAYS) & (items.days_since_due <= EARLIER_DUE_DAYS)
    worse = _mean_lateness(items, late, recent, buyers) - _mean_lateness(items, late, earlier, buyers)
    enough = (total(items.owner, recent, buyers) >= TREND_MIN_ITEMS) & (
        total(items.owner, earlier, buyers) >= TREND_MIN_ITEMS
    )
    return np.where(enough, np.clip(worse, 0.0, TREND_LIMIT), 0.0)


def _mean_lateness(items: PaymentItems, late: np.ndarray, counts: Bools, buyers: int) -> Floats:
    amount = np.where(counts, items.amount, 0.0)
    return ratio(total(items.owner, amount * late, buyers), total(items.owner, amount, buyers))
