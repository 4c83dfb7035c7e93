"""What the latest proof of the ledger found, as early warnings read it."""

from __future__ import annotations

from datetime import datetime

from alerts.domain.ledger import Disagreement, Proof
from core.models import Run

KIND = "verify"


def latest_proof(known_at: datetime | None = None) -> Proof | None:
    """The latest proof that was through at a moment (None: now); None if there was none."""
    proofs = Run.objects.filter(kind=KIND, state=Run.State.DONE)
    if known_at is not None:
        proofs = proofs.filter(finished_at__lte=known_at)
    run = proofs.order_by("-finished_at", "-pk").first()
    if run is None:
        return None
    first = [
        Disagreement(f"{row['subject']} {row['key']}", row["field"], row["stored"], row["entries"])
        for row in run.result["first"]
    ]
    return Proof(run.result["mismatches"], tuple(first))
