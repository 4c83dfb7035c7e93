"""Bulks on record, and how far those under way are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core.errors import NotFound
from core.models import Run
from invoices.domain.bulks import UNDER_WAY, BulkKind, BulkState
from invoices.models import Bulk, BulkRecord, EarlyRecord, MendedRecord

QUARANTINED = "quarantined"


def progress_key(bulk_id: int) -> str:
    """Where the number of records read so far stands in the cache."""
    return f"bulk-read:{bulk_id}"


@dataclass(frozen=True, slots=True)
class BulkView:
    """A bulk with what its job says: a job that failed for good is ``failed``, and nothing of it was posted."""

    bulk: Bulk
    state: str
    records_read: int

    @property
    def is_under_way(self) -> bool:
        """Its job has not ended yet."""
        return self.state in UNDER_WAY

    @property
    def is_mendable(self) -> bool:
        """Its records can be corrected and sent again; invoices have rows in quarantine of their own for that."""
        return self.bulk.kind != BulkKind.INVOICES and bool(self.bulk.path) and self.state == BulkState.DONE


def get_bulk(bulk_id: int, *, source: str | None) -> BulkView:
    """One bulk, of this source only if one is given. Raises ``bulk_not_found``."""
    rows = (
        Bulk.objects.select_related("run")
        if source is None
        else Bulk.objects.select_related("run").filter(source=source)
    )
    bulk = rows.filter(pk=bulk_id).first()
    if bulk is None:
        raise NotFound("bulk_not_found", _("There is no such bulk."), {"field": "id", "value": str(bulk_id)})
    return view_of(bulk)


def view_of(bulk: Bulk) -> BulkView:
    """The bulk as it is shown."""
    is_waiting = bulk.state in UNDER_WAY
    has_failed = is_waiting and bulk.run is not None and bulk.run.state == Run.State.FAILED
    return BulkView(bulk, "failed" if has_failed else bulk.state, _records_read(bulk) if is_waiting else bulk.rows)


def list_records(bulk: Bulk, *, outcome: str | None) -> QuerySet[BulkRecord]:
    """What became of each record, by position once ordered."""
    rows = BulkRecord.objects.filter(bulk=bulk)
    return rows if outcome is None else rows.filter(outcome=outcome)


def open_positions(bulk: Bulk) -> QuerySet[BulkRecord, int]:
    """Positions of records that were not taken and nobody decided on yet."""
    decided = MendedRecord.objects.filter(bulk=bulk).values("position")
    rows = BulkRecord.objects.filter(bulk=bulk, outcome=QUARANTINED).exclude(position__in=decided)
    return rows.order_by("position").values_list("position", flat=True)


def count_undecided(bulk: Bulk) -> int:
    """How many records wait for a person: those that wait for what they name do not."""
    waiting = EarlyRecord.objects.filter(bulk=bulk, problem__isnull=True).values("position")
    return open_positions(bulk).exclude(position__in=waiting).count()


def list_decisions(bulk: Bulk, positions: Iterable[int]) -> dict[int, MendedRecord]:
    """What was decided on records of a bulk, by position."""
    rows = MendedRecord.objects.filter(bulk=bulk, position__in=list(positions)).select_related("actor")
    return {row.position: row for row in rows}


def _records_read(bulk: Bulk) -> int:
    try:
        return int(cache.get(progress_key(bulk.pk)) or 0)
    except RedisError:
        return 0
