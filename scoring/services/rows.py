"""Score rows out of the card's arrays: the text that is stored, and that a recomputation must reproduce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.domain.cards import CardVersion
from scoring.domain.v1.caps import CAPS, GRADES
from scoring.domain.v1.card import Card
from scoring.domain.weights import DIMENSIONS
from scoring.queries.explain import dimensions_json
from scoring.queries.inputs import Inputs
from scoring.queries.records import canonical, hash_of, records

# Columns of a score that follow from its inputs alone, in the order they are written.
RESULT_COLUMNS = (
    "score",
    "grade",
    "grade_before_caps",
    "coverage",
    *(name for dimension in DIMENSIONS for name in (dimension, f"{dimension}_coverage")),
    "caps",
    "reasons",
    "inputs_hash",
)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One buyer's result as text by column; ``inputs`` is the canonical record that ``inputs_hash`` is taken of."""

    buyer_id: int
    values: dict[str, str]
    inputs: str


def score_rows(inputs: Inputs, version: CardVersion) -> tuple[Card, list[ScoreRow]]:
    """Score the buyers of the inputs; the card holds the reasons, the rows what is stored."""
    card = version.score(inputs.facts)
    texts = [canonical(record) for record in records(inputs, version=version.version, weights=version.weights)]
    columns = _columns(card) | {"inputs_hash": [hash_of(text) for text in texts]}
    by_row = zip(*(columns[name] for name in RESULT_COLUMNS), strict=True)
    rows = [
        ScoreRow(buyer_id, dict(zip(RESULT_COLUMNS, values, strict=True)), text)
        for buyer_id, values, text in zip(inputs.accounts.buyer_ids, by_row, texts, strict=True)
    ]
    return card, rows


def _columns(card: Card) -> dict[str, list[str]]:
    found = {
        "score": [hundredths(value) for value in card.score.tolist()],
        "grade": [GRADES[place] for place in card.grades.after.tolist()],
        "grade_before_caps": [GRADES[place] for place in card.grades.before.tolist()],
        "coverage": [ten_thousandths(value) for value in card.coverage.tolist()],
        "caps": [json.dumps(caps_of(card, buyer)) for buyer in range(len(card.score))],
        "reasons": reason_masks(card),
    }
    for name, part in card.dimensions.items():
        found[name] = [hundredths(value) for value in part.value.tolist()]
        found[f"{name}_coverage"] = [ten_thousandths(value) for value in part.coverage.tolist()]
    return found


def hundredths(value: int) -> str:
    """Whole hundredths as a decimal: 5294 is 52.94."""
    return f"{value // 100}.{value % 100:02d}"


def ten_thousandths(value: int) -> str:
    """Whole ten-thousandths as a decimal: 8700 is 0.8700."""
    return f"{value // 10_000}.{value % 10_000:04d}"


def caps_of(card: Card, buyer: int) -> list[str]:
    """Codes of the caps that held for one buyer, the hardest first."""
    return [code for code, held in zip(CAPS, card.grades.held[buyer].tolist(), strict=True) if held]


def reason_masks(card: Card) -> list[str]:
    """Which reasons took points and which caps held, as hexadecimal bits: differs exactly when one comes or goes."""
    present = [part.points != 0 for part in card.dimensions.values()]
    bits = np.packbits(np.column_stack([*present, card.grades.held]), axis=1)
    return [row.tobytes().hex() for row in bits]


def evidence_texts(
    card: Card, rows: list[ScoreRow], wanted: list[int], version: CardVersion
) -> Iterator[tuple[str, str]]:
    """Inputs and dimensions as JSON texts for the rows at the places ``wanted``."""
    for place in wanted:
        yield rows[place].inputs, json.dumps(dimensions_json(card, place, version))
