"""Records that came before what they name: they wait under their key, and what their system tells later counts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from django.db.models.expressions import RawSQL

from invoices.domain.bulks import AWAITS, BulkKind, MendKind
from invoices.models import Bulk, EarlyRecord, MendedRecord
from invoices.services.bulks.records import Answer


def key_text(key: Hashable) -> str:
    """What makes two records one, as text. Example: ``("D-1", date(2026, 3, 1))`` is ``D-1 2026-03-01``."""
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def keep_early(bulk: Bulk, answers: Iterable[Answer], keys: Mapping[int, Hashable]) -> None:
    """Let the answered records wait that name what is not known yet; ``keys`` by position."""
    rows = [
        EarlyRecord(
            bulk=bulk,
            position=answer.position,
            key=key_text(keys[answer.position]),
            awaits=answer.problem[AWAITS]["what"],
            source=answer.problem[AWAITS]["source"],
            number=answer.problem[AWAITS]["number"],
        )
        for answer in answers
        if answer.problem and AWAITS in answer.problem
    ]
    EarlyRecord.objects.bulk_create(rows, batch_size=2_000)


def supersede_early(kind: BulkKind, source: str, keys: Iterable[Hashable]) -> None:
    """Close what waits under these keys: its system tells it anew. The source is locked (or shared, for one key)."""
    wanted = RawSQL("SELECT unnest(%s::text[])", [[key_text(key) for key in keys]])  # an array: there may be 100,000
    waiting = EarlyRecord.objects.filter(key__in=wanted, bulk__kind=kind, bulk__source=source)
    rows = list(waiting.values_list("pk", "bulk_id", "position"))
    if not rows:
        return
    closed = [MendedRecord(bulk_id=bulk, position=one, kind=MendKind.SUPERSEDED) for _pk, bulk, one in rows]
    MendedRecord.objects.bulk_create(closed, batch_size=2_000, ignore_conflicts=True)
    EarlyRecord.objects.filter(pk__in=[pk for pk, _bulk, _one in rows]).delete()


def forget_early(bulk: Bulk, positions: Iterable[int]) -> None:
    """Let records of a bulk wait no longer: they are sent again now, or somebody decided on them."""
    EarlyRecord.objects.filter(bulk=bulk, position__in=list(positions)).delete()


def note_refusals(bulk: Bulk, problems: Mapping[int, Mapping[str, Any]]) -> None:
    """Why records were not taken when they were sent again; one that names something else unknown waits for that."""
    rows = list(EarlyRecord.objects.filter(bulk=bulk, position__in=list(problems)))
    for row in rows:
        problem = problems[row.position]
        if awaited := problem.get(AWAITS):
            row.awaits, row.source, row.number = awaited["what"], awaited["source"], awaited["number"]
        else:
            row.problem = dict(problem)
    EarlyRecord.objects.bulk_update(rows, ["awaits", "source", "number", "problem"], batch_size=2_000)
