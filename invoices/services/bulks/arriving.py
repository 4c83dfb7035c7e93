"""Records that came too early are sent again by themselves once what they name is there."""

from __future__ import annotations

from django.db import transaction

from core.errors import DomainError
from invoices.models import Bulk
from invoices.queries.bulks import open_positions
from invoices.queries.early import list_arrived
from invoices.services.bulks.early import note_refusals
from invoices.services.bulks.mending import AT_ONCE, lock_bulk, resend
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
            return resend(bulk, still_open, actor=None).taken
    except DomainError as refused:
        note_refusals(Bulk.objects.get(pk=bulk_id), dict.fromkeys(positions, problem_of(refused)))
        return 0
