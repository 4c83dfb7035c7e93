"""Buyer credit: the golden of domain.md section 5 and every edge of its inputs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from scoring.domain.v1.buyer_credit import altman_z2, buyer_credit, country_points, financial_points, years_trading
from scoring.domain.v1.card import reasons_of
from tests.unit.scoring.builders import AS_OF, Buyer, day, days, event, facts_of
from tests.unit.scoring.goldens import CREDIT, CREDIT_EVENTS, STATEMENT


def value(buyer: Buyer, as_of: date = AS_OF) -> float:
    return int(buyer_credit(facts_of(buyer, as_of=as_of)).value[0]) / 100


def coverage(buyer: Buyer) -> float:
    return int(buyer_credit(facts_of(buyer)).coverage[0]) / 10_000


def reasons(buyer: Buyer) -> dict[str, int]:
    return dict(reasons_of(buyer_credit(facts_of(buyer)), 0))


def test_golden_weighted_mean_without_events_is_61() -> None:
    assert value(CREDIT) == 61.00


def test_golden_with_an_ended_litigation_and_an_insurers_cut_is_28_50() -> None:
    golden = replace(CREDIT, events=CREDIT_EVENTS)
    assert value(golden) == 28.50
    assert coverage(golden) == 0.90


def test_reasons_of_the_golden_name_each_input_and_add_up() -> None:
    assert reasons(replace(CREDIT, events=CREDIT_EVENTS)) == {
        "insurer_cut": 2500,
        "rating_weak": 1350,
        "country_risk": 750,
        "litigation": 750,
        "tenure_missing": 600,
        "altman_z_weak": 400,
        "liabilities_high": 400,
        "liquidity_low": 400,
    }


def test_a_buyer_without_data_counts_40_at_coverage_0() -> None:
    assert value(Buyer()) == 40.00
    assert coverage(Buyer()) == 0.0
    assert set(reasons(Buyer())) == {"rating_missing", "financials_missing", "country_missing", "tenure_missing"}


@pytest.mark.parametrize(
    ("age", "points", "expected", "covered"),
    [(180, 90, 62.5, 0.45), (181, 90, 40.0, 0.0), (181, 30, 35.5, 0.0), (0, 0, 22.0, 0.45)],
)
def test_a_rating_is_fresh_for_180_days_and_then_counts_at_most_40(
    age: int, points: float, expected: float, covered: float
) -> None:
    buyer = Buyer(rating=(points, AS_OF - timedelta(days=age)))
    assert value(buyer) == expected
    assert coverage(buyer) == covered


@pytest.mark.parametrize(("as_of", "fresh"), [(date(2027, 6, 30), True), (date(2027, 7, 1), False)])
def test_financials_are_fresh_for_18_months_after_the_balance_date(as_of: date, fresh: bool) -> None:
    buyer = Buyer(statement=STATEMENT)
    result = buyer_credit(facts_of(buyer, as_of=as_of))
    assert (int(result.value[0]), int(result.coverage[0])) == ((4600, 3000) if fresh else (4000, 0))


def test_18_months_after_a_long_month_end_with_a_short_month() -> None:
    buyer = Buyer(statement=(date(2024, 8, 31), *STATEMENT[1:]))
    assert buyer_credit(facts_of(buyer, as_of=date(2026, 2, 28))).coverage[0] == 3000
    assert buyer_credit(facts_of(buyer, as_of=date(2026, 3, 1))).coverage[0] == 0


def test_stale_financials_worse_than_40_keep_their_points() -> None:
    ruined = (date(2020, 12, 31), 1000.0, 100.0, 500.0, 950.0, -500.0, -200.0)
    assert value(Buyer(statement=ruined)) == 28.00
    assert reasons(Buyer(statement=ruined))["financials_stale"] == 3000


@pytest.mark.parametrize(("as_of", "fresh"), [(date(2027, 1, 30), True), (date(2027, 1, 31), False)])
def test_a_country_list_is_fresh_for_12_months(as_of: date, fresh: bool) -> None:
    result = buyer_credit(facts_of(Buyer(country=(2, False, date(2026, 1, 30))), as_of=as_of))
    assert (int(result.value[0]), int(result.coverage[0])) == ((4525, 1500) if fresh else (4000, 0))


@pytest.mark.parametrize(
    ("risk_class", "points"), [(0, 90), (1, 85), (2, 75), (3, 65), (4, 50), (5, 35), (6, 20), (7, 5), (None, 40)]
)
def test_oecd_classes_have_their_points(risk_class: int | None, points: float) -> None:
    facts = facts_of(Buyer(country=(risk_class, False, date(2026, 1, 30))))
    assert country_points(facts.standing)[0] == points


def test_high_income_without_a_class_counts_90() -> None:
    facts = facts_of(Buyer(country=(None, True, date(2026, 1, 30))))
    assert country_points(facts.standing)[0] == 90


@pytest.mark.parametrize(
    ("z", "points"), [(-1.0, 0.0), (0.0, 0.0), (0.55, 10.0), (1.1, 20.0), (1.85, 60.0), (2.6, 100.0), (4.0, 100.0)]
)
def test_altman_points_are_linear_between_their_knots(z: float, points: float) -> None:
    # No working capital, equity = liabilities (1.05): the rest of Z″ is EBIT over assets at 6.72.
    statement = (AS_OF, 1000.0, 0.0, 0.0, 500.0, 0.0, (z - 1.05) / 6.72 * 1000.0)
    assert financial_points(facts_of(Buyer(statement=statement)).statements)[0][0] == pytest.approx(points)


@pytest.mark.parametrize(("liabilities", "points"), [(300, 100), (400, 100), (525, 75), (650, 50), (900, 0), (1200, 0)])
def test_leverage_points_run_from_100_at_0_4_to_0_at_0_9(liabilities: float, points: float) -> None:
    statement = (AS_OF, 1000.0, 500.0, 250.0, float(liabilities), 0.0, 0.0)
    assert financial_points(facts_of(Buyer(statement=statement)).statements)[1][0] == pytest.approx(points)


@pytest.mark.parametrize(("current", "points"), [(70, 0), (80, 0), (140, 50), (200, 100), (300, 100)])
def test_liquidity_points_run_from_0_at_0_8_to_100_at_2(current: float, points: float) -> None:
    statement = (AS_OF, 1000.0, float(current), 100.0, 500.0, 0.0, 0.0)
    assert financial_points(facts_of(Buyer(statement=statement)).statements)[2][0] == pytest.approx(points)


def test_altman_z2_has_its_published_coefficients_and_no_constant() -> None:
    statement = (AS_OF, 1000.0, 500.0, 250.0, 500.0, 200.0, 100.0)
    assert altman_z2(facts_of(Buyer(statement=statement)).statements)[0] == pytest.approx(4.014, abs=1e-12)


def test_stale_financials_between_0_and_40_keep_their_mean() -> None:
    # Z″ far below 0 → 0, liabilities/assets 0.72 → 36, current ratio 1.28 → 40: mean 76/3
    weak = (date(2020, 12, 31), 1000.0, 320.0, 250.0, 720.0, -2000.0, -500.0)
    assert reasons(Buyer(statement=weak))["financials_stale"] == round(3000 - 30 * 76 / 3)


def test_a_firm_without_current_business_has_nothing_to_pay_now() -> None:
    statement = (AS_OF, 1000.0, 0.0, 0.0, 500.0, 0.0, 0.0)
    assert financial_points(facts_of(Buyer(statement=statement)).statements)[2][0] == 100.0


def test_a_firm_that_owes_nothing_has_full_ratios() -> None:
    statement = (AS_OF, 1000.0, 500.0, 0.0, 0.0, 0.0, 0.0)
    assert [p[0] for p in financial_points(facts_of(Buyer(statement=statement)).statements)] == [100.0] * 3


@pytest.mark.parametrize(
    ("founded", "expected"),
    [(AS_OF, 39.0), (date(2021, 6, 30), 42.5), (date(2016, 6, 30), 46.0), (date(1990, 1, 1), 46.0)],
)
def test_years_trading_run_from_30_points_at_0_to_100_at_10_years(founded: date, expected: float) -> None:
    assert value(Buyer(founded_on=founded)) == expected


def test_years_trading_count_whole_years_and_the_share_of_the_running_one() -> None:
    founded = days([date(2016, 11, 21), date(2016, 2, 29), date(2016, 2, 10), date(2027, 1, 1), None])
    years = years_trading(founded, day(date(2021, 2, 28)))
    assert years[0] == pytest.approx(4 + 99 / 365)
    assert years[1] == 5.0
    assert years[2] == pytest.approx(5 + 18 / 365)
    assert np.isnan(years[3:]).all()
    the_day_before = years_trading(days([date(2016, 2, 28)]), day(date(2021, 2, 27)))
    assert the_day_before[0] == pytest.approx(4 + 365 / 366)


@pytest.mark.parametrize(
    ("kind", "penalty"),
    [
        ("litigation", 1500),
        ("key_manager_left", 1000),
        ("insurer_cut", 2500),
        ("bank_line_cut", 1500),
        ("related_party_default", 3000),
    ],
)
def test_an_event_in_force_takes_its_penalty_and_halves_every_180_days_after_it_ended(kind: str, penalty: int) -> None:
    assert reasons(replace(CREDIT, events=(event(kind),)))[kind] == penalty
    for age, share in ((0, 1.0), (180, 0.5), (360, 0.25)):
        ended = event(kind, in_force=False, since_start=999, since_end=age)
        assert reasons(replace(CREDIT, events=(ended,)))[kind] == penalty * share


def test_penalties_together_are_limited_to_60() -> None:
    strong = replace(CREDIT, rating=(100, AS_OF), country=(0, True, AS_OF), founded_on=date(1990, 1, 1))
    events = tuple(event(k) for k in ("litigation", "insurer_cut", "bank_line_cut", "related_party_default"))
    assert value(strong) - value(replace(strong, events=events)) == pytest.approx(60.0)
    assert reasons(replace(strong, events=events))["event_limit"] == -2500


def test_two_lawsuits_weigh_twice() -> None:
    assert reasons(replace(CREDIT, events=(event("litigation"),) * 2))["litigation"] == 3000


def test_a_siblings_default_that_is_recorded_and_derived_counts_once() -> None:
    both = (event("related_party_default"), event("related_party_default", is_derived=True))
    assert reasons(replace(CREDIT, events=both))["related_party_default"] == 3000


def test_insolvency_in_force_gives_0_and_its_reason_takes_what_was_left() -> None:
    buyer = replace(CREDIT, events=(event("insolvency"), event("litigation")))
    assert value(buyer) == 0.0
    assert reasons(buyer)["insolvency"] == 4600


def test_insolvency_takes_nothing_where_nothing_is_left() -> None:
    ruined = Buyer(rating=(0, AS_OF), events=(event("related_party_default"),) * 2 + (event("insolvency"),))
    assert value(ruined) == 0.0
    assert "insolvency" not in reasons(ruined)


def test_insolvency_that_ended_no_longer_gives_0() -> None:
    assert value(replace(CREDIT, events=(event("insolvency", in_force=False, since_end=1),))) == 61.00


def test_a_value_below_0_is_limited_with_a_reason_that_gives_points_back() -> None:
    weak = Buyer(rating=(0, AS_OF), events=(event("related_party_default"),) * 2)
    assert value(weak) == 0.0
    assert reasons(weak)["limited_at_zero"] == -3800
    assert sum(reasons(weak).values()) == 10_000


def test_events_of_compliance_do_not_count_here() -> None:
    assert value(replace(CREDIT, events=(event("violation"),))) == 61.00
