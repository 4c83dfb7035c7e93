"""Compliance: the golden of domain.md section 5 and every penalty at its edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scoring.domain.v1 import facts as v1
from scoring.domain.v1.card import reasons_of
from scoring.domain.v1.compliance import compliance
from tests.unit.scoring.builders import AS_OF, Buyer, event, facts_of
from tests.unit.scoring.goldens import COMPLIANT

YESTERDAY = AS_OF - timedelta(days=1)
CLEAN = replace(COMPLIANT, screening=(v1.CLEAR, AS_OF), certificates=((True, True, None),))


def value(buyer: Buyer) -> float:
    return int(compliance(facts_of(buyer)).value[0]) / 100


def coverage(buyer: Buyer) -> float:
    return int(compliance(facts_of(buyer)).coverage[0]) / 10_000


def reasons(buyer: Buyer) -> dict[str, int]:
    return dict(reasons_of(compliance(facts_of(buyer)), 0))


def test_golden_old_screening_and_an_expired_certificate_is_75() -> None:
    assert value(COMPLIANT) == 75.00
    assert coverage(COMPLIANT) == 1.0
    assert reasons(COMPLIANT) == {"certificate_expired": 1500, "screening_old": 1000}


def test_a_clean_record_is_100() -> None:
    assert (value(CLEAN), coverage(CLEAN)) == (100.0, 1.0)
    assert reasons(CLEAN) == {}


def test_nothing_on_record_is_20_at_coverage_0() -> None:
    assert (value(Buyer()), coverage(Buyer())) == (20.0, 0.0)
    assert reasons(Buyer()) == {"kyc_missing": 4000, "never_screened": 3000, "contract_missing": 1000}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kyc": (v1.UNKNOWN, None)}, {"kyc_missing": 4000}),
        ({"kyc": (v1.INCOMPLETE, None)}, {"kyc_incomplete": 4000}),
        ({"kyc": (v1.INCOMPLETE, YESTERDAY)}, {"kyc_incomplete": 4000}),
        ({"kyc": (v1.COMPLETE, YESTERDAY)}, {"kyc_expired": 2500}),
        ({"kyc": (v1.COMPLETE, AS_OF)}, {}),
        ({"kyc": (v1.COMPLETE, None)}, {}),
        ({"screening": (v1.UNKNOWN, None)}, {"never_screened": 3000}),
        ({"screening": (v1.CLEAR, AS_OF - timedelta(days=30))}, {}),
        ({"screening": (v1.CLEAR, AS_OF - timedelta(days=31))}, {"screening_old": 1000}),
        ({"screening": (v1.POTENTIAL, AS_OF)}, {"sanctions_potential": 5000}),
        ({"screening": (v1.CONFIRMED, AS_OF)}, {"sanctions_hit": 10000}),
        ({"contract": (v1.UNKNOWN, None)}, {"contract_missing": 1000}),
        ({"contract": (0, None)}, {"contract_missing": 1000}),
        ({"contract": (1, YESTERDAY)}, {"contract_missing": 1000}),
        ({"contract": (1, AS_OF)}, {}),
        ({"certificates": ((True, False, None), (True, False, None))}, {"certificate_missing": 3000}),
        ({"certificates": ((False, False, None), (False, True, YESTERDAY))}, {}),
        ({"certificates": ((True, True, AS_OF),)}, {}),
        ({"certificates": ((True, True, YESTERDAY),)}, {"certificate_expired": 1500}),
        ({"events": (event("violation", since_start=0),)}, {"violations": 2000}),
        ({"events": (event("violation", since_start=365),) * 2}, {"violations": 2000}),
        ({"events": (event("violation", since_start=730),)}, {"violations": 500}),
        ({"events": (event("litigation"),)}, {}),
    ],
)
def test_each_gap_takes_its_points(change: dict[str, Any], expected: dict[str, int]) -> None:
    buyer = replace(CLEAN, **change)
    assert reasons(buyer) == expected
    assert value(buyer) == (10_000 - sum(expected.values())) / 100


def test_a_confirmed_hit_takes_what_the_other_reasons_left() -> None:
    buyer = replace(CLEAN, screening=(v1.CONFIRMED, AS_OF - timedelta(days=40)), kyc=(v1.UNKNOWN, None))
    assert reasons(buyer) == {"sanctions_hit": 5000, "kyc_missing": 4000, "screening_old": 1000}


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ({"kyc": (v1.UNKNOWN, None)}, 0.75),
        ({"screening": (v1.UNKNOWN, None)}, 0.75),
        ({"certificates": ()}, 0.75),
        ({"contract": (v1.UNKNOWN, None)}, 0.75),
        ({"contract": (0, None)}, 1.0),
        ({"kyc": (v1.INCOMPLETE, None)}, 1.0),
    ],
)
def test_coverage_is_the_share_of_the_four_records(change: dict[str, Any], covered: float) -> None:
    assert coverage(replace(CLEAN, **change)) == covered


def test_a_confirmed_hit_takes_nothing_where_nothing_is_left() -> None:
    hit = replace(CLEAN, screening=(v1.CONFIRMED, AS_OF), certificates=((True, False, None),) * 7)
    assert reasons(hit) == {"certificate_missing": 10_500, "limited_at_zero": -500}


def test_more_gaps_than_points_are_limited_at_0() -> None:
    buyer = replace(CLEAN, screening=(v1.POTENTIAL, AS_OF), certificates=((True, False, None),) * 5)
    assert value(buyer) == 0.0
    assert reasons(buyer)["limited_at_zero"] == -2500
