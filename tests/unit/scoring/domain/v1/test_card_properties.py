"""Properties of the card: reasons add up, values stay in 0–100, one buyer alone scores as in a batch."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.domain.v1 import facts as v1
from scoring.domain.v1.card import Card, score_card
from scoring.domain.v1.points import dimension
from scoring.domain.weights import DEFAULT_WEIGHTS
from tests.unit.scoring.builders import AS_OF, Buyer, facts_of
from tests.unit.scoring.goldens import COMPLIANT, GOLDEN


def card(*buyers: Buyer) -> Card:
    return score_card(facts_of(*buyers), DEFAULT_WEIGHTS)


@given(st.lists(st.floats(0, 40), min_size=1, max_size=8))
def test_reasons_add_up_to_what_is_missing_from_100(losses: list[float]) -> None:
    part = dimension(lost={f"r{i}": np.array([x]) for i, x in enumerate(losses)}, coverage=np.array([1.0]))
    assert part.value[0] + part.points[0].sum() == 10_000
    for index, loss in enumerate(losses):
        assert abs(part.points[0, index] - 100 * loss) <= 1


DAY = st.integers(-900, 400).map(lambda n: AS_OF + timedelta(days=n))
DATES = st.one_of(st.none(), DAY)
AMOUNTS = st.floats(0.01, 1e7)
ITEM = st.tuples(
    st.sampled_from((v1.RECEIVED, v1.OVERDUE, v1.WRITTEN_OFF)),
    AMOUNTS,
    st.integers(-60, 700),
    st.integers(0, 730),
    st.integers(-60, 1400),
)
POSITION = st.tuples(AMOUNTS, st.sampled_from((0, 1, 2, 3)), st.floats(0, 200), st.floats(0, 1), st.floats(-1, 1))
SHIPMENT = st.tuples(st.booleans(), st.integers(-60, 400), st.integers(0, 730), st.booleans(), st.booleans())
EVENT = st.tuples(
    st.sampled_from(v1.EVENT_KINDS), st.booleans(), st.integers(0, 3000), st.integers(0, 3000), st.booleans()
)
FIGURE = st.integers(-100_000, 100_000).map(float)
STATEMENT = st.one_of(
    st.none(), st.tuples(DAY, st.integers(1, 100_000).map(float), FIGURE, FIGURE, FIGURE, FIGURE, FIGURE)
)
BUYERS = st.builds(
    Buyer,
    rating=st.one_of(st.none(), st.tuples(st.floats(0, 100), DAY)),
    country=st.one_of(st.none(), st.tuples(st.one_of(st.none(), st.integers(0, 7)), st.booleans(), DAY)),
    founded_on=DATES,
    statement=STATEMENT,
    events=st.lists(EVENT, max_size=4),
    payments=st.lists(ITEM, max_size=12),
    fx=st.lists(POSITION, max_size=3),
    shipments=st.lists(SHIPMENT, max_size=6),
    kyc=st.tuples(st.integers(-1, 1), DATES),
    screening=st.tuples(st.integers(-1, 2), DATES),
    contract=st.tuples(st.integers(-1, 1), DATES),
    certificates=st.lists(st.tuples(st.booleans(), st.booleans(), DATES), max_size=3),
    oldest_overdue=st.integers(0, 400),
    broken_promises=st.integers(0, 6),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(BUYERS, min_size=1, max_size=5))
def test_any_buyer_scores_0_to_100_with_reasons_that_add_up(buyers: list[Buyer]) -> None:
    result = card(*buyers)
    figures = [result.score, result.coverage]
    figures += [figure for part in result.dimensions.values() for figure in (part.value, part.coverage)]
    for figure in figures:
        assert ((figure >= 0) & (figure <= 10_000)).all()
    for part in result.dimensions.values():
        assert (part.value + part.points.sum(axis=1) == 10_000).all()
    assert (result.grades.after >= result.grades.before).all()


def assert_same(one: Any, many: Any, index: int) -> None:
    """Every array of a result of length 1 equals the row of the batch in every bit."""
    if isinstance(one, np.ndarray):
        assert np.array_equal(one[0], many[index])
    elif isinstance(one, dict):
        for key in one:
            assert_same(one[key], many[key], index)
    elif is_dataclass(one):
        for part in fields(one):
            assert_same(getattr(one, part.name), getattr(many, part.name), index)


@settings(max_examples=150, deadline=None)
@given(st.lists(BUYERS, min_size=2, max_size=6))
def test_a_buyer_alone_scores_as_in_a_batch(buyers: list[Buyer]) -> None:
    batch = card(*buyers)
    for index, buyer in enumerate(buyers):
        assert_same(card(buyer), batch, index)


SOME = [GOLDEN, COMPLIANT, Buyer(payments=GOLDEN.payments), Buyer()]


def test_a_buyer_among_thousands_scores_as_alone() -> None:
    batch = card(*SOME * 1000)
    for index, buyer in enumerate(SOME):
        assert_same(card(buyer), batch, 3996 + index)
