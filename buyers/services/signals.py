"""External signals under their sources' numbers: ratings, financial statements, events. Versions, never edits."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from buyers.domain.fact_rows import EventRow, RatingRow, StatementRow, check_fact
from buyers.queries.signals import Points, grade_points, standing_signals
from buyers.services.facts import check_grade, record_facts
from buyers.services.putting import Put
from core.errors import Conflict, DomainError
from core.models import User
from core.words import sentence as _

Signal = RatingRow | StatementRow | EventRow
# What makes the signal the signal it is; figures and grades are corrected by a new version, an event ends once.
_FIXED: dict[type, tuple[str, ...]] = {
    RatingRow: ("buyer_id", "agency", "rated_on"),
    StatementRow: ("buyer_id", "currency", "balance_date"),
    EventRow: ("buyer_id", "kind", "began_on", "note"),
}
_WORDS = {
    "buyer_id": _("buyer"),
    "agency": _("agency"),
    "rated_on": _("date of the rating"),
    "currency": _("currency"),
    "balance_date": _("balance date"),
    "kind": _("kind"),
    "began_on": _("first day"),
    "note": _("note"),
    "ended_on": _("last day"),
}


@transaction.atomic
def put_signals(
    rows: Sequence[Signal], *, source: str, actor: User | None = None, actor_label: str = ""
) -> list[Put | DomainError]:
    """Bring the signals of one kind to what the source says: what became of each, or why it was refused.

    The same again is no new version. Refusals: ``fact_invalid``, ``currency_unknown``, ``grade_unknown``,
    ``signal_contradicts`` (the number is on record for another buyer, day, agency, kind of event).
    """
    if not rows:
        return []
    standing = standing_signals(type(rows[0]), source, [row.external_id for row in rows])
    points = grade_points() if isinstance(rows[0], RatingRow) else {}
    outcomes = [_judge(row, standing.get(row.external_id), points) for row in rows]
    new = [row for row, one in zip(rows, outcomes, strict=True) if one in (Put.CREATED, Put.UPDATED)]
    record_facts(new, points=points, actor=actor, actor_label=actor_label)
    return outcomes


def _judge(row: Signal, known: Signal | None, points: Points) -> Put | DomainError:
    try:
        check_fact(row)
        if isinstance(row, RatingRow):
            check_grade(row, points)
        if known is None:
            return Put.CREATED
        _check_fixed(row, known)
    except DomainError as refused:
        return refused
    return Put.UNCHANGED if row == known else Put.UPDATED


def _check_fixed(row: Signal, known: Signal) -> None:
    names = list(_FIXED[type(row)])
    if isinstance(known, EventRow) and known.ended_on is not None:
        names.append("ended_on")
    for name in names:
        if getattr(row, name) != getattr(known, name):
            raise _contradiction(name, getattr(row, name), getattr(known, name))


def _contradiction(name: str, given: object, known: object) -> Conflict:
    return Conflict(
        "signal_contradicts",
        _("The number is on record with another %(name)s; report it under a number of its own.", name=_WORDS[name]),
        {"field": name.removesuffix("_id"), "value": str(given), "known": str(known)},
    )
