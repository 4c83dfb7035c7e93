"""The close of a date, its stages done in this process: what it writes, and what it does the second time."""

import json
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from alerts.models import Alert, AlertEvent
from core.errors import DomainError
from core.models import Job, Run
from core.queries.runs import run_progress
from core.services.leases import claim_job, fail_job
from core.services.runs import restart_job
from core.services.waiting import work_here
from credit.models import BuyerStanding
from invoices.models import AgingSnapshot, ControlBalance, Invoice, SnapshotSet
from pipeline.queries.inputs import get_fingerprint
from pipeline.services.close import start_close
from scoring.models import Score
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAY = date(2026, 5, 31)


@pytest.fixture
def late() -> Invoice:
    """A small portfolio: one buyer 61 days late, one that pays."""
    good = make_buyer("GOOD", country="DE")
    for due in ("2026-02-10", "2026-03-10", "2026-04-10"):
        pay(make_invoice(good, "1000", issued="2026-01-05", due=due), "1000", day=due)
    make_invoice(good, "1000", issued="2026-05-01", due="2026-07-01")
    return make_invoice(make_buyer("LATE", country="BR"), "500", due="2026-03-31")


def close(day: date = DAY, *, shards: int = 3) -> Run:
    run = start_close(day, known_at=now(), shards=shards)
    while work_here(run.pk):
        pass
    run.refresh_from_db()
    return run


def now() -> datetime:
    """After everything that the test has recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def counts(run: Run) -> dict[str, Any]:
    return {stage["stage"]: stage["counts"] for stage in run.result["stages"]}


def test_a_close_goes_through_all_its_stages(late: Invoice) -> None:
    run = close()
    assert (run.state, run.error) == (Run.State.DONE, "")
    assert [(s.stage, s.jobs, s.done) for s in run_progress(run.pk).stages] == [
        ("check", 1, 1),
        ("snapshot", 3, 3),
        ("totals", 1, 1),
        ("score", 3, 3),
        ("alerts", 1, 1),
        ("standings", 1, 1),
        ("finish", 1, 1),
    ]
    assert run.result["buyers_scored"] == 2
    assert run.result["control"] == {"ok": True, "currencies": 1}
    assert counts(run)["score"]["buyers"] == 2


def test_a_close_divides_the_snapshot_into_four_at_most(late: Invoice) -> None:
    run = close(shards=6)
    jobs = {(s.stage, s.jobs, s.done) for s in run_progress(run.pk).stages}
    assert {("snapshot", 4, 4), ("score", 6, 6)} <= jobs
    assert counts(run)["snapshot"]["lines"] == AgingSnapshot.objects.filter(set__as_of=DAY).count() == 4
    assert run.result["control"]["ok"] is True


def test_a_close_leaves_scores_snapshots_alerts_and_standings(late: Invoice) -> None:
    run = close()
    assert set(Score.objects.filter(run=run).values_list("buyer__code", flat=True)) == {"GOOD", "LATE"}
    assert SnapshotSet.objects.get(as_of=DAY).is_complete
    late_alerts = Alert.objects.filter(buyer__code="LATE")
    assert {"overdue_15", "overdue_30"} <= set(late_alerts.values_list("rule", flat=True))
    assert run.result["alerts"]["opened"] == Alert.objects.count()
    grades = dict(BuyerStanding.objects.filter(kind="grade").values_list("buyer__code", "value"))
    scored = dict(Score.objects.filter(run=run).values_list("buyer__code", "grade"))
    assert grades == scored


def test_closing_a_date_again_with_nothing_new_changes_nothing(late: Invoice) -> None:
    first = close()
    before = derived()
    again = close()
    assert again.pk != first.pk
    assert again.result["unchanged"] is True
    assert again.result["buyers_scored"] == 2
    assert set(again.result["alerts"].values()) == {0}
    assert (again.state, again.jobs.count()) == (Run.State.DONE, 0)
    assert (again.finished_at is not None, run_progress(again.pk).percent) == (True, 100)
    assert derived() == before


def derived() -> tuple[int, ...]:
    models = (Score, Alert, AlertEvent, BuyerStanding, SnapshotSet)
    return tuple(model.objects.count() for model in models)  # type: ignore[attr-defined]


def test_closing_a_date_again_after_a_payment_follows_the_ledger(late: Invoice) -> None:
    close()
    pay(late, "500", day="2026-05-30")
    again = close()
    assert again.result["unchanged"] is False
    assert again.result["alerts"]["closed"] >= 2
    assert not Alert.objects.filter(rule__startswith="overdue", closed_on=None).exists()


def test_a_fact_about_a_buyer_is_something_new(late: Invoice) -> None:
    before = get_fingerprint()
    late.buyer.kyc_records.create(status="complete", valid_from="2026-01-01")
    assert get_fingerprint() != before
    close()
    late.buyer.country = "AR"
    late.buyer.save()
    assert close().result["unchanged"] is False


def test_a_second_close_of_the_same_date_joins_the_first(late: Invoice) -> None:
    first = start_close(DAY, known_at=NOW, shards=3)
    assert start_close(DAY, known_at=now(), shards=5) == first
    assert Job.objects.filter(run=first, stage="score").count() == 3
    assert first.known_at == NOW


def test_an_empty_database_can_be_closed() -> None:
    run = close()
    assert (run.state, run.result["buyers_scored"]) == (Run.State.DONE, 0)


def test_a_date_that_has_not_come_is_refused() -> None:
    with pytest.raises(DomainError, match="has not come yet"):
        start_close(date(2026, 6, 2), known_at=NOW)
    assert not Run.objects.exists()


def test_a_shard_that_failed_is_restarted_alone_and_the_close_goes_on(late: Invoice) -> None:
    run = start_close(DAY, known_at=now(), shards=3)
    shard = run.jobs.get(stage="score", shard=1)
    while Job.objects.get(pk=shard.pk).state == Job.State.WAITING:
        work_here(run.pk)
    held = claim_job(shard.pk)
    assert held is not None
    fail_job(held, "ValueError: a defect")
    while work_here(run.pk):
        pass
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, "score[1]: ValueError: a defect")
    restart_job(shard.pk, actor=None)
    while work_here(run.pk):
        pass
    run.refresh_from_db()
    assert (run.state, run.result["buyers_scored"]) == (Run.State.DONE, 2)
    assert run.jobs.get(stage="score", shard=1).attempts == 1


def test_every_stage_is_safe_to_run_twice(late: Invoice) -> None:
    """As after a worker that died when its work was written but not yet said to be done."""
    run = start_close(DAY, known_at=now(), shards=2)
    repeated: set[int] = set()
    while job := run.jobs.filter(state=Job.State.READY).order_by("pk").first():
        work_here(run.pk)
        if job.pk not in repeated:
            repeated.add(job.pk)
            forget_that_it_was_done(run, job)
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert len(repeated) == run.jobs.count()
    assert Score.objects.filter(run=run).count() == 2
    assert run.result["alerts"]["opened"] == Alert.objects.count()
    assert AlertEvent.objects.count() == Alert.objects.count()
    assert BuyerStanding.objects.values("buyer", "kind").distinct().count() == BuyerStanding.objects.count()


def forget_that_it_was_done(run: Run, job: Job) -> None:
    step = Job.objects.get(pk=job.pk).step
    Job.objects.filter(run=run, step__gt=step).update(state=Job.State.WAITING)
    Job.objects.filter(pk=job.pk).update(state=Job.State.READY)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)


def test_a_ledger_that_does_not_agree_is_an_alert(late: Invoice) -> None:
    balance = ControlBalance.objects.get(buyer=late.buyer)
    balance.receivable += 1
    balance.save()
    run = close()
    assert run.result["control"]["ok"] is False
    alert = Alert.objects.get(rule="ledger_mismatch")
    assert (alert.subject_key, alert.evidence["difference"]) == ("USD", "-1.0000")


def run_command(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_waits_shows_progress_and_answers_with_one_object(late: Invoice) -> None:
    out, err = run_command("close", "--as-of", "2026-05-31", "--json")
    answer = json.loads(out)
    assert list(answer)[:3] == ["as_of", "known_at", "run"]
    assert answer["buyers_scored"] == 2
    assert set(answer["alerts"]) == {"opened", "reopened", "worsened", "returned", "closed"}
    assert [stage["stage"] for stage in answer["stages"]][:2] == ["check", "snapshot"]
    assert all(stage["seconds"] >= 0 for stage in answer["stages"])
    assert "100 %" in err


def test_the_command_says_what_is_wrong_with_a_date() -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        run_command("close", "--as-of", "31/05/2026")


@pytest.mark.django_db(transaction=True)
def test_a_close_that_fails_ends_the_command_with_its_error(late: Invoice, settings: Any) -> None:
    settings.BASE_CURRENCY = "not a currency"
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("close", "--as-of", "2026-05-31", "--json", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    error = json.loads(out.getvalue())["error"]
    assert error["code"] == "close_failed"
    assert "check[0]" in error["message"]


def test_the_alerts_command_lists_what_was_live_on_a_date(late: Invoice) -> None:
    close()
    answer = json.loads(run_command("alerts", "--as-of", "2026-05-31", "--json")[0])
    assert (answer["as_of"], answer["advanced_to"]) == ("2026-05-31", "2026-05-31")
    assert answer["count"] == len(answer["alerts"]) == Alert.objects.count()
    overdue = next(a for a in answer["alerts"] if a["rule"] == "overdue_30")
    assert (overdue["subject"], overdue["level"], overdue["state"]) == ("LATE", "61.0000", "open")
    assert overdue["proposed_action"] == "start_collection"
    before = json.loads(run_command("alerts", "--as-of", "2026-05-30", "--json")[0])
    assert before["alerts"] == []
    assert "LATE" in run_command("alerts", "--as-of", "2026-05-31")[0]
