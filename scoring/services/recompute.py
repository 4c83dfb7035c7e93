"""Proving a stored score: computed again from what was known then, it must come out to the byte."""

from __future__ import annotations

import json
from dataclasses import dataclass

from scoring.models import Score, ScoreEvidence
from scoring.queries.inputs import load_inputs
from scoring.queries.records import canonical
from scoring.queries.scorecards import get_card
from scoring.queries.scores import get_score
from scoring.services.rows import RESULT_COLUMNS, score_rows


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The stored result and the one of today by column; ``differences`` names the columns that are not the same."""

    score_id: int
    stored: dict[str, str]
    computed: dict[str, str]
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """True if every column, the inputs' hash included, and the kept evidence came out to the byte."""
        return not self.differences


def recompute(score_id: int) -> Recomputed:
    """Compute a stored score again with its version, date, moment and base currency, and compare; writes nothing.

    Raises ``score_not_found``, or ``scorecard_unknown`` for a version this release does not know.
    """
    score = get_score(score_id)
    inputs = load_inputs(
        buyer_ids=[score.buyer_id], as_of=score.as_of, known_at=score.known_at, base_currency=score.base_currency
    )
    _, rows = score_rows(inputs, get_card(score.version))
    stored = _stored(score)
    computed = rows[0].values | {"evidence": rows[0].inputs if "evidence" in stored else ""} if rows else {}
    names = (*RESULT_COLUMNS, *(["evidence"] if "evidence" in stored else []))
    different = tuple(name for name in names if stored[name] != computed.get(name))
    return Recomputed(score_id, stored, computed, different)


def _stored(score: Score) -> dict[str, str]:
    """The row as the text it was written with."""
    stored = {name: str(getattr(score, name)) for name in RESULT_COLUMNS} | {"caps": json.dumps(score.caps)}
    evidence = ScoreEvidence.objects.filter(score=score).first()
    return stored if evidence is None else stored | {"evidence": canonical(evidence.inputs)}
