"""Writing snapshots: a set per date, ledger version and rates version, filled shard by shard, then completed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from core import house
from core.dates import month_start
from core.models import Run, User
from core.queries.counters import LEDGER, RATES, get_version
from core.queries.sql import fetch_all
from core.services import runs
from invoices.domain.kinds import AgingBasis
from invoices.domain.metrics import round_metric
from invoices.models import SnapshotSet
from invoices.queries import portfolio
from invoices.queries.account_aging import ACCOUNT_BOTH_SQL, PLACES
from invoices.queries.aging import AgingQuestion
from invoices.queries.control import get_ledger_balances
from invoices.queries.metrics import Metric, MetricsReport, get_metrics
from invoices.queries.snapshots import get_set
from invoices.queries.trend import list_trend

RUN_KIND = "snapshot"
SHARD_TASK = "invoices.snapshot_shard"
TOTALS_TASK = "invoices.snapshot_totals"

# Whoever plans a set divides it into no more shards than this: more would only read the open items more often.
SHARDS_AT_MOST = 4

_COLUMNS = ", ".join(
    (
        *("buyer_id", "currency", "items", "open_amount", "disputed", "unapplied_cash", "unapplied_credit"),
        *("base_open", "base_disputed", "base_unapplied_cash", "base_unapplied_credit", "oldest_days_past_due"),
    )
)
_BUCKETS = ", ".join(f"{prefix}{k}" for prefix in ("b", "base_b") for k in PLACES)


def _basis_sql(basis: AgingBasis) -> str:
    own = ", ".join(f"{basis}_b{k}" for k in PLACES)
    base = ", ".join(f"CASE WHEN base_open IS NOT NULL THEN {basis}_base_b{k} END" for k in PLACES)
    return f"SELECT %(set)s, '{basis}', {_COLUMNS}, {own}, {base} FROM accounts"


# Both bases out of one reading of the ledger.
_WRITE_SQL = f"""
WITH accounts AS MATERIALIZED ({ACCOUNT_BOTH_SQL})
INSERT INTO invoices_agingsnapshot (set_id, basis, {_COLUMNS}, {_BUCKETS})
{" UNION ALL ".join(_basis_sql(basis) for basis in AgingBasis)}
ON CONFLICT (set_id, basis, buyer_id, currency) DO NOTHING
"""


def open_set(as_of: date, base_currency: str | None = None, run: Run | None = None) -> SnapshotSet:
    """The set of a date for the ledger and rates as they are now; an existing one is returned as it is."""
    found, _ = SnapshotSet.objects.get_or_create(
        as_of=as_of,
        base_currency=house.base_currency(base_currency),
        ledger_version=get_version(LEDGER),
        rates_version=get_version(RATES),
        defaults={"run": run},
    )
    return found


@transaction.atomic
def write_shard(set_id: int, shard: int = 0, of: int = 1) -> int:
    """Write the rows of the buyers with ``id mod of = shard``; rows that are there stay. Returns rows added.

    The ledger is read as known when the set was opened, so that all shards see the same.
    """
    snapshot = SnapshotSet.objects.get(pk=set_id)
    if snapshot.is_complete:
        return 0
    question = AgingQuestion(
        as_of=snapshot.as_of, base=snapshot.base_currency, known_at=snapshot.created_at, shard=(shard, of)
    )
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_SQL, {**question.params(question.rates()), "set": snapshot.pk})
        return int(cursor.rowcount)


def complete_set(set_id: int) -> SnapshotSet:
    """Sum the set up for the Home page, mark it complete and drop what it replaces; safe to run twice.

    Where a posting that was under way while the shards were written shows in some and not in others, the ledger's
    control says so, and the set is written again from the ledger as it is now.
    """
    snapshot = SnapshotSet.objects.get(pk=set_id)
    if snapshot.is_complete:
        return snapshot
    control = _control(snapshot)
    if not all(line["ok"] for line in control) and get_version(LEDGER) != snapshot.ledger_version:
        return complete_set(_reopen(snapshot).pk)
    snapshot.totals = _plain(_totals(snapshot, control))
    with transaction.atomic():
        snapshot.is_complete = True
        snapshot.save(update_fields=["totals", "is_complete"])
        _drop_replaced(snapshot)
    return snapshot


def _reopen(snapshot: SnapshotSet) -> SnapshotSet:
    _delete_sets([snapshot.pk])
    again = open_set(snapshot.as_of, snapshot.base_currency, snapshot.run)
    write_shard(again.pk)
    return again


def _drop_replaced(snapshot: SnapshotSet) -> None:
    older = SnapshotSet.objects.filter(
        as_of=snapshot.as_of, base_currency=snapshot.base_currency, created_at__lt=snapshot.created_at
    )
    _delete_sets(list(older.exclude(pk=snapshot.pk).values_list("pk", flat=True)))


def _delete_sets(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_agingsnapshot WHERE set_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM invoices_snapshotset WHERE id = ANY(%s)", [ids])


_CONTROL_SQL = """
SELECT currency, sum(open_amount) - sum(unapplied_cash) - sum(unapplied_credit) FROM invoices_agingsnapshot
WHERE set_id = %(set)s AND basis = 'due' GROUP BY currency
"""


def _control(snapshot: SnapshotSet) -> list[dict[str, Any]]:
    question = AgingQuestion(as_of=snapshot.as_of, known_at=snapshot.created_at)
    ledger = get_ledger_balances(question.items())
    aging: dict[str, Decimal] = dict(fetch_all(_CONTROL_SQL, {"set": snapshot.pk}))
    pairs = {c: (ledger.get(c, Decimal(0)), aging.get(c, Decimal(0))) for c in sorted({*ledger, *aging})}
    return [
        {"currency": currency, "ledger": booked, "aging": aged, "ok": booked == aged}
        for currency, (booked, aged) in pairs.items()
    ]


def _totals(snapshot: SnapshotSet, control: list[dict[str, Any]]) -> dict[str, Any]:
    question = AgingQuestion(as_of=snapshot.as_of, base=snapshot.base_currency, known_at=snapshot.created_at)
    rates = question.rates()
    due = portfolio.aging_totals(snapshot, AgingBasis.DUE)
    closing = portfolio.closing(snapshot, due)
    return {
        "currency": snapshot.base_currency,
        "aging": {"due": due, "invoice": portfolio.aging_totals(snapshot, AgingBasis.INVOICE)},
        "metrics": _metrics_json(get_metrics(question, closing=closing)),
        "before": _before(snapshot),
        "trend": [{name: getattr(point, name) for name in point.__slots__} for point in list_trend(question, rates)],
        "by_country": portfolio.by_country(snapshot),
        "largest_buyers": portfolio.largest_buyers(snapshot),
        "most_overdue_buyers": portfolio.most_overdue_buyers(snapshot),
        "most_overdue_groups": portfolio.most_overdue_groups(snapshot),
        "unconverted": closing.unconverted,
        "control": control,
        "rates": {c: {"rate": r.rate, "date": r.rate_date, "age_days": r.age_days} for c, r in rates.rates.items()},
        "rates_warnings": [rate.currency for rate in rates.warnings],
    }


def _metrics_json(report: MetricsReport) -> dict[str, Any]:
    return {metric.name: _metric_json(metric) for metric in report.metrics}


def _metric_json(metric: Metric) -> dict[str, Any]:
    return {
        "value": round_metric(metric.value),
        "unit": metric.unit,
        "formula": metric.formula,
        "inputs": metric.inputs,
    }


def _before(snapshot: SnapshotSet) -> dict[str, Any]:
    """Aging and metrics at the end of the month before: from its own set where there is one, else computed now."""
    day = month_start(snapshot.as_of) - timedelta(1)
    found = get_set(day, snapshot.base_currency)
    if found is not None:
        totals = found.set.totals
        return {"as_of": day, "aging": totals["aging"]["due"], "metrics": totals["metrics"]}
    question = AgingQuestion(as_of=day, base=snapshot.base_currency, known_at=snapshot.created_at, always_base=True)
    return {"as_of": day, "aging": None, "metrics": _metrics_json(get_metrics(question))}


def _plain(totals: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(totals, cls=DjangoJSONEncoder))
    return plain


@transaction.atomic
def request(as_of: date, actor: User | None = None, base_currency: str | None = None) -> Run:
    """Ask for the snapshot of a date; two people asking at once share one run."""
    base = house.base_currency(base_currency)
    run = runs.open_run(RUN_KIND, f"{as_of.isoformat()}:{base}", as_of=as_of, actor=actor)
    snapshot = open_set(as_of, base, run)
    runs.add_jobs(run, "snapshot", SHARD_TASK, params={"set": snapshot.pk, "shard": 0, "of": 1})
    runs.add_jobs(run, "totals", TOTALS_TASK, params={"set": snapshot.pk})
    return run
