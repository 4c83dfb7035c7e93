"""Delegation of authority: bands, what counts, what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.domain.roles import Role
from core.errors import DomainError
from credit.domain.authority import (
    Band,
    EarlierRequest,
    check_authority,
    counted_uninsured,
    default_authority,
)

AUTHORITY = default_authority(currency="USD")
TODAY = date(2026, 6, 1)


def covers(role: str, grade: str | None, amount: Any) -> bool:
    return AUTHORITY.covers(role=role, grade=grade, amount=Decimal(amount))


def test_the_default_delegation_is_within_its_own_rules() -> None:
    assert check_authority(authority=AUTHORITY) == AUTHORITY
    assert AUTHORITY.version == 0


@pytest.mark.parametrize(("grade", "up_to"), [("A", 250_000), ("B", 250_000), ("C", 100_000), ("D", 25_000)])
def test_a_manager_decides_up_to_the_band_of_the_grade(grade: str, up_to: int) -> None:
    assert covers(Role.MANAGER, grade, up_to)
    assert not covers(Role.MANAGER, grade, up_to + Decimal("0.01"))


@pytest.mark.parametrize("grade", ["E", None])
def test_only_a_director_decides_on_grade_e_and_on_who_was_never_scored(grade: str | None) -> None:
    assert not covers(Role.MANAGER, grade, 1)
    assert not AUTHORITY.may_cosign(role=Role.MANAGER, grade=grade)
    assert covers(Role.DIRECTOR, grade, 10**9)
    assert AUTHORITY.may_cosign(role=Role.DIRECTOR, grade=grade)


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR, "nobody"])
def test_nobody_else_decides(role: str) -> None:
    assert not any(covers(role, grade, 0) for grade in "ABCDE")
    assert not any(AUTHORITY.may_cosign(role=role, grade=grade) for grade in "ABCDE")


def test_above_the_threshold_two_people_sign() -> None:
    assert AUTHORITY.signatures(amount=Decimal(500_000)) == 1
    assert AUTHORITY.signatures(amount=Decimal("500000.01")) == 2


DIRECTOR = Band(Role.DIRECTOR, "ABCDE", None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXZ"}, "currency"),
        ({"cosign_above": Decimal(-1)}, "cosign_above"),
        ({"cosign_above": Decimal("NaN")}, "cosign_above"),
        ({"bands": ()}, "bands"),
        ({"bands": (Band(Role.DIRECTOR, "ABCD", None),)}, "bands"),
        ({"bands": (Band(Role.DIRECTOR, "ABCDE", Decimal(10**9)),)}, "bands"),
        ({"bands": (DIRECTOR, Band(Role.SALES, "A", Decimal(1)))}, "bands[1].role"),
        ({"bands": (DIRECTOR, Band(Role.ANALYST, "A", Decimal(1)))}, "bands[1].role"),
        ({"bands": (DIRECTOR, Band("king", "A", Decimal(1)))}, "bands[1].role"),
        ({"bands": (Band(Role.DIRECTOR, "", None),)}, "bands[0].grades"),
        ({"bands": (Band(Role.DIRECTOR, "AF", None),)}, "bands[0].grades"),
        ({"bands": (DIRECTOR, Band(Role.MANAGER, "A", Decimal(-1)))}, "bands[1].up_to"),
        ({"bands": (DIRECTOR, Band(Role.MANAGER, "A", Decimal("Infinity")))}, "bands[1].up_to"),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_authority(authority=replace(AUTHORITY, **changes))
    assert refused.value.params["field"] == field


def test_a_band_of_nothing_and_a_threshold_of_nothing_are_allowed() -> None:
    strict = replace(AUTHORITY, bands=(DIRECTOR, Band(Role.MANAGER, "A", Decimal(0))), cosign_above=Decimal(0))
    assert check_authority(authority=strict) == strict
    assert strict.signatures(amount=Decimal(1)) == 2


def counted(amount: int, *earlier: tuple[int, int], group: int = 0) -> Decimal:
    requests = [EarlierRequest(Decimal(a), TODAY - timedelta(days=days)) for a, days in earlier]
    return counted_uninsured(
        uninsured_base=Decimal(amount), as_of=TODAY, earlier=requests, group_others_base=Decimal(group)
    )


def test_a_request_alone_counts_with_its_uninsured_part() -> None:
    assert counted(150) == 150


@pytest.mark.parametrize(("days", "total"), [(0, 250), (89, 250), (90, 250), (91, 150), (-1, 150)])
def test_requests_of_90_days_are_added_up(days: int, total: int) -> None:
    assert counted(150, (100, days)) == total


def test_the_groups_other_limits_count() -> None:
    assert counted(150, (120, 40), group=60) == 330


def test_a_cut_takes_nothing_off_what_others_ask() -> None:
    assert counted(-50, (-20, 3), group=-10) == 0
    assert counted(-50, (100, 3)) == 100
