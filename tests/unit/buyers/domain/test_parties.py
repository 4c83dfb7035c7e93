"""Who a document means: numbers decide, the same name may, likeness never."""

from __future__ import annotations

import pytest

from buyers.domain.parties import (
    Candidate,
    MatchReason,
    Party,
    best_of,
    decide,
    normal_id,
    numbers_of,
    party_keys,
)


def candidate(buyer_id: int, reason: str, score: int = 100, *, contradicts: bool = False) -> Candidate:
    return Candidate(
        buyer_id=buyer_id,
        code=f"B{buyer_id}",
        name="x",
        score=score,
        reason=MatchReason(reason),
        contradicts=contradicts,
    )


def decided(*candidates: Candidate) -> int | None:
    found = decide(candidates)
    return found.buyer_id if found else None


def test_numbers_are_compared_by_letters_and_digits() -> None:
    assert normal_id("DE 136.695-976") == normal_id("de136695976") == "DE136695976"


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ((), None),
        ((candidate(1, "vat"),), 1),
        ((candidate(1, "vat"), candidate(1, "code", 10)), 1),
        ((candidate(1, "vat"), candidate(2, "registration")), None),
        ((candidate(1, "remembered"), candidate(2, "similar", 99)), 1),
        ((candidate(1, "code", 60),), 1),
        ((candidate(1, "code", 59),), None),
        ((candidate(1, "name"),), 1),
        ((candidate(1, "name"), candidate(2, "name")), None),
        ((candidate(1, "name", contradicts=True),), None),
        ((candidate(1, "similar", 99),), None),
    ],
)
def test_who_it_certainly_is(candidates: tuple[Candidate, ...], expected: int | None) -> None:
    assert decided(*candidates) == expected


def test_each_buyer_is_shown_once_by_its_strongest_reason() -> None:
    found = best_of([candidate(1, "similar", 80), candidate(2, "code", 50), candidate(1, "vat")], limit=5)
    assert [(one.buyer_id, one.reason) for one in found] == [(1, "vat"), (2, "code")]


def test_a_party_is_remembered_by_its_numbers_else_by_its_name() -> None:
    party = Party(name="Buyer SA", vat_id="FR 40303265045", country="FR", identifiers=(("0088", "4304171000002"),))
    assert party_keys(party) == ("vat:FR40303265045", "0088:4304171000002")
    assert party_keys(Party(name="Buyer, SA", country="FR")) == ("name:buyer sa:FR",)
    assert max(map(len, party_keys(Party(name="x" * 500)))) == 120


def test_short_or_wordy_numbers_name_nobody() -> None:
    assert numbers_of(Party(name="x", vat_id="XX", registration="UNKNOWN", tax_number="1234")) == ()
