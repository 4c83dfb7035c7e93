"""A score with everything it stands on, for pages, the command and the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from buyers.models import Buyer
from buyers.queries.accounts import survivors_of
from core import house
from core.access.scope import SYSTEM, Scope
from core.errors import NotFound
from core.words import sentence as _
from scoring.domain.cards import CardVersion
from scoring.domain.v1.caps import CAPS, GRADES
from scoring.domain.v1.card import Card, reasons_of
from scoring.domain.weights import DIMENSIONS
from scoring.models import Score, ScoreEvidence
from scoring.queries.inputs import load_inputs
from scoring.queries.records import Record, canonical, hash_of, records
from scoring.queries.scorecards import current_card, get_card


def explain(
    *,
    buyer_id: int,
    as_of: date,
    known_at: datetime | None = None,
    base_currency: str | None = None,
    card: CardVersion | None = None,
) -> dict[str, Any]:
    """The score of a buyer as of a date and as known at a moment, computed now; nothing is written.

    ``{"score", "grade", "grade_before_caps", "coverage", "version", "inputs_hash", "dimensions": {name: {"value",
    "coverage", "weight", "reasons": [{"code", "points"}], "evidence"}}, "caps": [{"code", "grade", "binds"}]}``.
    A merged duplicate is explained under its survivor by the caller.
    """
    version = card or current_card(known_at)
    base = house.base_currency(base_currency)
    inputs = load_inputs(buyer_ids=[buyer_id], as_of=as_of, known_at=known_at, base_currency=base)
    (record,) = records(inputs, version=version.version, weights=version.weights)
    return explanation(version.score(inputs.facts), 0, record, version)


def explain_code(code: str, *, as_of: date, known_at: datetime | None = None, scope: Scope = SYSTEM) -> dict[str, Any]:
    """``explain`` by the buyer's code; a record that was merged at the moment is explained under its survivor.

    Raises ``buyer_not_found``, also for a buyer outside the scope.
    """
    found = Buyer.objects.filter(code=code).values_list("pk", flat=True).first()
    (buyer_id,) = survivors_of([found], known_at) if found is not None else [None]
    if buyer_id is None or not _is_visible(buyer_id, scope):
        raise NotFound(
            "buyer_not_found",
            _("There is no buyer with the code %(code)r.", code=code),
            {"field": "buyer", "value": code},
        )
    return explain(buyer_id=buyer_id, as_of=as_of, known_at=known_at)


def _is_visible(buyer_id: int, scope: Scope) -> bool:
    return scope.is_everything or Buyer.objects.filter(pk=buyer_id, sales_owner_id=scope.sales_owner_id).exists()


def explanation(card: Card, place: int, record: Record, version: CardVersion) -> dict[str, Any]:
    """One buyer's result out of a card, with the evidence of each dimension."""
    held = [code for code, holds in zip(CAPS, card.grades.held[place].tolist(), strict=True) if holds]
    before = GRADES[card.grades.before[place]]
    return {
        "score": int(card.score[place]) / 100,
        "grade": GRADES[card.grades.after[place]],
        "grade_before_caps": before,
        "coverage": int(card.coverage[place]) / 10_000,
        "version": version.version,
        "inputs_hash": hash_of(canonical(record)),
        "dimensions": {
            name: part | {"evidence": record[name]} for name, part in dimensions_json(card, place, version).items()
        },
        "caps": caps_json(held, before),
    }


def dimensions_json(card: Card, place: int, version: CardVersion) -> dict[str, Any]:
    """The dimensions of one buyer with their reasons; numbers with two (coverage: four) decimals."""
    return {
        name: {
            "value": int(part.value[place]) / 100,
            "coverage": int(part.coverage[place]) / 10_000,
            "weight": float(version.weights.share(name)),
            "reasons": [{"code": code, "points": points / 100} for code, points in reasons_of(part, place)],
        }
        for name, part in card.dimensions.items()
    }


def caps_json(held: list[str], grade_before_caps: str) -> list[dict[str, Any]]:
    """Caps that held, each with the best grade it leaves and whether that is below the grade of the sum."""
    return [{"code": code, "grade": CAPS[code], "binds": CAPS[code] > grade_before_caps} for code in held]


def explain_score(score: Score) -> dict[str, Any]:
    """The same for a stored score: from its kept evidence, else rebuilt from the versions of that moment."""
    evidence = ScoreEvidence.objects.filter(score=score).first()
    if evidence is None:
        return explain(
            buyer_id=score.buyer_id,
            as_of=score.as_of,
            known_at=score.known_at,
            base_currency=score.base_currency,
            card=get_card(score.version),
        )
    return _stored(score, evidence)


def _stored(score: Score, evidence: ScoreEvidence) -> dict[str, Any]:
    inputs: Mapping[str, Any] = evidence.inputs
    return {
        "score": _number(score.score),
        "grade": score.grade,
        "grade_before_caps": score.grade_before_caps,
        "coverage": _number(score.coverage),
        "version": score.version,
        "inputs_hash": score.inputs_hash,
        "dimensions": {name: evidence.dimensions[name] | {"evidence": inputs[name]} for name in DIMENSIONS},
        "caps": caps_json(list(score.caps), score.grade_before_caps),
    }


def _number(value: Decimal) -> float:
    return float(value)
