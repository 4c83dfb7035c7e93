"""A bulk from its file to its answers: in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError
from core.models import User
from core.services import audit
from core.services.runs import add_jobs, open_run
from invoices.domain.bulks import UNDER_WAY, BulkKind, BulkState
from invoices.models import Bulk
from invoices.services.bulks.buyers import BUYERS
from invoices.services.bulks.disputes import DISPUTES
from invoices.services.bulks.documents import DOCUMENTS
from invoices.services.bulks.groups import GROUPS
from invoices.services.bulks.invoices import take_invoices
from invoices.services.bulks.rates import RATES
from invoices.services.bulks.shipments import SHIPMENTS
from invoices.services.bulks.signals import EVENTS, RATINGS, STATEMENTS
from invoices.services.bulks.spooling import Spooled
from invoices.services.bulks.taking import Taking, take_rows
from invoices.services.bulks.write_offs import WRITE_OFFS
from invoices.services.imports.results import ACCEPTED, Outcome, Tally, amounts

BULK_TASK = "invoices.bulk"
RUN_KIND = "bulk"
Taker = Callable[[Bulk], Tally]
_TAKINGS: dict[BulkKind, Taking[Any]] = {
    BulkKind.RECEIPTS: DOCUMENTS["receipt"],
    BulkKind.CREDIT_NOTES: DOCUMENTS["credit_note"],
    BulkKind.BUYERS: BUYERS,
    BulkKind.DISPUTES: DISPUTES,
    BulkKind.WRITE_OFFS: WRITE_OFFS,
    BulkKind.SHIPMENTS: SHIPMENTS,
    BulkKind.GROUPS: GROUPS,
    BulkKind.RATINGS: RATINGS,
    BulkKind.FINANCIAL_STATEMENTS: STATEMENTS,
    BulkKind.BUYER_EVENTS: EVENTS,
    BulkKind.RATES: RATES,
}
TAKERS: dict[BulkKind, Taker] = {
    BulkKind.INVOICES: take_invoices,
    **{kind: partial(take_rows, taking=taking) for kind, taking in _TAKINGS.items()},
}


def register(kind: BulkKind, taking: Taking[Any]) -> None:
    """Say how a kind is taken whose writer lives on an upper floor; that floor does so when it is loaded."""
    TAKERS[kind] = partial(take_rows, taking=taking)


@transaction.atomic
def receive_bulk(
    spooled: Spooled, *, kind: BulkKind, source: str, is_array: bool, in_background: bool, actor: User | None = None
) -> Bulk:
    """Take a stored body in: now, in the caller's transaction, or as a job.

    The same content that is still on its way as a job is that bulk. Raises what the taking of its kind raises.
    """
    if in_background:
        return _under_way(spooled, kind, source) or _enqueue(_create(spooled, kind, source, is_array, actor))
    bulk = _create(spooled, kind, source, is_array, actor)
    _take(bulk)
    return bulk


def _create(spooled: Spooled, kind: BulkKind, source: str, is_array: bool, actor: User | None) -> Bulk:
    bulk = Bulk.objects.create(
        kind=kind,
        source=source,
        is_array=is_array,
        sha256=spooled.sha256,
        path=spooled.path,
        size=spooled.size,
        actor=actor,
    )
    _audit(bulk, "received", {"kind": kind, "source": source, "sha256": spooled.sha256, "size": spooled.size})
    return bulk


def _under_way(spooled: Spooled, kind: BulkKind, source: str) -> Bulk | None:
    same = Bulk.objects.filter(source=source, sha256=spooled.sha256, kind=kind, state__in=UNDER_WAY)
    return same.exclude(run__state="failed").order_by("pk").first()


def _enqueue(bulk: Bulk) -> Bulk:
    bulk.run = open_run(RUN_KIND, f"bulk:{bulk.pk}", params={"bulk": bulk.pk}, actor=bulk.actor)
    bulk.save(update_fields=["run"])
    add_jobs(bulk.run, bulk.kind, BULK_TASK, params={"bulk": bulk.pk})
    return bulk


def run_bulk(bulk_id: int) -> Bulk:
    """Do a bulk's job; one that an earlier attempt ended is only reported. A refusal is noted, not raised."""
    Bulk.objects.filter(pk=bulk_id, state=BulkState.QUEUED).update(state=BulkState.RUNNING)
    try:
        with transaction.atomic():
            # A second worker waits here, and then finds it done.
            bulk = Bulk.objects.select_for_update().get(pk=bulk_id)
            if bulk.state in UNDER_WAY:
                _take(bulk)
    except DomainError as refused:
        _refuse(bulk_id, refused)
    return Bulk.objects.get(pk=bulk_id)


def _take(bulk: Bulk) -> None:
    tally = TAKERS[BulkKind(bulk.kind)](bulk)
    bulk.state, bulk.finished_at, bulk.rows = BulkState.DONE, timezone.now(), tally.rows
    for outcome in (*ACCEPTED, Outcome.QUARANTINED):
        setattr(bulk, outcome.value, tally.counts[outcome])
    bulk.totals = _totals(tally)
    bulk.save()
    counts = {outcome.value: tally.counts[outcome] for outcome in (*ACCEPTED, Outcome.QUARANTINED)}
    _audit(bulk, "finished", counts)


def _totals(tally: Tally) -> dict[str, Any]:
    by_outcome = {outcome.value: amounts(tally.total(outcome)) for outcome in (*ACCEPTED, Outcome.QUARANTINED)}
    return {"sums": amounts(tally.total(*Outcome)), **by_outcome, "without_amount": tally.without_amount}


@transaction.atomic
def _refuse(bulk_id: int, refused: DomainError) -> None:
    """Note why nothing was taken; a bulk that is done stays done."""
    params = {key: value if isinstance(value, dict) else str(value) for key, value in refused.params.items()}
    problem = {"code": refused.code, "detail": refused.message, "params": params}
    changes = {"state": BulkState.REFUSED, "problem": problem, "finished_at": timezone.now()}
    if Bulk.objects.filter(pk=bulk_id, state__in=UNDER_WAY).update(**changes):
        _audit(Bulk.objects.get(pk=bulk_id), "refused", {"code": refused.code})


def _audit(bulk: Bulk, verb: str, data: dict[str, Any]) -> None:
    audit.record(actor=bulk.actor, action=f"invoices.bulk.{verb}", subject_type="bulk", subject_id=bulk.pk, data=data)
