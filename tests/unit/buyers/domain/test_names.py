"""Names are compared by their words, whatever their case, accents, punctuation and order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from buyers.domain.names import likeness, name_key, name_score, ordered_words


def test_names_are_compared_without_case_accents_and_points() -> None:
    assert name_key("Kunden-AG,  Mitte") == "kunden ag mitte"
    assert name_key("SÄLJAREN & Söner") == "saljaren soner"
    assert name_score("Acme Trading Co. Ltd", "ACME TRADING CO LTD") == 100
    assert name_score("Trading Acme", "Acme, TRADING") == 100
    assert name_score("Acme", "Zhejiang") < 50
    assert name_score("Acme GmbH", "Acme Ltd") < 100


WORDS = st.lists(st.text("abcü ", min_size=1, max_size=6), max_size=5).map(" ".join)


@given(WORDS, WORDS)
def test_the_ratio_of_ordered_words_is_the_likeness(left: str, right: str) -> None:
    left, right = name_key(left), name_key(right)
    assert fuzz.ratio(ordered_words(left), ordered_words(right)) == likeness(left, right)
