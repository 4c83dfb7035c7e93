"""The recommended limit: four methods, the binding one, what stays uninsured."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError
from credit.domain.recommend import LimitInputs, Method, Recommendation, recommend_limit, uninsured_part

GOLDEN = LimitInputs(
    annual_sales=Decimal(1_200_000),
    terms_days=60,
    expected_delay_days=Decimal(12),
    net_worth=Decimal(4_000_000),
    grade="B",
    insured_limit=Decimal(200_000),
    insured_share=Decimal("0.9"),
    own_appetite=Decimal(60_000),
    loss_budget=Decimal(3_000),
    pd=Decimal("0.025"),
    lgd=Decimal("0.6"),
)


def recommend(**changes: Any) -> Recommendation:
    return recommend_limit(inputs=replace(GOLDEN, **changes))


def amounts(**changes: Any) -> dict[Method, Decimal | None]:
    return {method.method: method.amount for method in recommend(**changes).methods}


def test_the_golden_recommendation() -> None:
    golden = recommend()
    assert [(m.method.value, m.amount) for m in golden.methods] == [
        ("need", 284_055),
        ("capacity", 320_000),
        ("appetite", 260_000),
        ("loss_budget", 380_000),
    ]
    assert (golden.amount, golden.binding) == (260_000, Method.APPETITE)
    assert (golden.uninsured, golden.expected_loss) == (80_000, 1_200)


def test_a_shorter_limit_lets_expect_less_and_recommends_the_same() -> None:
    short = recommend(days=73)
    assert (short.amount, short.days) == (260_000, 73)
    # 80,000 × (1 − 0.975^(73/365)) × 60 %
    assert short.expected_loss == Decimal("242.44")


def test_what_went_in_is_shown_with_each_method() -> None:
    need, capacity, appetite, budget = recommend().methods
    assert dict(need.inputs) == {
        "annual_sales": 1_200_000,
        "terms_days": 60,
        "expected_delay_days": 12,
        "need_factor": Decimal("1.2"),
    }
    assert capacity.inputs["score_factor"] == Decimal("0.8")
    assert dict(appetite.inputs) == {"insured_limit": 200_000, "own_appetite": 60_000}
    assert budget.inputs["U"] == 200_000
    assert all(method.formula for method in recommend().methods)


@pytest.mark.parametrize(
    ("changes", "binding", "amount"),
    [
        ({"annual_sales": Decimal(500_000)}, Method.NEED, 118_356),
        ({"net_worth": Decimal(1_000_000)}, Method.CAPACITY, 80_000),
        ({"loss_budget": Decimal(300)}, Method.LOSS_BUDGET, 200_000),
    ],
)
def test_each_method_may_bind(changes: dict[str, Any], binding: Method, amount: int) -> None:
    found = recommend(**changes)
    assert (found.binding, found.amount) == (binding, amount)


@pytest.mark.parametrize(
    ("grade", "capacity"), [("A", 400_000), ("B", 320_000), ("C", 200_000), ("D", 80_000), ("E", 0), (None, 0)]
)
def test_capacity_falls_with_the_grade_and_is_0_for_e_and_never_scored(grade: str | None, capacity: int) -> None:
    assert amounts(grade=grade)[Method.CAPACITY] == capacity


def test_a_factor_of_ones_own_counts_before_the_grades() -> None:
    assert amounts(score_factor=Decimal("0.25"))[Method.CAPACITY] == 100_000


def test_the_least_net_worth_is_one() -> None:
    assert recommend(net_worth=Decimal(1)).methods[1].note == ""


@pytest.mark.parametrize("net_worth", [Decimal(0), Decimal(-1)])
def test_no_net_worth_no_capacity(net_worth: Decimal) -> None:
    found = recommend(net_worth=net_worth)
    assert (found.amount, found.binding) == (0, Method.CAPACITY)
    assert found.methods[1].note == "net_worth_not_positive"


def test_unknown_net_worth_is_capped_at_insurer_and_own_appetite() -> None:
    found = recommend(net_worth=None, annual_sales=Decimal(9_000_000))
    assert found.amount == 260_000
    assert (found.methods[1].amount, found.methods[1].note) == (260_000, "net_worth_unknown")


@pytest.mark.parametrize(
    ("budget", "limit"),
    [(300, 200_000), (Decimal("299.999"), 199_999), (301, 200_067), (150, 100_000), (0, 0)],
)
def test_a_budget_below_the_open_share_of_the_insured_limit_buys_less(budget: Any, limit: int) -> None:
    assert amounts(loss_budget=Decimal(budget))[Method.LOSS_BUDGET] == limit


@pytest.mark.parametrize("budget", [100, 300, 3_000, 9_000])
def test_the_limit_of_the_budget_leaves_the_budget_uninsured(budget: int) -> None:
    limit = amounts(loss_budget=Decimal(budget))[Method.LOSS_BUDGET]
    assert limit is not None
    left = uninsured_part(limit=limit, insured_limit=Decimal(200_000), insured_share=Decimal("0.9"))
    assert abs(left - Decimal(budget) / Decimal("0.015")) <= 1


def test_all_insured_leaves_the_whole_budget_beyond_the_insured_limit() -> None:
    assert amounts(insured_share=Decimal(1))[Method.LOSS_BUDGET] == 400_000
    assert amounts(insured_share=Decimal(1), loss_budget=Decimal(0))[Method.LOSS_BUDGET] == 200_000


def test_without_insurance_the_budget_is_the_limit() -> None:
    assert amounts(insured_limit=Decimal(0))[Method.LOSS_BUDGET] == 200_000


def test_where_no_loss_is_expected_the_budget_sets_no_bound() -> None:
    found = recommend(pd=Decimal(0))
    assert (found.methods[3].amount, found.methods[3].note, found.expected_loss) == (None, "no_loss_expected", 0)
    assert found.amount == 260_000


def test_early_payers_never_need_less_than_nothing() -> None:
    assert amounts(expected_delay_days=Decimal(-90))[Method.NEED] == 0


def test_a_limit_below_the_insured_one_is_uninsured_by_its_share() -> None:
    assert uninsured_part(limit=Decimal(100), insured_limit=Decimal(200), insured_share=Decimal("0.9")) == 10


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("annual_sales", Decimal(-1)),
        ("insured_limit", Decimal(-1)),
        ("own_appetite", Decimal("NaN")),
        ("loss_budget", Decimal(-1)),
        ("need_factor", Decimal(-1)),
        ("terms_days", -1),
        ("insured_share", Decimal(90)),
        ("pd", Decimal("1.01")),
        ("lgd", Decimal(-1)),
        ("capacity_share", Decimal(10)),
    ],
)
def test_inputs_that_make_no_sense_are_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(DomainError) as refused:
        replace(GOLDEN, **{field: value})
    assert refused.value.params["field"] == field
