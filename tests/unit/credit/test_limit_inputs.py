"""Inputs of the recommended limit: one buyer's as they are, a group's added up."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.errors import DomainError
from credit.domain.limit_inputs import (
    Assumptions,
    BuyerFacts,
    check_assumptions,
    limit_inputs,
    worst_grade,
    worst_of_two,
)
from credit.domain.recommend import recommend_limit

FIRM = Assumptions(own_appetite=Decimal(60_000), loss_budget=Decimal(3_000), lgd=Decimal("0.6"))
BUYER = BuyerFacts(
    buyer_id=1,
    code="B1",
    grade="B",
    annual_sales=Decimal(1_200_000),
    terms_days=Decimal(60),
    expected_delay_days=Decimal(12),
    net_worth=Decimal(4_000_000),
    insured_limit=Decimal(200_000),
    insured_share=Decimal("0.9"),
    lgd=Decimal("0.6"),
)


def test_one_buyers_inputs_give_the_golden_recommendation() -> None:
    inputs = limit_inputs(buyers=[BUYER], assumptions=replace(FIRM, pd_12m=Decimal("0.025")))
    found = recommend_limit(inputs=inputs)
    assert (found.amount, found.uninsured, found.expected_loss) == (260_000, 80_000, 1_200)


def test_without_a_model_the_grade_gives_the_pd_and_no_grade_the_worst() -> None:
    assert limit_inputs(buyers=[BUYER], assumptions=FIRM).pd == Decimal("0.015")
    assert limit_inputs(buyers=[replace(BUYER, grade=None)], assumptions=FIRM).pd == Decimal("0.30")


def test_a_group_adds_up_and_weighs_days_by_sales_and_cover_by_amount() -> None:
    one = replace(BUYER, annual_sales=Decimal(100), terms_days=Decimal(30), expected_delay_days=Decimal(0))
    two = replace(
        BUYER,
        annual_sales=Decimal(300),
        insured_limit=Decimal(100_000),
        insured_share=Decimal("0.6"),
        grade="C",
    )
    inputs = limit_inputs(buyers=[one, two], assumptions=FIRM)
    assert (inputs.annual_sales, inputs.terms_days, inputs.expected_delay_days) == (400, 53, 9)
    assert (inputs.insured_limit, inputs.insured_share) == (300_000, Decimal("0.8"))
    assert (inputs.net_worth, inputs.grade) == (8_000_000, "C")


def test_means_are_rounded_to_days_tenths_and_four_places() -> None:
    one = replace(BUYER, annual_sales=Decimal(2), expected_delay_days=Decimal(1), insured_share=Decimal(1))
    two = replace(BUYER, annual_sales=Decimal(1), expected_delay_days=Decimal(0), insured_share=Decimal(0))
    inputs = limit_inputs(buyers=[one, replace(two, insured_limit=Decimal(100_000))], assumptions=FIRM)
    assert (inputs.expected_delay_days, inputs.insured_share) == (Decimal("0.7"), Decimal("0.6667"))


def test_where_nothing_has_a_weight_the_largest_counts() -> None:
    one = replace(BUYER, annual_sales=Decimal(0), terms_days=Decimal(30))
    two = replace(BUYER, annual_sales=Decimal(0), terms_days=Decimal(90))
    assert limit_inputs(buyers=[one, two], assumptions=FIRM).terms_days == 90
    tiny = replace(one, annual_sales=Decimal(1))
    assert limit_inputs(buyers=[tiny, two], assumptions=FIRM).terms_days == 30


def test_a_group_with_one_unknown_net_worth_has_none() -> None:
    assert limit_inputs(buyers=[BUYER, replace(BUYER, net_worth=None)], assumptions=FIRM).net_worth is None


def test_lgd_is_the_mean_of_the_buyers_by_sales_unless_the_firm_says_its_own() -> None:
    on_credit = replace(BUYER, annual_sales=Decimal(300))
    secured = replace(BUYER, annual_sales=Decimal(100), lgd=Decimal("0.05"))
    on_record = replace(FIRM, lgd=None)
    assert limit_inputs(buyers=[on_credit, secured], assumptions=on_record).lgd == Decimal("0.4625")
    assert limit_inputs(buyers=[on_credit, secured], assumptions=FIRM).lgd == Decimal("0.6")


def test_a_limit_without_an_end_is_counted_for_a_year() -> None:
    assert limit_inputs(buyers=[BUYER], assumptions=FIRM).days == 365
    assert limit_inputs(buyers=[BUYER], assumptions=FIRM, days=30).days == 30


def test_expected_sales_stand_in_for_those_on_record() -> None:
    assert limit_inputs(buyers=[BUYER], assumptions=replace(FIRM, annual_sales=Decimal(5))).annual_sales == 5


@pytest.mark.parametrize(
    ("grades", "expected"),
    [(["A", "C"], "C"), (["A", None], None), (["E", None], "E"), ([], None), (["B"], "B")],
)
def test_the_worst_grade_of_some(grades: list[str | None], expected: str | None) -> None:
    assert worst_grade(grades) == expected


def test_never_scored_is_the_worse_of_two() -> None:
    assert (worst_of_two("B", None), worst_of_two("B", "C"), worst_of_two("A", "A")) == ("E", "C", "A")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("own_appetite", "-0.01"),
        ("loss_budget", "NaN"),
        ("annual_sales", "1E+16"),
        ("lgd", "1.01"),
        ("lgd", "60"),
        ("pd_12m", "-0.1"),
    ],
)
def test_impossible_assumptions_name_their_field(field: str, value: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_assumptions(assumptions=replace(FIRM, **{field: Decimal(value)}))
    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("own_appetite", "0"), ("loss_budget", "0.5"), ("annual_sales", "9.99E+15"), ("lgd", "0"), ("pd_12m", "1")],
)
def test_assumptions_on_their_bounds_are_taken(field: str, value: str) -> None:
    given = replace(FIRM, **{field: Decimal(value)})
    assert check_assumptions(assumptions=given) is given
