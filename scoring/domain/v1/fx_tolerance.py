"""FX tolerance 汇率波动承受力: can the buyer bear a fall of its home currency until it pays?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scoring.domain.v1.arrays import Floats, ratio, total
from scoring.domain.v1.facts import HOME_UNKNOWN, NO_RATES, RATED, SAME_CURRENCY, Facts, FxPositions
from scoring.domain.v1.payment_history import expected_delay
from scoring.domain.v1.points import NO_DATA, Dimension, dimension

QUANTILE_95 = 1.645
RETURNS = 250
MIN_RETURNS = 60  # a younger series says too little; it counts as no rates
TRADING_DAYS = 252
LOSS_LOOKBACK_DAYS = 90
YEAR_DAYS = 365.0
POINTS_PER_ADVERSE, FREE_LOSS, POINTS_PER_LOSS = 4.0, 5.0, 2.0  # per percentage point
FLOOR_CLASS_5, FLOOR_CLASS_6_7 = 0.12, 0.20  # pegs look safe until they break


def fx_tolerance(facts: Facts) -> Dimension:
    """Value, coverage and reasons of the dimension.

    Formula per currency: adverse = 1.645 × annual volatility × √((terms + expected delay)/365);
    points = 100 − 4 × adverse in % − 2 × each % of loss beyond 5, within 0–100; the home currency itself 100, no rates
    40. Weighted by what is owed in each currency; coverage = share of that with rates. Source: domain.md section 5.
    Example: volatility 12 %, 60 + 18 days, loss 9 % → 63.50 − 8 = 55.50.
    """
    fx = facts.fx
    whole = total(fx.owner, fx.weight, facts.buyers)
    shares = {code: _share(fx, taken, whole, facts.buyers) for code, taken in _taken(facts).items()}
    lost = shares | {"fx_no_positions": np.where(whole > 0.0, 0.0, 100.0 - NO_DATA)}
    known = np.where((fx.status == SAME_CURRENCY) | (fx.status == RATED), 1.0, 0.0)
    return dimension(lost=lost, coverage=_share(fx, known, whole, facts.buyers))


def annual_volatility(rates: Sequence[float]) -> float:
    """Sample standard deviation of the last 250 daily log returns × √252; NaN below 60 returns.

    ``rates`` are home units per invoice unit on consecutive business days, oldest first.
    Example: a rate that never moves has a volatility of 0.
    """
    used = rates[-(RETURNS + 1) :]
    returns = [math.log(after / before) for before, after in pairwise(used)]
    if len(returns) < MIN_RETURNS:
        return math.nan
    mean = math.fsum(returns) / len(returns)
    variance = math.fsum((value - mean) ** 2 for value in returns) / (len(returns) - 1)
    return math.sqrt(variance) * math.sqrt(TRADING_DAYS)


def home_loss(*, rate_then: float, rate_now: float) -> float:
    """1 − S₋₉₀/S₀: the share of its value that the home currency lost against the invoice currency in 90 days.

    Example: 91 home units for one invoice unit then, 100 now → 0.09.
    """
    return 1.0 - rate_then / rate_now


def _share(fx: FxPositions, values: Floats, whole: Floats, buyers: int) -> Floats:
    return ratio(total(fx.owner, fx.weight * values, buyers), whole)


def _taken(facts: Facts) -> dict[str, Floats]:
    """What each position loses of 100, by reason."""
    fx = facts.fx
    rated = fx.status == RATED
    swing = np.where(rated, POINTS_PER_ADVERSE * 100.0 * _adverse(facts), 0.0)
    fall = np.where(rated, POINTS_PER_LOSS * np.maximum(0.0, 100.0 * fx.loss - FREE_LOSS), 0.0)
    return {
        "currency_swing": swing,
        "currency_fall": fall,
        "currency_limit": np.minimum(0.0, 100.0 - swing - fall),
        "fx_rates_missing": np.where(fx.status == NO_RATES, 100.0 - NO_DATA, 0.0),
        "home_currency_unknown": np.where(fx.status == HOME_UNKNOWN, 100.0 - NO_DATA, 0.0),
    }


def _adverse(facts: Facts) -> Floats:
    """The fall that one case in twenty exceeds until the buyer pays, as a share."""
    fx = facts.fx
    days = np.maximum(0.0, fx.terms_days + expected_delay(facts)[fx.owner])
    floor = volatility_floor(facts.standing.country_class)[fx.owner]
    return QUANTILE_95 * np.maximum(fx.volatility, floor) * np.sqrt(days / YEAR_DAYS)


def volatility_floor(country_class: Floats) -> Floats:
    """Least annual volatility believed by OECD class: 5 → 12 %, 6–7 → 20 %, else none."""
    return np.where(country_class >= 6, FLOOR_CLASS_6_7, np.where(country_class == 5, FLOOR_CLASS_5, 0.0))
