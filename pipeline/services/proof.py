"""The proof of the ledger: every stored figure against its entries, as a run of its own that no close waits for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from core.models import Run, User
from core.services.runs import add_jobs, open_run
from invoices.queries.verify import verify_ledger
from pipeline.queries.proofs import KIND

VERIFY_TASK = "pipeline.verify_ledger"

# Enough to see what went wrong; ``manage.py verify_ledger`` lists more.
NAMED_AT_MOST = 10


@transaction.atomic
def start_proof(as_of: date, *, actor: User | None = None) -> Run:
    """The proof in the night after a date: a new run, or the one under way. It reads the ledger as it is then."""
    run = open_run(KIND, as_of.isoformat(), as_of=as_of, actor=actor)
    add_jobs(run, "verify", VERIFY_TASK)
    return run


def prove_ledger() -> dict[str, Any]:
    """Read every entry once: how many there are, how many stored figures differ, and the first that do."""
    found = verify_ledger()
    return {
        "entries": found.entries,
        "invoices": found.invoices,
        "balances": found.balances,
        "mismatches": len(found.mismatches),
        "first": [asdict(mismatch) for mismatch in found.mismatches[:NAMED_AT_MOST]],
    }
