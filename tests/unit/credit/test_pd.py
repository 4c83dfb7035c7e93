"""Probability of default, loss given default, expected loss."""

from decimal import Decimal

import pytest

from core.errors import DomainError
from credit.domain.pd import LGD_BY_TERMS, check_share, expected_loss, mean_lgd, pd_12m, pd_over
from invoices.domain.kinds import Terms


def test_the_handbooks_pd_by_grade() -> None:
    assert [pd_12m(grade=grade) * 100 for grade in "ABCDE"] == [Decimal("0.5"), Decimal("1.5"), 4, 10, 30]


@pytest.mark.parametrize("grade", [None, "", "X"])
def test_who_was_never_scored_counts_as_the_worst(grade: str | None) -> None:
    assert pd_12m(grade=grade) == Decimal("0.30")


def test_a_firm_may_have_a_table_of_its_own() -> None:
    own = {"A": Decimal("0.01"), "E": Decimal("0.5")}
    assert [pd_12m(grade=grade, by_grade=own) for grade in ("A", "C", None)] == [own["A"], own["E"], own["E"]]


def test_the_models_pd_counts_where_one_is_shown() -> None:
    assert pd_12m(grade="E", model_pd=Decimal("0.02")) == Decimal("0.02")
    assert pd_12m(grade="E", model_pd=Decimal(0)) == 0


def test_pd_over_a_year_is_the_12_month_one() -> None:
    assert round(pd_over(pd_12m=Decimal("0.04"), days=365), 12) == Decimal("0.04")


def test_pd_over_a_part_of_the_year() -> None:
    # 1 − 0.96^(73/365) = 1 − 0.96^0.2
    assert round(pd_over(pd_12m=Decimal("0.04"), days=73), 6) == Decimal("0.008131")
    assert pd_over(pd_12m=Decimal("0.04"), days=0) == 0
    assert pd_over(pd_12m=Decimal(1), days=0) == 0
    assert pd_over(pd_12m=Decimal(1), days=1) == 1


def test_lgd_of_open_account_and_its_order_by_risk() -> None:
    assert LGD_BY_TERMS[Terms.OPEN_ACCOUNT] == Decimal("0.60")
    percent = [LGD_BY_TERMS[terms] * 100 for terms in Terms]
    assert percent == [0, 5, 5, 15, 20, 20, 30, 55, 60, 70]


def test_lgd_of_a_mix_is_weighted_by_what_was_sold_on_each_instrument() -> None:
    sales = {Terms.OPEN_ACCOUNT: Decimal(300), Terms.LC_CONFIRMED: Decimal(100)}
    assert mean_lgd(sales=sales) == Decimal("0.4625")
    assert mean_lgd(sales=sales, lgds={**LGD_BY_TERMS, Terms.OPEN_ACCOUNT: Decimal("0.4")}) == Decimal("0.3125")


def test_lgd_without_sales_is_that_of_open_account_and_credits_have_no_weight() -> None:
    assert mean_lgd(sales={}) == Decimal("0.60")
    assert mean_lgd(sales={Terms.DP: Decimal(0), Terms.DA: Decimal(-5)}) == Decimal("0.60")
    assert mean_lgd(sales={Terms.DP: Decimal(1), Terms.DA: Decimal(-5)}) == Decimal("0.30")


def test_the_golden_expected_loss() -> None:
    loss = expected_loss(uninsured_base=Decimal(80_000), pd=Decimal("0.025"), lgd=Decimal("0.6"))
    assert loss == 1_200


@pytest.mark.parametrize("value", ["0", "0.5", "1"])
def test_a_share_within_0_to_1_is_itself(value: str) -> None:
    assert check_share(field="lgd", value=Decimal(value)) == Decimal(value)


@pytest.mark.parametrize("value", ["-0.01", "1.01", "NaN", "Infinity"])
def test_a_share_is_from_0_to_1(value: str) -> None:
    with pytest.raises(DomainError, match="lgd"):
        check_share(field="lgd", value=Decimal(value))
    with pytest.raises(DomainError):
        pd_over(pd_12m=Decimal(value), days=1)
    with pytest.raises(DomainError):
        pd_12m(grade="A", model_pd=Decimal(value))
    with pytest.raises(DomainError, match="pd"):
        expected_loss(uninsured_base=Decimal(1), pd=Decimal(value), lgd=Decimal(1))


def test_days_are_not_negative() -> None:
    with pytest.raises(DomainError, match="days"):
        pd_over(pd_12m=Decimal("0.1"), days=-1)
