"""When an account is looked at again."""

from decimal import Decimal

import pytest

from credit.domain.reviews import ReviewPolicy, review_interval_days


@pytest.mark.parametrize(
    ("grade", "exposure", "days"),
    [
        ("A", 0, 91),
        ("B", 499_999, 91),
        ("B", 500_000, 45),
        ("C", 0, 60),
        ("C", 500_000, 45),
        ("D", 0, 30),
        ("D", 900_000, 30),
        ("E", 0, 30),
        (None, 0, 30),
    ],
)
def test_quarterly_and_sooner_by_grade_and_exposure(grade: str | None, exposure: int, days: int) -> None:
    assert review_interval_days(grade=grade, exposure_base=Decimal(exposure)) == days


def test_a_policy_of_ones_own_may_only_be_tighter_than_its_default() -> None:
    policy = ReviewPolicy(default_days=20, days_by_grade={"C": 60}, large_days=45)
    assert review_interval_days(grade="C", exposure_base=Decimal(10**9), policy=policy) == 20
