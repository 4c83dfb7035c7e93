"""What a close leaves behind, and how to take it away again."""

from typing import Any

from django.db import connection

from alerts.models import Alert, AlertEvent
from core.models import Run
from credit.models import BuyerStanding
from invoices.models import AgingSnapshot, SnapshotSet
from scoring.models import Score, ScoreEvidence

_DERIVED = (
    *("alerts_alertevent", "alerts_alert", "alerts_alertclock"),
    *("scoring_scoreevidence", "scoring_score", "credit_buyerstanding"),
    *("invoices_agingsnapshot", "invoices_snapshotset", "core_job"),
)
_NOT_RESULTS = {"id", "run_id", "set_id", "recorded_at", "created_at", "occurred_at", "alert_id", "score_id"}


def forget_closes() -> None:
    """Take away everything that is derived from the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_DERIVED)}")


def outcome(run: Run) -> dict[str, Any]:
    """Scores, evidence, alerts and their history, standings, snapshots and totals, without row numbers and clocks."""
    run.refresh_from_db()
    return {
        "scores": _rows(Score.objects.filter(run=run)),
        "evidence": _rows(ScoreEvidence.objects.all()),
        "alerts": _rows(Alert.objects.all()),
        "history": _rows(AlertEvent.objects.all()),
        "standings": _rows(BuyerStanding.objects.all()),
        "lines": _rows(AgingSnapshot.objects.all()),
        "totals": [snapshot.totals for snapshot in SnapshotSet.objects.filter(is_complete=True)],
        "result": {name: run.result[name] for name in ("buyers_scored", "alerts", "control", "unconverted")},
    }


def _rows(rows: Any) -> list[str]:
    """Every row as text, in an order of its own content."""
    kept = ({name: value for name, value in row.items() if name not in _NOT_RESULTS} for row in rows.values())
    return sorted(repr(sorted(row.items(), key=lambda item: item[0])) for row in kept)
