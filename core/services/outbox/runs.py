"""What is told of a run's end."""

from __future__ import annotations

from core.domain.outbox import MessageKind
from core.models import Run
from core.services.outbox.publishing import Notice, publish


def run_finished(run_id: int) -> None:
    """A close, an import, a proof is done or failed; the caller has just written so."""
    publish(MessageKind.RUN_FINISHED, lambda: _notice(Run.objects.get(pk=run_id)))


def _notice(run: Run) -> Notice:
    data = {
        "run_id": run.pk,
        "run_kind": run.kind,
        "key": run.key,
        "state": run.state,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "error": run.error.partition("\n")[0][:300],
    }
    return Notice(kind=MessageKind.RUN_FINISHED, subject=f"run:{run.pk}", data=data, path=f"/runs/{run.pk}/")
