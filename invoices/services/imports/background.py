"""Imports that run as jobs: what the page starts and watches."""

from __future__ import annotations

from django.db import transaction

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import InvalidTransition
from core.models import Run, User
from core.services.runs import add_jobs, open_run
from invoices.domain.kinds import BatchState
from invoices.models import ImportBatch

IMPORT_TASK = "invoices.import_batch"
RUN_KIND = "import"


@transaction.atomic
def request_import(batch: ImportBatch, actor: User) -> Run:
    """Start a batch's import in the background; the run that is under way if there is one."""
    require(actor, Permission.LEDGER_IMPORT)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in {BatchState.PREVIEW, BatchState.RUNNING}:
        raise InvalidTransition(current=batch.state, allowed=(BatchState.PREVIEW,))
    run = open_run(RUN_KIND, f"import:{batch.pk}", params={"batch": batch.pk}, actor=actor)
    add_jobs(run, "import", IMPORT_TASK, params={"batch": batch.pk})
    ImportBatch.objects.filter(pk=batch.pk).update(run=run, state=BatchState.RUNNING)
    return run
