"""External signals by their sources' numbers, and the table of agencies' grades."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from buyers.domain.fact_rows import EventRow, RatingRow, StatementRow
from buyers.models import AgencyGrade, AgencyRating, FinancialStatement, RiskEvent

# What each agency's grade is worth.
Points = dict[tuple[str, str], int]
_MODELS: dict[type, type[Any]] = {RatingRow: AgencyRating, StatementRow: FinancialStatement, EventRow: RiskEvent}
_DATES = {"rated_on": "valid_from", "balance_date": "valid_from", "began_on": "valid_from"}


def grade_points() -> Points:
    """Points by agency and grade."""
    return {(g.agency, g.grade): g.points for g in AgencyGrade.objects.all()}


def latest_signals(kind: type, source: str, external_ids: Iterable[str]) -> QuerySet[Any]:
    """The version that counts of each number, with its buyer; events with ``ended_on``, null while they last."""
    rows: QuerySet[Any] = (
        _MODELS[kind].objects.filter(source=source, external_id__in=set(external_ids)).exclude(external_id="")
    )
    rows = rows.order_by("external_id", "-pk").distinct("external_id").select_related("buyer")
    if kind is not EventRow:
        return rows
    ends = RiskEvent.objects.filter(ends=OuterRef("pk")).order_by("valid_from", "pk")
    ended: QuerySet[Any] = rows.annotate(
        ended_on=Subquery(ends.values("valid_from")[:1]), end=Subquery(ends.values("pk")[:1])
    )
    return ended


def standing_signals(kind: type, source: str, external_ids: Iterable[str]) -> dict[str, Any]:
    """The same as rows of facts, by number."""
    return {one.external_id: row_of(kind, one) for one in latest_signals(kind, source, external_ids)}


def row_of(kind: Any, one: Any) -> Any:
    """A fact on record as the row that made it."""
    return kind(**{name: getattr(one, _DATES.get(name, name)) for name in kind._fields})
