"""Signing a request: four eyes, authority, substitutes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.roles import Role
from core.errors import Denied
from credit.domain.authority import Band, default_authority
from credit.domain.signatures import Asking, Person, Progress, Signature, StandIn, check_signature, progress_of

AUTHORITY = default_authority(currency="USD")
TODAY = date(2026, 6, 1)
ASKER, OWNER = 1, 2
MANAGER, MANAGER_2, DIRECTOR, DIRECTOR_2 = (
    Person(11, Role.MANAGER),
    Person(12, Role.MANAGER),
    Person(21, Role.DIRECTOR),
    Person(22, Role.DIRECTOR),
)


def asking(amount: Any = 100_000, **more: Any) -> Asking:
    known: dict[str, Any] = {
        "entered_by": frozenset({ASKER}),
        "owners": frozenset({OWNER}),
        "counted": Decimal(amount),
        "grade": "A",
    }
    return Asking(**{**known, **more})


def sign(person: Person, request: Asking | None = None, *given: Signature, **more: Any) -> Signature:
    return check_signature(
        person=person,
        asking=request or asking(),
        authority=AUTHORITY,
        given=given,
        **{"as_of": TODAY, **more},
    )


def refusal(*args: Any, **more: Any) -> str:
    with pytest.raises(Denied) as denied:
        sign(*args, **more)
    return denied.value.code


def stand_in(principal: Person, deputy: Person, starts: int = 0, ends: int = 0) -> StandIn:
    return StandIn(principal, deputy.user_id, TODAY + timedelta(days=starts), TODAY + timedelta(days=ends))


def progress(request: Asking, *given: Signature) -> Progress:
    return progress_of(asking=request, authority=AUTHORITY, given=given)


def test_a_manager_signs_inside_the_band_and_that_is_enough() -> None:
    signature = sign(MANAGER)
    assert signature == Signature(MANAGER)
    assert progress(asking(), signature) == Progress(1, 1, needs_authority=False, roles=())
    assert progress(asking(), signature).is_complete


def test_above_the_band_a_manager_is_told_who_may() -> None:
    with pytest.raises(Denied, match="finance_director") as denied:
        sign(MANAGER, asking(250_001))
    assert denied.value.code == "authority_exceeded"
    assert sign(DIRECTOR, asking(250_001)) == Signature(DIRECTOR)


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR, "nobody"])
def test_roles_that_do_not_decide_never_sign_not_even_as_substitutes(role: str) -> None:
    person = Person(77, role)
    assert refusal(person) == "role_may_not_decide"
    assert refusal(person, stand_in=stand_in(DIRECTOR, person)) == "role_may_not_decide"


def test_nobody_signs_what_they_entered() -> None:
    assert refusal(Person(ASKER, Role.DIRECTOR)) == "own_request"


def test_nobody_signs_for_whom_entered_it() -> None:
    principal = Person(ASKER, Role.DIRECTOR)
    assert refusal(MANAGER, stand_in=stand_in(principal, MANAGER)) == "own_request"


def test_nobody_decides_on_their_own_buyer_whatever_their_role() -> None:
    assert refusal(Person(OWNER, Role.DIRECTOR)) == "own_buyer"
    assert refusal(MANAGER, stand_in=stand_in(Person(OWNER, Role.DIRECTOR), MANAGER)) == "own_buyer"


@pytest.mark.parametrize(
    ("starts", "ends", "may"), [(0, 0, True), (-5, 0, True), (0, 5, True), (1, 5, False), (-5, -1, False)]
)
def test_a_substitute_decides_from_the_first_to_the_last_day(starts: int, ends: int, may: bool) -> None:
    request, standing = asking(400_000), stand_in(DIRECTOR, MANAGER, starts, ends)
    if may:
        assert sign(MANAGER, request, stand_in=standing) == Signature(MANAGER, DIRECTOR)
    else:
        assert refusal(MANAGER, request, stand_in=standing) == "substitute_not_in_force"


def test_a_substitute_of_another_person_is_none() -> None:
    assert refusal(MANAGER, stand_in=stand_in(DIRECTOR, MANAGER_2)) == "substitute_not_in_force"


def test_a_deputy_uses_the_authority_of_whom_they_stand_in_for() -> None:
    assert refusal(DIRECTOR, asking(400_000), stand_in=stand_in(MANAGER, DIRECTOR)) == "authority_exceeded"
    sales = Person(5, Role.SALES)
    assert refusal(DIRECTOR, asking(), stand_in=stand_in(sales, DIRECTOR)) == "authority_exceeded"


def test_above_the_threshold_two_people_sign_one_with_authority_over_all_of_it() -> None:
    large = asking(600_000)
    assert progress(large) == Progress(2, 0, needs_authority=True, roles=(Role.MANAGER, Role.DIRECTOR))
    first = sign(MANAGER, large)
    assert progress(large, first) == Progress(2, 1, needs_authority=True, roles=(Role.DIRECTOR,))
    assert refusal(MANAGER_2, large, first) == "authority_exceeded"
    second = sign(DIRECTOR, large, first)
    assert progress(large, first, second) == Progress(2, 2, needs_authority=False, roles=())


def test_the_order_of_two_signatures_does_not_matter() -> None:
    large = asking(600_000)
    first = sign(DIRECTOR, large)
    assert progress(large, first) == Progress(2, 1, needs_authority=False, roles=(Role.MANAGER, Role.DIRECTOR))
    assert not progress(large, first).is_complete
    assert sign(MANAGER, large, first) == Signature(MANAGER)


def test_a_co_signature_needs_a_band_of_the_grade() -> None:
    large = asking(600_000, grade="E")
    assert refusal(MANAGER, large, Signature(DIRECTOR)) == "authority_exceeded"
    assert sign(DIRECTOR_2, large, Signature(DIRECTOR)) == Signature(DIRECTOR_2)


def test_nobody_signs_twice_in_any_name() -> None:
    large = asking(600_000)
    assert refusal(DIRECTOR, large, Signature(DIRECTOR)) == "already_signed"
    for_director = stand_in(DIRECTOR, MANAGER)
    assert refusal(MANAGER, large, Signature(DIRECTOR), stand_in=for_director) == "already_signed"
    assert refusal(DIRECTOR, large, Signature(MANAGER, DIRECTOR)) == "already_signed"
    assert refusal(MANAGER, large, Signature(MANAGER, DIRECTOR)) == "already_signed"


def test_two_signatures_without_authority_are_not_enough() -> None:
    forged = progress(asking(600_000), Signature(MANAGER), Signature(MANAGER_2))
    assert (forged.is_complete, forged.needs_authority, forged.roles) == (False, True, (Role.DIRECTOR,))


def test_a_signature_of_somebody_who_lost_the_role_gives_no_authority() -> None:
    careless = replace(AUTHORITY, bands=(*AUTHORITY.bands, Band(Role.SALES, "A", None)))
    forged = progress_of(asking=asking(), authority=careless, given=[Signature(Person(3, Role.SALES))])
    assert not forged.is_complete
    assert Role.SALES not in forged.roles


PEOPLE = st.builds(Person, st.integers(1, 6), st.sampled_from([*Role]))
STAND_INS = st.none() | st.builds(
    StandIn, PEOPLE, st.integers(1, 6), st.just(TODAY - timedelta(days=1)), st.just(TODAY + timedelta(days=1))
)


@given(
    person=PEOPLE,
    standing=STAND_INS,
    amount=st.integers(0, 10**6),
    grade=st.sampled_from([*"ABCDE", None]),
    people=st.lists(PEOPLE, max_size=3),
)
def test_no_way_leads_to_an_own_request_an_own_buyer_or_a_limit_above_authority(
    person: Person, standing: StandIn | None, amount: int, grade: str | None, people: list[Person]
) -> None:
    request = asking(amount, grade=grade)
    given_before = [Signature(p) for p in people]
    try:
        signature = sign(person, request, *given_before, stand_in=standing)
    except Denied:
        return
    assert not signature.people & (request.entered_by | request.owners)
    after = progress(request, *given_before, signature)
    if after.is_complete:
        signed = [s.authority_of.role for s in (*given_before, signature)]
        assert any(AUTHORITY.covers(role=role, grade=grade, amount=request.counted) for role in signed)
