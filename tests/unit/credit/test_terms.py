"""Default terms by grade."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.errors import DomainError
from credit.domain.terms import DEFAULT_TERMS, GRADES, check_terms


def test_the_handbooks_terms() -> None:
    assert {grade: terms.code for grade, terms in DEFAULT_TERMS.items()} == {
        "A": "open_account/90/0",
        "B": "open_account_secured/60/20",
        "C": "balance_secured/0/30",
        "D": "prepaid/0/0",
        "E": "no_business/0/0",
    }


@pytest.mark.parametrize("grade", GRADES)
def test_the_handbooks_terms_are_within_their_own_bounds(grade: str) -> None:
    assert check_terms(DEFAULT_TERMS[grade]).grade == grade


@pytest.mark.parametrize(
    ("field", "value"),
    [("grade", "F"), ("max_days", -1), ("max_days", 366), ("deposit_percent", Decimal(101))],
)
def test_terms_that_make_no_sense_are_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(DomainError) as refused:
        check_terms(replace(DEFAULT_TERMS["A"], **{field: value}))
    assert refused.value.params["field"] == field


@pytest.mark.parametrize(("field", "value"), [("max_days", 0), ("max_days", 365), ("deposit_percent", Decimal(100))])
def test_the_ends_of_what_makes_sense_are_inside(field: str, value: object) -> None:
    terms = replace(DEFAULT_TERMS["A"], **{field: value})  # type: ignore[arg-type]
    assert check_terms(terms) is terms


def test_the_handbooks_terms_are_version_0() -> None:
    assert {terms.version for terms in DEFAULT_TERMS.values()} == {0}
