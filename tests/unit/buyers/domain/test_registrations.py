"""Registration numbers are checked by their own check digits."""

import pytest

from buyers.domain.ownership import list_circles
from buyers.domain.registrations import KINDS, check_number
from core.errors import DomainError


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_example_of_each_kind_is_right(kind: str) -> None:
    assert check_number(kind=kind, number=KINDS[kind].example)


def test_spaces_and_case_do_not_matter() -> None:
    assert check_number(kind="vat", number="de 136 695 976") == "DE136695976"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("uscc", "91110000600037341M"),
        ("vat", "DE136695977"),
        ("lei", "213800KUD8LAJWSQ9D16"),
        ("ein", "123"),
        ("vat", ""),
    ],
)
def test_a_wrong_number_is_named_beside_a_right_one(kind: str, number: str) -> None:
    with pytest.raises(DomainError, match="a right one looks like") as refused:
        check_number(kind=kind, number=number)
    assert (refused.value.code, refused.value.params["value"]) == ("registration_invalid", number)


def test_tax_numbers_are_checked_by_their_country() -> None:
    assert check_number(kind="tax", number="136695976", country="DE") == "136695976"
    with pytest.raises(DomainError) as wrong:
        check_number(kind="tax", number="1", country="DE")
    assert wrong.value.code == "registration_invalid"


@pytest.mark.parametrize(("kind", "country"), [("passport", "DE"), ("tax", ""), ("tax", "ZZ")])
def test_a_kind_that_nobody_can_check_is_refused(kind: str, country: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_number(kind=kind, number="1", country=country)
    assert refused.value.code == "registration_kind_unknown"


def test_ownership_makes_no_circle() -> None:
    links = [(2, 1), (3, 2), (5, 4)]
    assert list_circles(links=[*links, (1, 3)]) == [{1, 2, 3}]
    assert not list_circles(links=[*links, (4, 3)])
    assert not list_circles(links=links)
