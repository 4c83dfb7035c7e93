"""Buyer credit 海外买家信用: agency rating, financials, country, years trading, less event penalties."""

from __future__ import annotations

import numpy as np

from scoring.domain.v1.arrays import (
    Bools,
    Days,
    Floats,
    add_months,
    days_between,
    decay,
    piecewise,
    total,
)
from scoring.domain.v1.facts import EVENT_KINDS, Events, Facts, Standing, Statements
from scoring.domain.v1.points import NO_DATA, Dimension, dimension

RATING_WEIGHT, FINANCIALS_WEIGHT, COUNTRY_WEIGHT, TENURE_WEIGHT = 0.45, 0.30, 0.15, 0.10
RATING_FRESH_DAYS = 180
FINANCIALS_FRESH_MONTHS = 18
COUNTRY_FRESH_MONTHS = 12
ALTMAN_KNOTS = ((0.0, 0.0), (1.1, 20.0), (2.6, 100.0))
LEVERAGE_KNOTS = ((0.4, 100.0), (0.9, 0.0))
LIQUIDITY_KNOTS = ((0.8, 0.0), (2.0, 100.0))
TENURE_KNOTS = ((0.0, 30.0), (10.0, 100.0))
CLASS_POINTS = np.array([90.0, 85.0, 75.0, 65.0, 50.0, 35.0, 20.0, 5.0])
HIGH_INCOME_POINTS, UNCLASSIFIED_POINTS = 90.0, 40.0
EVENT_PENALTIES = {
    "litigation": 15.0,
    "key_manager_left": 10.0,
    "insurer_cut": 25.0,
    "bank_line_cut": 15.0,
    "related_party_default": 30.0,
}
EVENT_LIMIT = 60.0
EVENT_HALF_LIFE_DAYS = 180


def buyer_credit(facts: Facts) -> Dimension:
    """Value, coverage and reasons of the dimension.

    Formula: Σ weight·points of rating 45, financials 30, country 15, years trading 10 (%), a missing input counting
    40 and a stale one min(its last value, 40); minus event penalties, together at most 60; insolvency in force → 0.
    Coverage = weights with fresh input. Source: domain.md section 5.
    Example: 70, 60, 50, unknown → 61.00; litigation that ended 180 days ago, an insurer's cut → 28.50, coverage 0.90.
    """
    lost: dict[str, Floats] = {}
    coverage = _rating(facts.standing, facts.as_of, lost)
    coverage += _financials(facts.statements, facts.as_of, lost)
    coverage += _country(facts.standing, facts.as_of, lost)
    coverage += _tenure(facts.standing, facts.as_of, lost)
    _events(facts.events, facts.buyers, lost)
    _insolvency(facts.events, facts.buyers, lost)
    return dimension(lost=lost, coverage=coverage)


def altman_z2(statements: Statements) -> Floats:
    """Altman Z″ without the +3.25 constant: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4.

    X1 = (current assets − current liabilities)/assets, X2 = retained earnings/assets, X3 = EBIT/assets,
    X4 = equity/liabilities. No liabilities at all gives +∞. Source: Altman (1995), emerging market score.
    Example: assets 1000, current 500/250, liabilities 500, retained 200, EBIT 100 → 1.64+0.652+0.672+1.05 = 4.014.
    """
    s = statements
    x1 = (s.current_assets - s.current_liabilities) / s.total_assets
    x2 = s.retained_earnings / s.total_assets
    x3 = s.ebit / s.total_assets
    x4 = _over(s.total_assets - s.total_liabilities, s.total_liabilities)
    return 6.56 * x1 + 3.26 * x2 + 6.72 * x3 + 1.05 * x4


def financial_points(statements: Statements) -> tuple[Floats, Floats, Floats]:
    """Points of Altman Z″, of liabilities/assets and of the current ratio; NaN without a statement."""
    leverage = statements.total_liabilities / statements.total_assets
    liquidity = _over(statements.current_assets, statements.current_liabilities)
    return (
        piecewise(altman_z2(statements), ALTMAN_KNOTS),
        piecewise(leverage, LEVERAGE_KNOTS),
        piecewise(liquidity, LIQUIDITY_KNOTS),
    )


def years_trading(founded_on: Days, as_of: np.datetime64) -> Floats:
    """Whole years since founding plus the share of the running one; NaN if unknown or not yet founded.

    Example: founded 2016-11-21, as of 2021-11-21 → 5.0.
    """
    known = ~np.isnat(founded_on) & (founded_on <= as_of)
    born = np.where(known, founded_on, as_of)
    months = (as_of.astype("datetime64[M]") - born.astype("datetime64[M]")).astype(np.int64)
    years = months // 12
    years = np.where(add_months(born, 12 * years) > as_of, years - 1, years)
    last, following = add_months(born, 12 * years), add_months(born, 12 * (years + 1))
    share = days_between(as_of, last) / (following - last).astype(np.int64)
    return np.where(known, years + share, np.nan)


def _over(part: Floats, whole: Floats) -> Floats:
    """part / whole, where nothing owed is as good as it gets."""
    nothing = whole <= 0.0
    return np.where(nothing, np.inf, part / np.where(nothing, 1.0, whole))


def _rating(standing: Standing, as_of: np.datetime64, lost: dict[str, Floats]) -> Floats:
    known = ~np.isnat(standing.rating_date)
    fresh = known & (days_between(as_of, standing.rating_date) <= RATING_FRESH_DAYS)
    return _input(lost, "rating", RATING_WEIGHT, standing.rating_points, known, fresh)


def _country(standing: Standing, as_of: np.datetime64, lost: dict[str, Floats]) -> Floats:
    known = ~np.isnat(standing.country_list_date)
    fresh = known & (add_months(standing.country_list_date, COUNTRY_FRESH_MONTHS) >= as_of)
    return _input(lost, "country", COUNTRY_WEIGHT, country_points(standing), known, fresh)


def country_points(standing: Standing) -> Floats:
    """OECD high income or class 0 → 90, 1 → 85, 2 → 75, 3 → 65, 4 → 50, 5 → 35, 6 → 20, 7 → 5, unclassified → 40."""
    classified = ~np.isnan(standing.country_class)
    by_class = CLASS_POINTS[np.where(classified, standing.country_class, 0.0).astype(np.int64)]
    points = np.where(classified, by_class, UNCLASSIFIED_POINTS)
    return np.where(standing.is_high_income, HIGH_INCOME_POINTS, points)


def _tenure(standing: Standing, as_of: np.datetime64, lost: dict[str, Floats]) -> Floats:
    years = years_trading(standing.founded_on, as_of)
    known = ~np.isnan(years)
    return _input(lost, "tenure", TENURE_WEIGHT, piecewise(years, TENURE_KNOTS), known, known)


def _financials(statements: Statements, as_of: np.datetime64, lost: dict[str, Floats]) -> Floats:
    """A fresh statement loses by ratio, each a third of the weight; a stale or missing one as a whole."""
    known = ~np.isnat(statements.balance_date)
    fresh = known & (add_months(statements.balance_date, FINANCIALS_FRESH_MONTHS) >= as_of)
    altman, leverage, liquidity = financial_points(statements)
    mean = (altman + leverage + liquidity) / 3.0
    for code, points in (("altman_z_weak", altman), ("liabilities_high", leverage), ("liquidity_low", liquidity)):
        lost[code] = np.where(fresh, FINANCIALS_WEIGHT * (100.0 - points) / 3.0, 0.0)
    stale = known & ~fresh
    lost["financials_stale"] = np.where(stale, FINANCIALS_WEIGHT * (100.0 - np.minimum(mean, NO_DATA)), 0.0)
    lost["financials_missing"] = np.where(known, 0.0, FINANCIALS_WEIGHT * (100.0 - NO_DATA))
    return np.where(fresh, FINANCIALS_WEIGHT, 0.0)


_WEAK = {"rating": "rating_weak", "country": "country_risk", "tenure": "tenure_short"}


def _input(lost: dict[str, Floats], name: str, weight: float, points: Floats, known: Bools, fresh: Bools) -> Floats:
    """Note what one input takes away, by its state; returns its coverage."""
    stale = known & ~fresh
    lost[_WEAK[name]] = np.where(fresh, weight * (100.0 - points), 0.0)
    if name != "tenure":
        lost[f"{name}_stale"] = np.where(stale, weight * (100.0 - np.minimum(points, NO_DATA)), 0.0)
    lost[f"{name}_missing"] = np.where(known, 0.0, weight * (100.0 - NO_DATA))
    return np.where(fresh, weight, 0.0)


def _events(events: Events, buyers: int, lost: dict[str, Floats]) -> None:
    """Penalties by kind: full while the condition lasts, halving every 180 days after it ended."""
    strength = np.where(events.in_force, 1.0, decay(events.days_since_end, EVENT_HALF_LIFE_DAYS))
    together = np.zeros(buyers)
    for kind, penalty in EVENT_PENALTIES.items():
        lost[kind] = penalty * _strength(events, kind, strength, buyers)
        together = together + lost[kind]
    lost["event_limit"] = np.minimum(0.0, EVENT_LIMIT - together)


def _strength(events: Events, kind: str, strength: Floats, buyers: int) -> Floats:
    """Recorded events add up; one that we derived ourselves (a sibling's default) counts only beyond them."""
    of_kind = events.kind == EVENT_KINDS.index(kind)
    recorded = total(events.owner, np.where(of_kind & ~events.is_derived, strength, 0.0), buyers)
    derived = total(events.owner, np.where(of_kind & events.is_derived, strength, 0.0), buyers)
    return np.maximum(recorded, derived)


def is_insolvent(facts: Facts) -> Bools:
    """Insolvency in force on the day."""
    return has_event(facts.events, "insolvency", facts.buyers)


def has_event(events: Events, kind: str, buyers: int) -> Bools:
    """Whether an event of the kind is in force, per buyer."""
    holds = (events.kind == EVENT_KINDS.index(kind)) & events.in_force
    return total(events.owner, holds, buyers) > 0.0


def _insolvency(events: Events, buyers: int, lost: dict[str, Floats]) -> None:
    """Takes whatever the other reasons left."""
    left = 100.0 - sum(lost.values(), start=np.zeros(buyers))
    lost["insolvency"] = np.where(has_event(events, "insolvency", buyers), np.maximum(0.0, left), 0.0)
