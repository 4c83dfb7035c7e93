"""The card as a whole: weighted sum, grades, caps, reasons that add up, one implementation for one and for many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from core.errors import DomainError
from scoring.domain.v1 import facts as v1
from scoring.domain.v1.caps import CAPS, GRADES, grade_of
from scoring.domain.v1.card import Card, score_card
from scoring.domain.v1.points import dimension, to_hundredths, to_ten_thousandths
from scoring.domain.weights import DEFAULT_WEIGHTS, DIMENSIONS, Weights
from tests.unit.scoring.builders import AS_OF, Buyer, event, facts_of, received
from tests.unit.scoring.goldens import GOLDEN


def card(*buyers: Buyer) -> Card:
    return score_card(facts_of(*buyers), DEFAULT_WEIGHTS)


def grade(buyer: Buyer) -> str:
    return GRADES[card(buyer).grades.after[0]]


def caps(buyer: Buyer) -> list[str]:
    return [code for code, held in zip(CAPS, card(buyer).grades.held[0], strict=True) if held]


def test_golden_dimensions_together_give_52_94_grade_c() -> None:
    result = card(GOLDEN)
    assert {name: int(part.value[0]) for name, part in result.dimensions.items()} == {
        "buyer_credit": 2850,
        "payment_history": 5397,
        "fx_tolerance": 5550,
        "logistics": 8200,
        "compliance": 7500,
    }
    assert result.score[0] == 5294
    assert result.coverage[0] == 8700  # 0.27 + 0.15 + 0.20 + 0.15 + 0.10
    assert grade(GOLDEN) == "C"


def test_golden_weights_of_82_66_74_90_100_give_79_40() -> None:
    values = [np.array([v]) for v in (8200, 6600, 7400, 9000, 10000)]
    assert DEFAULT_WEIGHTS.sum_of(values).tolist() == [7940]


def test_the_weighted_sum_rounds_half_up_once() -> None:
    half = Weights.of(dict.fromkeys(DIMENSIONS, "0.0") | {"buyer_credit": "0.5", "compliance": "0.5"})
    assert half.sum_of([np.array([v]) for v in (5001, 0, 0, 0, 5002)]).tolist() == [5002]


@pytest.mark.parametrize(
    "shares",
    [
        {
            "buyer_credit": "0.31",
            "payment_history": "0.25",
            "fx_tolerance": "0.2",
            "logistics": "0.15",
            "compliance": "0.1",
        },
        {"buyer_credit": "1.1", "payment_history": "-0.1", "fx_tolerance": "0", "logistics": "0", "compliance": "0"},
        {"buyer_credit": "1"},
        {
            "buyer_credit": "0.99995",
            "payment_history": "0.00005",
            "fx_tolerance": "0",
            "logistics": "0",
            "compliance": "0",
        },
    ],
)
def test_weights_that_do_not_sum_to_1_are_refused(shares: dict[str, str]) -> None:
    with pytest.raises(DomainError) as refusal:
        Weights.of(shares)
    assert refusal.value.code == "weights_invalid"


def test_a_weight_is_a_share_of_1() -> None:
    assert [DEFAULT_WEIGHTS.share(name) for name in DIMENSIONS] == [
        Decimal("0.30"), Decimal("0.25"), Decimal("0.20"), Decimal("0.15"), Decimal("0.10")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (10000, "A"),
        (8000, "A"),
        (7999, "B"),
        (6500, "B"),
        (6499, "C"),
        (5000, "C"),
        (4999, "D"),
        (3500, "D"),
        (3499, "E"),
        (0, "E"),
    ],
)
def test_grades_have_their_floors(score: int, expected: str) -> None:
    assert GRADES[grade_of(np.array([score]))[0]] == expected


STRONG = Buyer(
    rating=(100, AS_OF),
    country=(None, True, date(2026, 1, 30)),
    founded_on=date(1990, 1, 1),
    statement=(date(2025, 12, 31), 1000.0, 800.0, 100.0, 200.0, 500.0, 200.0),
    payments=(received(1000, 0),) * 100,
    fx=((1.0, v1.SAME_CURRENCY, 30.0, 0.0, 0.0),),
    shipments=((True, 0, 0, False, False),) * 10,
    kyc=(v1.COMPLETE, None),
    screening=(v1.CLEAR, AS_OF),
    contract=(1, None),
    certificates=((True, True, None),),
)


def test_a_strong_buyer_is_an_a_without_caps() -> None:
    assert (grade(STRONG), caps(STRONG)) == ("A", [])


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        ({"events": (event("insolvency"),)}, "insolvency", "E"),
        ({"screening": (v1.CONFIRMED, AS_OF)}, "sanctions_hit", "E"),
        ({"oldest_overdue": 91}, "overdue_over_90", "E"),
        ({"oldest_overdue": 90}, "overdue_over_60", "D"),
        ({"oldest_overdue": 61}, "overdue_over_60", "D"),
        ({"oldest_overdue": 60}, "overdue_over_30", "C"),
        ({"oldest_overdue": 31}, "overdue_over_30", "C"),
        ({"events": (event("insurer_cut"),)}, "insurer_cut", "C"),
        ({"kyc": (v1.INCOMPLETE, None)}, "kyc_incomplete", "B"),
        ({"kyc": (v1.UNKNOWN, None)}, "kyc_incomplete", "B"),
        ({"payments": (received(1000, 0, age=0),) * 2 + (received(1000, 0, age=1),)}, "payment_history_thin", "B"),
    ],
)
def test_each_cap_holds_the_grade_down_and_leaves_the_score(change: dict[str, Any], code: str, expected: str) -> None:
    assert grade(replace(STRONG, **change)) == expected
    assert caps(replace(STRONG, **change)) == [code]


def test_an_item_of_30_days_past_due_caps_nothing() -> None:
    assert caps(replace(STRONG, oldest_overdue=30)) == []


def test_three_receipts_of_today_are_just_enough_history() -> None:
    assert caps(replace(STRONG, payments=(received(1000, 0),) * 3)) == []


def test_caps_do_not_change_the_score() -> None:
    assert card(replace(STRONG, oldest_overdue=200)).score[0] == card(STRONG).score[0]


def test_thin_coverage_keeps_a_buyer_at_b() -> None:
    no_logistics_credit = replace(STRONG, rating=None, statement=None, shipments=(), fx=())
    thin = replace(no_logistics_credit, payments=(received(1000, 0),) * 400)
    assert "coverage_thin" in caps(thin)
    assert card(thin).coverage[0] < 6000


def test_coverage_of_exactly_60_percent_is_enough() -> None:
    gaps: dict[str, Any] = {"kyc": (v1.UNKNOWN, None), "screening": (v1.UNKNOWN, None), "contract": (v1.UNKNOWN, None)}
    silent = replace(STRONG, rating=None, statement=None, country=None, founded_on=None, certificates=(), **gaps)
    assert card(silent).coverage[0] == 6000
    assert "coverage_thin" not in caps(silent)


def test_an_insolvent_buyer_with_a_fine_past_would_be_a_b_without_caps() -> None:
    fine = replace(STRONG, events=(event("insolvency"),))
    result = card(fine)
    assert GRADES[result.grades.before[0]] == "B"
    assert GRADES[result.grades.after[0]] == "E"


def test_an_insurers_cut_that_ended_caps_nothing() -> None:
    assert caps(replace(STRONG, events=(event("insurer_cut", in_force=False, since_end=1),))) == []


def test_hundredths_round_half_up_despite_binary_fractions() -> None:
    assert to_hundredths(np.array([53.965, 0.005, 1.005, 99.994999])).tolist() == [5397, 1, 101, 9999]


def test_coverage_rounds_half_up_to_four_decimals() -> None:
    assert to_ten_thousandths(np.array([0.12345, 0.123446, 1 / 3])).tolist() == [1235, 1234, 3333]


def test_what_rounding_leaves_over_goes_to_the_reason_that_lost_most_by_it() -> None:
    part = dimension(lost={"a": np.array([1.009]), "b": np.array([1.002])}, coverage=np.array([1.0]))
    assert (part.value[0], part.points[0].tolist()) == (9799, [101, 100, 0])
    part = dimension(lost={"a": np.array([1.002]), "b": np.array([1.009])}, coverage=np.array([1.0]))
    assert part.points[0].tolist() == [100, 101, 0]
