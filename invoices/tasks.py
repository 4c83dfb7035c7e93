"""Jobs of the ledger: each does one piece of work under a lease (core.jobs)."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from core.house import today
from core.jobs import job_task
from core.models import Job
from invoices.domain.bank import LineState
from invoices.domain.kinds import BatchState
from invoices.models import ImportBatch
from invoices.services.bank import matching
from invoices.services.bank.taking import MATCH_TASK
from invoices.services.bulks import arriving
from invoices.services.bulks.running import BULK_TASK, run_bulk
from invoices.services.documents.deciding import retry_arrived, retry_waiting
from invoices.services.documents.sellers import RETRY_TASK
from invoices.services.imports.background import IMPORT_TASK
from invoices.services.imports.running import run_import
from invoices.services.snapshots import SHARD_TASK, TOTALS_TASK, complete_set, write_shard


@job_task(IMPORT_TASK)
def import_batch(job: Job) -> dict[str, Any]:
    """Import the batch that ``params`` names; a batch that an earlier attempt finished is only reported."""
    batch = ImportBatch.objects.get(pk=job.params["batch"])
    if batch.state != BatchState.DONE:
        run_import(batch)
        batch.refresh_from_db()
    counts = ("rows", "created", "updated", "unchanged", "quarantined", "filtered")
    return {"batch": batch.pk, **{name: getattr(batch, name) for name in counts}, "totals": batch.totals}


@job_task(SHARD_TASK)
def snapshot_shard(job: Job) -> dict[str, Any]:
    """Write one shard of the snapshot set that ``params`` names."""
    return {"rows": write_shard(job.params["set"], job.params["shard"], job.params["of"])}


@job_task(TOTALS_TASK)
def snapshot_totals(job: Job) -> dict[str, Any]:
    """Sum the set up and mark it complete."""
    snapshot = complete_set(job.params["set"])
    return {"set": snapshot.pk, "buyers": snapshot.totals["aging"]["due"]["buyers"]}


@job_task(BULK_TASK)
def take_bulk(job: Job) -> dict[str, Any]:
    """Take in the bulk that ``params`` names."""
    bulk = run_bulk(job.params["bulk"])
    counts = ("rows", "created", "updated", "unchanged", "quarantined")
    return {"bulk": bulk.pk, "state": bulk.state, **{name: getattr(bulk, name) for name in counts}}


@job_task(RETRY_TASK)
def retry_documents(job: Job) -> dict[str, Any]:
    """Try the e-invoices that wait again: what was missing may be there now."""
    return retry_waiting(today=today())


MATCH_AGAIN_TASK = "invoices.match_again"


@shared_task(name=MATCH_AGAIN_TASK, ignore_result=True)
def match_again(**_: object) -> None:
    """Hourly: bank lines that nothing fitted are held against what came in since. Safe to run twice."""
    matching.match_again(states=(LineState.OPEN,))


@shared_task(name="invoices.take_arrived", ignore_result=True)
def take_arrived(**_: object) -> None:
    """Every minute: records that came before what they name are sent again once that is there. Safe to run twice."""
    arriving.take_arrived()


@shared_task(name="invoices.retry_arrived", ignore_result=True)
def retry_corrections(**_: object) -> None:
    """Every minute: corrections that came before their invoice are tried again once it is there. Safe to run twice."""
    retry_arrived(today=today())


@job_task(MATCH_TASK)
def match_bank_lines(job: Job) -> dict[str, Any]:
    """Propose what the new bank lines are, and post those that are sure enough."""
    matched = matching.match_lines()
    return {"lines": matched.lines, "posted": matched.posted, "proposed": matched.proposed, "open": matched.open}
