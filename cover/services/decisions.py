"""Sorting out and writing insurers' decisions: new, corrected, known already, or contradicting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db import connection

from buyers.domain.fact_rows import EventRow
from buyers.domain.facts import EventKind
from buyers.queries.merges import get_survivor_id
from buyers.services.facts import record_facts
from core.models import User
from core.money import Money
from cover.domain.insured import Given, InsuredDecision, cut_periods
from cover.models import InsuredLimit

Key = tuple[str, str, date]
Party = tuple[int, str]


class Outcome(StrEnum):
    """What becomes of a decision."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OTHER_BUYER = "of_other_buyer"


@dataclass(frozen=True, slots=True)
class Sorted:
    """A decision with what becomes of it; ``known_buyer_id`` is whose limit the number is."""

    decision: InsuredDecision
    outcome: Outcome
    known: InsuredLimit | None = None


def lock_decisions() -> None:
    """One writer at a time: two files of one insurer must see each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cover.insured_limit'))")


def sort_out(decisions: Iterable[InsuredDecision]) -> list[Sorted]:
    """What would become of each decision; an insurer that is on record keeps its spelling.

    A decision is known by insurer, number and first day: another content there is a correction of it.
    """
    spelled = _with_known_spelling(list(decisions))
    versions, owners = _known(spelled)
    return [_sorted(decision, versions, owners) for decision in spelled]


def write_decisions(found: Sequence[Sorted], *, actor: User | None) -> list[InsuredLimit]:
    """Append what is new or corrected, then say where an insurer cut or restored cover."""
    new = [item.decision for item in found if item.outcome in (Outcome.CREATED, Outcome.UPDATED)]
    rows = InsuredLimit.objects.bulk_create([_row(decision, actor) for decision in new])
    _note_cuts({(row.buyer_id, row.insurer) for row in rows}, actor)
    return rows


def _with_known_spelling(decisions: list[InsuredDecision]) -> list[InsuredDecision]:
    known = InsuredLimit.objects.order_by("insurer").values_list("insurer", flat=True).distinct()
    spelling = {insurer.casefold(): insurer for insurer in known}
    spelled = []
    for decision in decisions:
        plain = " ".join(decision.insurer.split())
        insurer = spelling.setdefault(plain.casefold(), plain)
        spelled.append(replace(decision, insurer=insurer, number=decision.number.strip()))
    return spelled


def _known(decisions: list[InsuredDecision]) -> tuple[dict[Key, InsuredLimit], dict[tuple[str, str], InsuredLimit]]:
    """The latest version of each decision on record, and the latest row of each number."""
    rows = InsuredLimit.objects.filter(
        source__in={d.insurer for d in decisions}, external_id__in={d.number for d in decisions}
    ).order_by("recorded_at", "pk")
    versions = {(row.source, row.external_id, row.valid_from): row for row in rows}
    owners = {(row.source, row.external_id): row for row in rows}
    return versions, owners


def _sorted(
    decision: InsuredDecision, versions: dict[Key, InsuredLimit], owners: dict[tuple[str, str], InsuredLimit]
) -> Sorted:
    owner = owners.get((decision.insurer, decision.number))
    if owner is not None and not _is_same_buyer(owner.buyer_id, decision.buyer_id):
        return Sorted(decision, Outcome.OTHER_BUYER, owner)
    known = versions.get((decision.insurer, decision.number, decision.valid_from))
    if known is None:
        return Sorted(decision, Outcome.CREATED)
    return Sorted(decision, Outcome.UNCHANGED if _content(known) == decision else Outcome.UPDATED, known)


def _is_same_buyer(one: int, other: int) -> bool:
    return one == other or get_survivor_id(one) == get_survivor_id(other)


def _content(row: InsuredLimit) -> InsuredDecision:
    return InsuredDecision(
        buyer_id=row.buyer_id,
        insurer=row.insurer,
        number=row.external_id,
        amount=Money(row.amount, row.currency),
        percent=row.percent,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        policy=row.policy,
        conditions=row.conditions,
    )


def _row(decision: InsuredDecision, actor: User | None) -> InsuredLimit:
    return InsuredLimit(
        source=decision.insurer,
        external_id=decision.number,
        buyer_id=decision.buyer_id,
        insurer=decision.insurer,
        policy=decision.policy,
        currency=decision.amount.currency,
        amount=decision.amount.amount,
        percent=decision.percent,
        valid_from=decision.valid_from,
        valid_to=decision.valid_to,
        conditions=decision.conditions,
        recorded_by=actor,
    )


def _note_cuts(parties: set[Party], actor: User | None) -> None:
    """What an insurer's cut means for the score is written down where the score reads it: an event of the buyer."""
    timelines = _timelines(parties)
    events = [_event(party, began, ended) for party in sorted(parties) for began, ended in _periods(timelines[party])]
    record_facts(events, actor=actor)


def _timelines(parties: set[Party]) -> dict[Party, dict[date, Given]]:
    """By buyer and insurer: what counts from each first day on, the latest recorded of a day."""
    rows = InsuredLimit.objects.filter(buyer_id__in={p[0] for p in parties}, insurer__in={p[1] for p in parties})
    timelines: dict[Party, dict[date, Given]] = defaultdict(dict)
    for row in rows.order_by("valid_from", "recorded_at", "pk"):
        given = Given(row.valid_from, row.valid_to, Money(row.amount, row.currency))
        timelines[row.buyer_id, row.insurer][row.valid_from] = given
    return timelines


def _periods(timeline: dict[date, Given]) -> list[tuple[date, date | None]]:
    return cut_periods(list(timeline.values()))


def _event(party: Party, began: date, ended: date | None) -> EventRow:
    """Without any amount: events are shown to people who may not see what an insurer gives."""
    buyer_id, insurer = party
    note = "Recorded with the insurer's decision"
    return EventRow(buyer_id, EventKind.INSURER_CUT, began, ended, note=note, source=f"cover:{insurer}")
