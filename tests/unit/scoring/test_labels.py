"""Every code that a score can carry has its words."""

from __future__ import annotations

from scoring import labels
from scoring.domain.v1.caps import CAPS
from scoring.domain.v1.card import score_card
from scoring.domain.weights import DEFAULT_WEIGHTS, DIMENSIONS
from tests.unit.scoring.builders import Buyer, facts_of


def codes() -> set[str]:
    card = score_card(facts_of(Buyer()), DEFAULT_WEIGHTS)
    return {code for part in card.dimensions.values() for code in part.codes}


def test_every_reason_has_a_label_and_no_label_is_left_over() -> None:
    assert set(labels.REASONS) == codes()


def test_every_cap_and_dimension_has_a_label() -> None:
    assert set(labels.CAPS) == set(CAPS)
    assert tuple(labels.DIMENSIONS) == DIMENSIONS


def test_labels_are_words_not_codes() -> None:
    for text in (*labels.REASONS.values(), *labels.CAPS.values(), *labels.DIMENSIONS.values()):
        assert str(text)
        assert "_" not in str(text)
