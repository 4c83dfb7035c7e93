"""Accents fold away, other letters stay."""

import pytest

from buyers.domain.names import name_key
from core.domain.folding import without_accents
from invoices.domain.matching_text import folded


@pytest.mark.parametrize(("text", "bare"), [("Müller, Søn", "Muller, Søn"), ("ＡＢ 浙江", "AB 浙江"), ("", "")])
def test_accents_fold_away_and_other_letters_stay(text: str, bare: str) -> None:
    assert without_accents(text) == bare


def test_names_and_the_words_of_payments_fold_alike() -> None:
    assert (name_key("Émile & Søn"), folded("Émile & Søn")) == ("emile søn", "EMILE & SØN")
