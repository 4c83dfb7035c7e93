"""The score of a buyer: contributions, reasons with points, age of inputs, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dashboard import labels
from dashboard.charts import Chart, Series
from dashboard.context import PageContext
from dashboard.glossary import TERMS
from dashboard.queries.accounts import Account
from dashboard.queries.scores import Standing, get_standing
from dashboard.score_inputs import ages_of
from scoring import labels as score_words
from scoring.queries.explain import explain, explain_score

Explained = Mapping[str, Any]
THRESHOLDS = (("A", 80), ("B", 65), ("C", 50), ("D", 35))


@dataclass(frozen=True, slots=True)
class Reason:
    """What took points: in its dimension, and in the whole score."""

    words: Any
    points: Decimal
    of_score: Decimal


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One of the five dimensions."""

    name: Any
    tip: str
    weight: Decimal
    value: Decimal
    coverage: Decimal
    gained: Decimal
    lost: Decimal
    reasons: list[Reason]

    @property
    def is_thin(self) -> bool:
        """True if less than 60 % of the dimension stands on fresh data."""
        return self.coverage < Decimal("0.6")


def build(account: Account, page: PageContext) -> dict[str, Any]:
    """The stored score with its evidence; computed now if the buyer was not scored by the date."""
    standing = get_standing(buyer_id=account.buyer.pk, as_of=page.as_of)
    explained = explain_score(standing.now) if standing else explain(buyer_id=account.buyer.pk, as_of=page.as_of)
    rows = [_dimension(name, part) for name, part in explained["dimensions"].items()]
    return {
        "explained": explained,
        "score": _decimal(explained["score"]),
        "coverage": _decimal(explained["coverage"]),
        "standing": standing,
        "scored_on": standing.now.as_of if standing else page.as_of,
        "rows": rows,
        "caps": [(_cap(cap), cap["binds"]) for cap in explained["caps"]],
        "chart": _waterfall(rows),
        "history": _history(standing),
        "ages": ages_of(explained["dimensions"], standing.now.as_of if standing else page.as_of),
    }


def _decimal(number: Any) -> Decimal:
    return Decimal(str(number))


def _cap(cap: Mapping[str, Any]) -> Any:
    return labels.word_of(score_words.CAPS, cap["code"])


def _dimension(name: str, part: Mapping[str, Any]) -> DimensionRow:
    weight, value = _decimal(part["weight"]), _decimal(part["value"])
    return DimensionRow(
        name=labels.word_of(score_words.DIMENSIONS, name),
        tip=TERMS[name].tip,
        weight=weight,
        value=value,
        coverage=_decimal(part["coverage"]),
        gained=weight * value,
        lost=weight * (100 - value),
        reasons=[_reason(reason, weight) for reason in part["reasons"]],
    )


def _reason(reason: Mapping[str, Any], weight: Decimal) -> Reason:
    points = _decimal(reason["points"])
    return Reason(labels.word_of(score_words.REASONS, reason["code"]), points, points * weight)


def _waterfall(rows: Sequence[DimensionRow]) -> Chart:
    """Each dimension starts where the one before ended: what it brought, then what it left lying."""
    offsets, total = [], Decimal(0)
    for row in rows:
        offsets.append(float(total))
        total += row.gained
    names = [f"{row.name} {row.weight:.0%}" for row in rows]
    return Chart(
        kind="waterfall",
        summary=_("Contributions of the five dimensions to the score of %(score)s.") % {"score": f"{total:.2f}"},
        unit=_("points"),
        labels=[*names, _("score")],
        series=[
            Series("", [*offsets, 0.0], "none"),
            Series(_("brought"), [*(float(row.gained) for row in rows), float(total)], "accent"),
            Series(_("lost"), [*(float(row.lost) for row in rows), float(100 - total)], "line"),
        ],
        extra={"digits": 2},
    )


def _history(standing: Standing | None) -> Chart | None:
    if standing is None or len(standing.history) < 2:
        return None
    return Chart(
        kind="grades",
        summary=_("Score over time with the thresholds of the grades."),
        unit=_("points"),
        labels=[day.isoformat() for day, _score, _grade in standing.history],
        series=[Series(_("score"), [float(score) for _day, score, _grade in standing.history], "accent")],
        extra={"digits": 2, "thresholds": THRESHOLDS},
    )
