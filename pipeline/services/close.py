"""Starting a close: the run with all its jobs, written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from buyers.models import Buyer
from core import house
from core.errors import DomainError
from core.models import Run, User
from core.queries.runs import latest_run
from core.services.runs import add_jobs, conclude_run, open_run
from core.words import sentence as _
from invoices.queries.snapshots import get_set
from invoices.services.snapshots import SHARDS_AT_MOST
from pipeline.queries.inputs import get_fingerprint
from pipeline.services.stages import same_result

KIND = "close"
CHECK_TASK = "pipeline.check_ledger"
SNAPSHOT_TASK = "pipeline.snapshot_shard"
SCORE_TASK = "pipeline.score_shard"
TOTALS_TASK = "pipeline.complete_snapshot"
STANDINGS_TASK = "pipeline.write_standings"
ALERTS_TASK = "pipeline.advance_alerts"
FINISH_TASK = "pipeline.finish_close"

BUYERS_PER_SHARD = 2_000
FEWEST_SHARDS, MOST_SHARDS = 2, 64


def start_close(as_of: date, *, known_at: datetime, actor: User | None = None, shards: int | None = None) -> Run:
    """The close of a date: the one under way, or a new one of all that is known at ``known_at``.

    If nothing has been learned since the last close of that date, the new run says so and does nothing else.
    ``shards`` is decided by the number of buyers unless given; snapshots are divided into four at most.
    Raises ``as_of_in_future``.
    """
    today = house.day_of(known_at)
    if as_of > today:
        raise DomainError(
            "as_of_in_future",
            _("%(as_of)s has not come yet; close a date up to %(today)s.", as_of=as_of, today=today),
            {"field": "as_of", "value": as_of.isoformat()},
        )
    fingerprint = get_fingerprint()
    params = {"fingerprint": fingerprint, "base_currency": house.base_currency()}
    with transaction.atomic():
        run = open_run(KIND, as_of.isoformat(), as_of=as_of, known_at=known_at, params=params, actor=actor)
        if not run.jobs.exists():
            _plan(run, fingerprint, shards or _shard_count())
    return run


def _plan(run: Run, fingerprint: Mapping[str, Any], shards: int) -> None:
    before = latest_run(KIND, key=run.key, state=Run.State.DONE)
    if before is not None and _still_stands(before, fingerprint):
        conclude_run(run, same_result(run, before))
        return
    of, parts = {"of": shards}, min(shards, SHARDS_AT_MOST)
    add_jobs(run, "check", CHECK_TASK)
    add_jobs(run, "snapshot", SNAPSHOT_TASK, shards=parts, params={"of": parts})
    add_jobs(run, "totals", TOTALS_TASK)  # one long job: it comes first, the shards of scores fill the other workers
    add_jobs(run, "score", SCORE_TASK, shards=shards, params=of, beside=True)
    add_jobs(run, "alerts", ALERTS_TASK)
    add_jobs(run, "standings", STANDINGS_TASK, beside=True)
    add_jobs(run, "finish", FINISH_TASK)


def _still_stands(before: Run, fingerprint: Mapping[str, Any]) -> bool:
    """True if nothing was learned since that close and its snapshots are still there."""
    if before.params.get("fingerprint") != fingerprint or before.as_of is None:
        return False
    snapshot = get_set(before.as_of)
    return snapshot is not None and not snapshot.is_stale


def _shard_count() -> int:
    wanted = -(-Buyer.objects.count() // BUYERS_PER_SHARD)
    return max(FEWEST_SHARDS, min(MOST_SHARDS, wanted))
