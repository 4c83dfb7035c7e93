"""Records that came too early are sent again by themselves once what they name is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core.errors import DomainError
from invoices.domain.bulks import AWAITS
from invoices.models import Bulk, EarlyRecord
from invoices.queries.bulks import open_positions
from invoices.queries.early import list_arrived
from invoices.services.bulks.mending import AT_ONCE, lock_bulk, raw_texts, resend
from invoices.services.bulks.problems import problem_of


def take_arrived() -> int:
    """Send again what need wait no longer, a transaction for each bulk; returns how many records were taken.

    One that is refused now waits no longer: it stays in quarantine with its new reason, for a person; one that names
    something else that is not known yet (the next member of a group) goes on waiting, for that. Safe to run twice and
    side by side.
    """
    return sum(_take(bulk_id, positions) for bulk_id, positions in list_arrived(at_most=AT_ONCE).items())


def _take(bulk_id: int, positions: list[int]) -> int:
    try:
        with transaction.atomic():
            bulk = lock_bulk(bulk_id)
            still_open = set(open_positions(bulk)).intersection(positions)
            resent = resend(bulk, raw_texts(bulk, still_open), actor=None)
            _note(bulk, resent.problems)
            return resent.taken
    except DomainError as refused:
        _note(Bulk.objects.get(pk=bulk_id), dict.fromkeys(positions, problem_of(refused)))
        return 0


def _note(bulk: Bulk, problems: Mapping[int, Mapping[str, Any]]) -> None:
    rows = list(EarlyRecord.objects.filter(bulk=bulk, position__in=list(problems)))
    for row in rows:
        problem = problems[row.position]
        if awaited := problem.get(AWAITS):
            row.awaits, row.source, row.number = awaited["what"], awaited["source"], awaited["number"]
        else:
            row.problem = dict(problem)
    EarlyRecord.objects.bulk_update(rows, ["awaits", "source", "number", "problem"], batch_size=2_000)
