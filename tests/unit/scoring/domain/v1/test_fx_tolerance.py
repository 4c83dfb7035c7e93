"""FX tolerance: the golden of domain.md section 5, floors, weights and missing rates."""

from __future__ import annotations

import math
from datetime import date

import pytest

from scoring.domain.v1 import facts as v1
from scoring.domain.v1.card import reasons_of
from scoring.domain.v1.fx_tolerance import annual_volatility, fx_tolerance, home_loss
from tests.unit.scoring.builders import Buyer, facts_of, rated, received


def result(buyer: Buyer) -> tuple[float, float]:
    found = fx_tolerance(facts_of(buyer))
    return int(found.value[0]) / 100, int(found.coverage[0]) / 10_000


def reasons(buyer: Buyer) -> dict[str, int]:
    return dict(reasons_of(fx_tolerance(facts_of(buyer)), 0))


GOLDEN = Buyer(payments=(received(1000, 18),), fx=(rated(terms=60, volatility=0.12, loss=0.09),))


def test_golden_is_63_50_less_8() -> None:
    assert result(GOLDEN) == (55.50, 1.0)
    assert reasons(GOLDEN) == {"currency_swing": 3650, "currency_fall": 800}


@pytest.mark.parametrize(("loss", "points"), [(-0.2, 0), (0.0, 0), (0.05, 0), (0.06, 200), (0.09, 800), (0.15, 2000)])
def test_a_fall_costs_2_points_for_each_percent_beyond_5(loss: float, points: int) -> None:
    assert reasons(Buyer(fx=(rated(terms=60, volatility=0.1, loss=loss),))).get("currency_fall", 0) == points


@pytest.mark.parametrize(("risk_class", "believed"), [(4, 0.01), (5, 0.12), (6, 0.20), (7, 0.20), (None, 0.01)])
def test_volatility_has_a_floor_by_country_class(risk_class: int | None, believed: float) -> None:
    calm = Buyer(country=(risk_class, False, date(2026, 1, 30)), fx=(rated(terms=365, volatility=0.01),))
    assert reasons(calm)["currency_swing"] == round(40_000 * 1.645 * believed)


def test_a_volatility_above_the_floor_stays() -> None:
    wild = Buyer(country=(5, False, date(2026, 1, 30)), fx=(rated(terms=365, volatility=0.14),))
    assert reasons(wild)["currency_swing"] == round(40_000 * 1.645 * 0.14)


def test_the_home_currency_itself_is_100() -> None:
    assert result(Buyer(fx=((5.0, v1.SAME_CURRENCY, 60.0, math.nan, math.nan),))) == (100.0, 1.0)


def test_currencies_are_weighted_by_what_is_owed() -> None:
    buyer = Buyer(
        fx=((1000.0, v1.SAME_CURRENCY, 60.0, math.nan, math.nan), (3000.0, v1.NO_RATES, 60.0, math.nan, math.nan))
    )
    assert result(buyer) == (55.0, 0.25)
    assert reasons(buyer) == {"fx_rates_missing": 4500}


def test_an_unknown_home_currency_counts_40_at_coverage_0() -> None:
    buyer = Buyer(fx=((1000.0, v1.HOME_UNKNOWN, 60.0, math.nan, math.nan),))
    assert result(buyer) == (40.0, 0.0)
    assert reasons(buyer) == {"home_currency_unknown": 6000}


def test_no_position_counts_40_at_coverage_0() -> None:
    assert result(Buyer()) == (40.0, 0.0)
    assert reasons(Buyer()) == {"fx_no_positions": 6000}


def test_each_currency_is_limited_at_0_before_weighting() -> None:
    crash = Buyer(fx=(rated(terms=365, volatility=0.5, loss=0.6), (1.0, v1.SAME_CURRENCY, 60.0, math.nan, math.nan)))
    assert result(crash)[0] == 50.0
    assert sum(reasons(crash).values()) == 5000


def test_paid_before_shipping_leaves_no_time_to_fall() -> None:
    assert result(Buyer(fx=(rated(terms=-5, volatility=0.3),))) == (100.0, 1.0)


def test_volatility_is_the_sample_deviation_of_250_log_returns_a_year() -> None:
    rates = [1.0]
    for step in range(300):
        rates.append(rates[-1] * math.exp(0.01 if step % 2 else -0.01))
    assert annual_volatility(rates) == pytest.approx(0.01 * math.sqrt(250 / 249) * math.sqrt(252), rel=1e-9)


def test_a_steady_rise_is_no_volatility() -> None:
    assert annual_volatility([1.01**step for step in range(260)]) == pytest.approx(0.0, abs=1e-12)


def test_volatility_looks_at_the_last_250_returns_only() -> None:
    calm = [100.0] * 251
    assert annual_volatility([1.0, 50.0, *calm]) == 0.0
    assert annual_volatility([50.0, *calm[1:]]) > 0.5


def test_fewer_than_60_returns_are_no_history() -> None:
    assert math.isnan(annual_volatility([1.0] * 60))
    assert annual_volatility([1.0] * 61) == 0.0


def test_loss_of_the_home_currency_is_1_less_the_ratio_of_the_rates() -> None:
    assert home_loss(rate_then=91.0, rate_now=100.0) == pytest.approx(0.09)
    assert home_loss(rate_then=100.0, rate_now=80.0) == pytest.approx(-0.25)
