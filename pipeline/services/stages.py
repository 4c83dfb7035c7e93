"""What each stage of a close does. Every function is safe to run twice and returns figures for the run's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from alerts.domain.ledger import ControlTotal
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from core.models import Job, Run
from core.queries.runs import list_jobs, run_progress
from core.queries.sql import fetch_all
from credit.services.standings import write_standings
from invoices.queries.aging import AgingQuestion, get_aging
from invoices.services.snapshots import complete_set, open_set, write_shard
from pipeline.queries.proofs import latest_proof
from scoring.services.scores import score_buyers

_SHARD_SQL = "SELECT id FROM buyers_buyer WHERE id %% %(of)s = %(shard)s ORDER BY id"


def check_ledger(job: Job) -> dict[str, Any]:
    """Control totals by currency, rates that are old or missing, and the snapshot set that the shards will fill."""
    run = _run(job)
    as_of, known_at = _moment(run)
    report = get_aging(AgingQuestion(as_of=as_of, known_at=known_at, always_base=True))
    snapshot = open_set(as_of, run.params["base_currency"], run)
    return {
        "items": report.items,
        "agrees": report.is_reconciled,
        "control": [[c.currency, str(c.ledger), str(c.aging)] for c in report.controls],
        "unconverted": {currency: str(amount) for currency, amount in report.unconverted.items()},
        "rates_date": report.rates_date.isoformat() if report.rates_date else None,
        "snapshot": snapshot.pk,
    }


def snapshot_shard(job: Job) -> dict[str, Any]:
    """Aging lines of the shard's buyers."""
    return {"lines": write_shard(_checked(job)["snapshot"], job.shard, job.params["of"])}


def score_shard(job: Job) -> dict[str, Any]:
    """Scores of the shard's buyers; merged duplicates are scored under their survivor."""
    as_of, known_at = _moment(_run(job))
    ids = [row[0] for row in fetch_all(_SHARD_SQL, {"shard": job.shard, "of": job.params["of"]})]
    batch = score_buyers(buyer_ids=ids, as_of=as_of, known_at=known_at, run_id=job.run_id)
    return {"buyers": batch.scored, "evidence": batch.evidence_written}


def complete_snapshot(job: Job) -> dict[str, Any]:
    """Totals for the Home page; the set may be a newer one if postings came in meanwhile."""
    return {"snapshot": complete_set(_checked(job)["snapshot"]).pk}


def write_all_standings(job: Job) -> dict[str, Any]:
    """Grades, terms and lateness that changed, for upper floors."""
    run = _run(job)
    as_of, known_at = _moment(run)
    currency = run.params["base_currency"]
    return {"changed": write_standings(as_of=as_of, known_at=known_at, base_currency=currency, run_id=run.pk)}


def advance_alerts(job: Job) -> dict[str, Any]:
    """Alerts, date by date up to this one."""
    run = _run(job)
    as_of, known_at = _moment(run)
    control = [ControlTotal(c, Decimal(ledger), Decimal(aging)) for c, ledger, aging in _checked(job)["control"]]
    close = Close(as_of, known_at, run.params["base_currency"], control, latest_proof(known_at))
    advanced = advance(close, run_id=run.pk)
    return {**advanced.counts, "dates": len(advanced.dates), "skipped_days": advanced.skipped_days}


def finish_close(job: Job) -> dict[str, Any]:
    """The run's result: what each stage did and how long it took."""
    run = _run(job)
    counts = _stage_counts(run.pk)
    scored, control = counts["score"], _checked(job)["control"]
    return {
        **_head(run),
        "unchanged": False,
        "stages": _stages(run, counts),
        "buyers_scored": scored.get("buyers", 0),
        "alerts": {name: counts["alerts"][name] for name in _ALERT_COUNTS},
        "control": {"ok": _checked(job)["agrees"], "currencies": len(control)},
        "unconverted": _checked(job)["unconverted"],
    }


_IDS = ("snapshot",)
_ALERT_COUNTS = ("opened", "reopened", "worsened", "returned", "closed")


def same_result(run: Run, before: Run) -> dict[str, Any]:
    """The result of a close of a date of which nothing new was learned since the close ``before``."""
    same = {name: before.result[name] for name in ("buyers_scored", "control", "unconverted")}
    nothing = dict.fromkeys(_ALERT_COUNTS, 0)
    return {**_head(run), "unchanged": True, "same_as": before.pk, "stages": [], "alerts": nothing, **same}


def _head(run: Run) -> dict[str, Any]:
    as_of, known_at = _moment(run)
    return {"run": run.pk, "as_of": as_of.isoformat(), "known_at": known_at.isoformat()}


def _stages(run: Run, counts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    done = [stage for stage in run_progress(run.pk).stages if stage.done == stage.jobs]
    return [{"stage": s.stage, "jobs": s.jobs, "seconds": s.seconds, "counts": counts[s.stage]} for s in done]


def _stage_counts(run_id: int) -> dict[str, dict[str, int]]:
    """The numbers that the jobs of each stage returned, added up."""
    counts: dict[str, dict[str, int]] = {}
    for job in list_jobs(run_id):
        stage = counts.setdefault(job.stage, {})
        for name, value in job.result.items():
            if isinstance(value, int) and not isinstance(value, bool) and name not in _IDS:
                stage[name] = stage.get(name, 0) + value
    return counts


def _checked(job: Job) -> dict[str, Any]:
    """What the check stage of the job's run found."""
    result: dict[str, Any] = list_jobs(_run(job).pk, stage="check").get().result
    return result


def _run(job: Job) -> Run:
    if job.run is None:
        raise ValueError(f"job {job.pk} belongs to no run")
    return job.run


def _moment(run: Run) -> tuple[date, datetime]:
    if run.as_of is None or run.known_at is None:
        raise ValueError(f"run {run.pk} has no date")
    return run.as_of, run.known_at
