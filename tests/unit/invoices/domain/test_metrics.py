"""Golden numbers of domain.md section 3."""

from decimal import Decimal as D

import pytest

from invoices.domain.metrics import (
    MonthSales,
    PaidItem,
    average_days_delinquent,
    cash_conversion_cycle,
    collection_effectiveness,
    concentration_hhi,
    dso_best_possible,
    dso_count_back,
    dso_simple,
    effective_number,
    round_metric,
    weighted_days_beyond_terms,
)

QUARTER = [MonthSales(D(400_000), 30), MonthSales(D(450_000), 31), MonthSales(D(500_000), 30)]


def test_simple_dso_is_60_67() -> None:
    assert round_metric(dso_simple(receivables=D(900), credit_sales=D(1350), days=91)) == D("60.67")


def test_count_back_dso_is_57_56() -> None:
    assert round_metric(dso_count_back(receivables=D(900_000), months=QUARTER)) == D("57.56")


def test_best_possible_dso_is_41_79_and_the_delinquent_rest_18_87() -> None:
    dso = dso_simple(receivables=D(900), credit_sales=D(1350), days=91)
    best = dso_best_possible(not_due=D(620), credit_sales=D(1350), days=91)
    assert round_metric(best) == D("41.79")
    assert round_metric(average_days_delinquent(dso=dso, best_possible=best)) == D("18.87")


def test_collection_effectiveness_of_june_alone_is_61_64() -> None:
    cei = collection_effectiveness(
        opening=D(850), credit_sales=D(500), months=1, closing=D(900), closing_not_due=D(620)
    )
    assert round_metric(cei) == D("61.64")


def test_collection_effectiveness_takes_a_month_of_the_period_s_sales() -> None:
    one = collection_effectiveness(
        opening=D(850), credit_sales=D(500), months=1, closing=D(900), closing_not_due=D(620)
    )
    three = collection_effectiveness(
        opening=D(850), credit_sales=D(1500), months=3, closing=D(900), closing_not_due=D(620)
    )
    assert one == three


def test_weighted_days_beyond_terms_are_17_7() -> None:
    items = [PaidItem(D(20_000), -3), PaidItem(D(50_000), 12), PaidItem(D(30_000), 41)]
    assert weighted_days_beyond_terms(items=items) == D("17.7")


def test_concentration_is_2650_with_an_effective_number_of_3_77() -> None:
    hhi = concentration_hhi(amounts=[D(40), D(25), D(15), D(10), D(10)])
    assert hhi == 2650
    assert round_metric(effective_number(hhi=hhi)) == D("3.77")


def test_cash_conversion_cycle_is_73_67() -> None:
    assert cash_conversion_cycle(dio=D(55), dso=D("60.67"), dpo=D(42)) == D("73.67")


def test_a_period_without_sales_has_no_dso() -> None:
    assert dso_simple(receivables=D(900), credit_sales=D(0), days=91) is None
    assert dso_count_back(receivables=D(900), months=[MonthSales(D(0), 30)]) is None
    assert average_days_delinquent(dso=None, best_possible=D(1)) is None
    assert cash_conversion_cycle(dio=D(55), dso=None, dpo=D(42)) is None


def test_nothing_owed_and_nothing_sold_is_no_figure_either() -> None:
    assert dso_count_back(receivables=D(0), months=[MonthSales(D(0), 30)]) is None
    assert weighted_days_beyond_terms(items=[]) is None


def test_count_back_ends_where_nothing_is_left() -> None:
    assert dso_count_back(receivables=D(500), months=[MonthSales(D(0), 31), MonthSales(D(500), 30)]) == 30


def test_count_back_says_nothing_beyond_the_months_it_was_given() -> None:
    assert dso_count_back(receivables=D(2_000_000), months=QUARTER) is None


@pytest.mark.parametrize(("receivables", "days"), [(D(0), D(0)), (D(500_000), D(30)), (D(1_350_000), D(91))])
def test_count_back_takes_whole_months(receivables: D, days: D) -> None:
    assert dso_count_back(receivables=receivables, months=QUARTER) == days


def test_nothing_collectable_has_no_effectiveness() -> None:
    nothing = collection_effectiveness(
        opening=D(100), credit_sales=D(0), months=1, closing=D(100), closing_not_due=D(100)
    )
    assert nothing is None


def test_concentration_of_one_buyer_is_10000_and_of_none_unknown() -> None:
    assert concentration_hhi(amounts=[D(5), D(-3), D(0)]) == 10_000
    assert concentration_hhi(amounts=[]) is None
    assert effective_number(hhi=None) is None
