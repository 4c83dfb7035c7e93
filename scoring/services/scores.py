"""Writing scores: immutable rows for a shard of buyers, with evidence where something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.conf import settings
from django.db import connection, transaction

from buyers.queries.accounts import get_accounts
from core.copying import copy_rows
from core.dates import month_end
from core.queries.sql import fetch_all, fetch_one
from scoring.domain.cards import CardVersion
from scoring.domain.v1.card import Card
from scoring.queries.inputs import Inputs, load_inputs
from scoring.queries.scorecards import current_card
from scoring.services.rows import RESULT_COLUMNS, ScoreRow, evidence_texts, score_rows

WithEvidence = Literal["changed", "all", "none"]
_COLUMNS = ("buyer_id", "version", "as_of", "known_at", "run_id", "base_currency", *RESULT_COLUMNS)


@dataclass(frozen=True, slots=True)
class ScoreBatch:
    """How many buyers have a score of this run, and for how many of them the full evidence was kept."""

    scored: int
    evidence_written: int


def score_buyers(
    *,
    buyer_ids: Sequence[int],
    as_of: date,
    known_at: datetime,
    run_id: int | None = None,
    with_evidence: WithEvidence = "changed",
) -> ScoreBatch:
    """Score buyers as of a date, as known at a moment; merged duplicates are left out.

    Rows are written once for each run and buyer: the same call again writes nothing and returns the same counts.
    Evidence is kept if the grade or a reason changed against the buyer's previous score, at a month's end, or always
    (``all``) or never (``none``).
    """
    if run_id is not None and (done := _done(run_id, buyer_ids, known_at)):
        return done
    card_version = current_card(known_at)
    inputs = load_inputs(buyer_ids=buyer_ids, as_of=as_of, known_at=known_at, base_currency=settings.BASE_CURRENCY)
    card, rows = score_rows(inputs, card_version)
    with transaction.atomic():
        ids = _insert(rows, inputs, card_version, run_id)
        places = _places(rows, ids, inputs, card_version, with_evidence)
        _insert_evidence(card, rows, places, ids, card_version)
    if len(ids) < len(rows) and run_id is not None:  # somebody else did a part of it at the same time
        return _counts(run_id, [row.buyer_id for row in rows])
    return ScoreBatch(scored=len(rows), evidence_written=len(places))


def _done(run_id: int, buyer_ids: Sequence[int], known_at: datetime) -> ScoreBatch | None:
    """The counts of a shard that was written before, or None."""
    expected = get_accounts(buyer_ids, known_at).buyer_ids
    found = _counts(run_id, expected)
    return found if expected and found.scored == len(expected) else None


_COUNTS_SQL = """
SELECT count(*), count(e.id) FROM scoring_score s LEFT JOIN scoring_scoreevidence e ON e.score_id = s.id
WHERE s.run_id = %s AND s.buyer_id = ANY(%s)
"""


def _counts(run_id: int, buyer_ids: Sequence[int]) -> ScoreBatch:
    return ScoreBatch(*fetch_one(_COUNTS_SQL, [run_id, list(buyer_ids)]))


_STAGE_SQL = "CREATE TEMP TABLE new_score (LIKE scoring_score) ON COMMIT DROP"
_UNUSED_SQL = "ALTER TABLE new_score DROP COLUMN id, DROP COLUMN recorded_at"
_INSERT_SQL = """
INSERT INTO scoring_score ({columns}) SELECT {columns} FROM new_score ORDER BY buyer_id
ON CONFLICT (run_id, buyer_id) WHERE run_id IS NOT NULL DO NOTHING
RETURNING buyer_id, id
"""


def _insert(rows: list[ScoreRow], inputs: Inputs, version: CardVersion, run_id: int | None) -> dict[int, int]:
    """Write the rows; returns the ids of those that were new, by buyer."""
    moment = inputs.moment
    shared = (version.version, moment.as_of, moment.known_at, run_id, inputs.base_currency)
    lines = ((row.buyer_id, *shared, *row.values.values()) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_SQL)
        cursor.execute(_UNUSED_SQL)
        copy_rows(cursor, "new_score", _COLUMNS, lines)
        cursor.execute(_INSERT_SQL.format(columns=", ".join(_COLUMNS)))
        ids: dict[int, int] = dict(cursor.fetchall())
        cursor.execute("DROP TABLE new_score")
    return ids


def _places(
    rows: list[ScoreRow], ids: dict[int, int], inputs: Inputs, version: CardVersion, with_evidence: WithEvidence
) -> list[int]:
    """Places of the new rows whose evidence is kept."""
    as_of = inputs.moment.as_of
    new = [place for place, row in enumerate(rows) if row.buyer_id in ids]
    if with_evidence == "none":
        return []
    if with_evidence == "all" or as_of == month_end(as_of):
        return new
    previous = _previous(inputs)
    return [place for place in new if previous.get(rows[place].buyer_id) != _gist(rows[place], version)]


def _gist(row: ScoreRow, version: CardVersion) -> tuple[str, str, str]:
    return version.version, row.values["grade"], row.values["reasons"]


# One index entry a buyer, however many nights there have been.
_PREVIOUS_SQL = """
SELECT wanted.buyer_id, p.version, p.grade, p.reasons
FROM unnest(%(buyer_ids)s::bigint[]) AS wanted(buyer_id) CROSS JOIN LATERAL (
    SELECT s.version, s.grade, s.reasons FROM scoring_score s
    WHERE s.buyer_id = wanted.buyer_id AND (s.as_of, s.known_at) < (%(as_of)s, %(known_at)s)
    ORDER BY s.as_of DESC, s.known_at DESC LIMIT 1
) p
"""


def _previous(inputs: Inputs) -> dict[int, tuple[str, str, str]]:
    """Version, grade and reasons of each buyer's score before this one."""
    params = inputs.moment.params() | {"buyer_ids": list(inputs.accounts.buyer_ids)}
    rows = fetch_all(_PREVIOUS_SQL, params)
    return {buyer_id: (version, grade, reasons) for buyer_id, version, grade, reasons in rows}


def _insert_evidence(
    card: Card, rows: list[ScoreRow], places: list[int], ids: dict[int, int], version: CardVersion
) -> None:
    texts = evidence_texts(card, rows, places, version)
    lines = ((ids[rows[place].buyer_id], *text) for place, text in zip(places, texts, strict=True))
    with connection.cursor() as cursor:
        copy_rows(cursor, "scoring_scoreevidence", ("score_id", "inputs", "dimensions"), lines)
