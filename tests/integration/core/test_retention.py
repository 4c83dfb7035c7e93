"""Old rows go; what is unfinished, named by another row, or the last of its kind stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from core.models import AuditEvent, Delivery, Job, OutboxMessage, Run, Subscription, User
from core.services import audit, retention
from core.services.retention import Forgotten, forget_old_rows
from invoices.models import SnapshotSet

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def days(settings: Any) -> None:
    settings.RETENTION_JOBS_DAYS, settings.RETENTION_RUNS_DAYS = 90, 400


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def run(days: int, state: str = "done", *, kind: str = "close", jobs: tuple[str, ...] = ("done",)) -> Run:
    """A run that ended so many days ago."""
    ended = ago(days) if state in {"done", "failed"} else None
    made = Run.objects.create(kind=kind, key=f"{kind}-{days}-{state}", state=state, finished_at=ended)
    for shard, job in enumerate(jobs):
        Job.objects.create(run=made, stage="s", task="t", shard=shard, state=job, finished_at=ended)
    return made


def forget() -> Forgotten:
    return forget_old_rows(now=NOW)


def left() -> set[str]:
    return set(Run.objects.values_list("key", flat=True))


def test_jobs_go_before_their_runs() -> None:
    run(0)
    old, older = run(91, jobs=("done", "done")), run(401)
    assert forget() == Forgotten(jobs=3, runs=1, sessions=0)
    assert (old.jobs.count(), Run.objects.filter(pk=older.pk).exists()) == (0, False)


def test_the_last_day_still_stays() -> None:
    run(0)
    run(400)
    run(90)
    assert forget() == Forgotten(jobs=1, runs=0, sessions=0)


def test_what_waits_behind_a_failed_job_goes_with_it() -> None:
    run(0)
    run(401, "failed", jobs=("done", "failed", "waiting"))
    assert forget() == Forgotten(jobs=3, runs=1, sessions=0)


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_open_run_stays_however_old(state: str) -> None:
    made = run(900, state, jobs=("done", "ready", "waiting"))
    Run.objects.update(created_at=ago(900))
    Job.objects.update(created_at=ago(900), finished_at=ago(900))
    assert forget() == Forgotten(0, 0, 0)
    assert made.jobs.count() == 3


def test_single_jobs_go_when_they_are_over() -> None:
    for state, days in (("done", 91), ("failed", 91), ("done", 89)):
        Job.objects.create(stage="s", task="t", state=state, finished_at=ago(days))
    for state in ("ready", "leased", "waiting"):
        Job.objects.create(stage="s", task="t", state=state, created_at=ago(900))
    assert forget().jobs == 2
    assert Job.objects.count() == 4


def test_the_last_good_run_of_each_kind_stays() -> None:
    for days in (500, 600):
        run(days)
        run(days, kind="verify")
    run(450, "failed")
    assert forget().runs == 3
    assert left() == {"close-500-done", "verify-500-done"}


def test_a_run_that_another_row_names_stays() -> None:
    run(0)
    named = run(500)
    SnapshotSet.objects.create(
        as_of=date(2025, 1, 1), base_currency="USD", ledger_version=1, rates_version=1, run=named
    )
    assert forget() == Forgotten(jobs=1, runs=0, sessions=0)
    assert named.key in left()


def test_every_table_that_names_runs_is_asked() -> None:
    tables = {table for table, _ in retention._references()}
    assert tables == {
        "core_job",
        "invoices_bulk",
        "invoices_importbatch",
        "invoices_snapshotset",
        "scoring_score",
        "credit_buyerstanding",
        "alerts_alertevent",
    }


def test_more_than_a_batch_goes_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    run(0)
    run(100, jobs=("done",) * 5)
    assert forget().jobs == 5


def test_a_night_is_bounded_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "BATCHES_AT_MOST", 2)
    run(0)
    run(100, jobs=("done",) * 5)
    assert [forget().jobs for _ in range(3)] == [4, 1, 0]


def test_sessions_that_ended_go() -> None:
    for key, end in (("old", ago(1)), ("new", ago(-1))):
        Session.objects.create(session_key=key, session_data="", expire_date=end)
    assert forget().sessions == 1
    assert Session.objects.get().session_key == "new"


def test_the_audit_trail_and_accounts_stay_for_ever() -> None:
    person = User.objects.create_user("wei", role="sales", last_login=ago(3000))
    audit.record(actor=person, action="core.user.created", subject_type="user", subject_id=1)
    forget_old_rows(now=NOW + timedelta(days=36_500))
    assert (AuditEvent.objects.count(), User.objects.count()) == (1, 1)


# --- messages --------------------------------------------------------------------------------------


def delivery(state: str, days: int) -> Delivery:
    """A message written and tried for the last time so many days ago."""
    owner, _ = User.objects.get_or_create(username="owner")
    place, _ = Subscription.objects.get_or_create(channel="mail", name="S", owner=owner)
    uid = f"msg_{Delivery.objects.count()}"
    message = OutboxMessage.objects.create(uid=uid, kind="hold.set", subject=uid, sequence=1, created_at=ago(days))
    return Delivery.objects.create(
        message=message, subscription=place, subject=uid, sequence=1, state=state, last_attempt_at=ago(days)
    )


def test_delivered_messages_and_dead_letters_go_when_they_are_old(settings: Any) -> None:
    settings.RETENTION_MESSAGES_DAYS, settings.RETENTION_DEAD_LETTERS_DAYS = 30, 180
    kept = [delivery("delivered", 30), delivery("dead", 180), delivery("pending", 4000)]
    delivery("delivered", 31), delivery("dead", 181)
    assert forget() == Forgotten(jobs=0, runs=0, sessions=0, deliveries=2, messages=2)
    assert set(Delivery.objects.values_list("pk", flat=True)) == {one.pk for one in kept}
    assert OutboxMessage.objects.count() == 3


def test_message_stays_with_its_last_delivery() -> None:
    first = delivery("delivered", 400)
    other = Subscription.objects.create(channel="mail", name="T", owner=User.objects.get())
    Delivery.objects.create(message=first.message, subscription=other, subject=first.subject, sequence=1)
    assert forget() == Forgotten(jobs=0, runs=0, sessions=0, deliveries=1, messages=0)
