"""Runs: one open run per key, steps in order, failure and restart."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from core.errors import Conflict, InvalidTransition, NotFound
from core.models import AuditEvent, Job, Run
from core.queries.runs import latest_run, list_runs, run_progress
from core.services.leases import claim_job, fail_job, finish_job
from core.services.runs import add_jobs, enqueue, open_run, restart_job

pytestmark = pytest.mark.django_db


def plan(key: str = "k") -> Run:
    run = open_run("test", key)
    add_jobs(run, "first", "tests.first", shards=2)
    add_jobs(run, "second", "tests.second", params=[{"n": 7}, {"n": 8}])
    add_jobs(run, "aside", "tests.aside", beside=True)
    add_jobs(run, "last", "tests.last")
    return run


def states(run: Run) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for stage, state in run.jobs.order_by("pk").values_list("stage", "state"):
        found.setdefault(stage, []).append(state)
    return found


def do(job: Job, **result: int) -> None:
    claimed = claim_job(job.pk)
    assert claimed is not None
    finish_job(claimed, result)


def do_stage(run: Run, stage: str) -> None:
    for job in run.jobs.filter(stage=stage):
        do(job)


def fail(job: Job, error: str) -> None:
    claimed = claim_job(job.pk)
    assert claimed is not None
    fail_job(claimed, error)


def test_only_the_first_step_is_ready_when_a_run_is_opened() -> None:
    assert states(plan()) == {
        "first": ["ready", "ready"],
        "second": ["waiting", "waiting"],
        "aside": ["waiting"],
        "last": ["waiting"],
    }


def test_opening_a_run_that_is_open_gives_that_run_and_adds_nothing() -> None:
    first = plan()
    assert plan() == first
    assert Job.objects.count() == 6


def test_a_finished_run_does_not_keep_its_key() -> None:
    first = open_run("test", "k")
    add_jobs(first, "only", "tests.only")
    do_stage(first, "only")
    assert open_run("test", "k") != first


def test_the_next_step_is_ready_when_the_last_job_of_a_step_is_done() -> None:
    run = plan()
    one, two = run.jobs.filter(stage="first")
    do(one)
    assert states(run)["second"] == ["waiting", "waiting"]
    do(two)
    assert states(run)["second"] == ["ready", "ready"]
    assert states(run)["aside"] == ["ready"]
    assert states(run)["last"] == ["waiting"]
    run.refresh_from_db()
    assert run.stage == "second, aside"


def test_a_run_is_done_with_the_result_of_its_last_job() -> None:
    run = plan()
    for stage in ("first", "second", "aside"):
        do_stage(run, stage)
    do(run.jobs.get(stage="last"), total=42)
    run.refresh_from_db()
    assert (run.state, run.result) == (Run.State.DONE, {"total": 42})
    assert run.finished_at is not None


def test_a_failed_job_stops_the_run_only_after_the_others_of_its_step() -> None:
    run = plan()
    one, two = run.jobs.filter(stage="first")
    fail(one, "no rate for RUB\ndetails")
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING
    do(two)
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, "first[0]: no rate for RUB")
    assert states(run)["second"] == ["waiting", "waiting"]


def test_a_failed_job_is_restarted_alone_and_the_run_goes_on() -> None:
    run = plan()
    one, two = run.jobs.filter(stage="first")
    fail(one, "broken")
    do(two)
    restart_job(one.pk, actor=None)
    run.refresh_from_db()
    assert (run.state, run.error, run.finished_at) == (Run.State.RUNNING, "", None)
    assert states(run)["first"] == ["ready", "done"]
    do(one)
    assert states(run)["second"] == ["ready", "ready"]
    assert AuditEvent.objects.filter(action="core.job.restarted", subject_id=str(one.pk)).count() == 1


def test_a_job_that_has_not_failed_cannot_be_restarted() -> None:
    job = plan().jobs.first()
    assert job is not None
    with pytest.raises(InvalidTransition):
        restart_job(job.pk, actor=None)
    with pytest.raises(NotFound):
        restart_job(0, actor=None)
    assert not AuditEvent.objects.exists()


def test_a_failed_run_is_not_restarted_beside_a_newer_one_of_its_key() -> None:
    old = open_run("test", "k")
    add_jobs(old, "only", "tests.only")
    fail(old.jobs.get(), "broken")
    plan()
    with pytest.raises(Conflict, match="under way"):
        restart_job(old.jobs.get().pk, actor=None)
    assert old.jobs.get().state == Job.State.FAILED


def test_a_job_without_a_run_stands_alone() -> None:
    job = enqueue("tests.alone", {"buyer": 3})
    do(job)
    job.refresh_from_db()
    assert (job.state, job.params) == (Job.State.DONE, {"buyer": 3})


def test_progress_counts_jobs_and_reaches_100_only_at_the_end() -> None:
    run = plan()
    do_stage(run, "first")
    progress = run_progress(run.pk)
    assert [(s.stage, s.jobs, s.done, s.state) for s in progress.stages] == [
        ("first", 2, 2, "done"),
        ("second", 2, 0, "waiting"),
        ("aside", 1, 0, "waiting"),
        ("last", 1, 0, "waiting"),
    ]
    assert (progress.percent, progress.is_over) == (33, False)
    with pytest.raises(NotFound):
        run_progress(0)


def test_runs_are_listed_newest_first() -> None:
    first, second = plan("a"), plan("b")
    other = open_run("other", "c")
    assert [p.run_id for p in list_runs()] == [other.pk, second.pk, first.pk]
    assert [p.run_id for p in list_runs(kinds=["test"], before_id=second.pk)] == [first.pk]
    assert latest_run("test", key="a") == first
    assert latest_run("test", state=Run.State.DONE) is None


def test_runs_are_listed_in_two_queries(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for key in "abc":
        plan(key)
    with django_assert_num_queries(2):
        assert len(list_runs()) == 3


@pytest.mark.django_db(transaction=True)
def test_two_last_jobs_that_end_together_move_the_run_on_once() -> None:
    for round_ in range(20):
        run = open_run("test", f"race{round_}")
        add_jobs(run, "first", "tests.first", shards=4)
        add_jobs(run, "last", "tests.last")

        def work(job: Job) -> None:
            do(job)
            connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, list(run.jobs.filter(stage="first"))))
        run.refresh_from_db()
        assert states(run) == {"first": ["done"] * 4, "last": ["ready"]}
        assert run.stage == "last"


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_open_the_same_run_share_it() -> None:
    def opened(_: int) -> int:
        try:
            with transaction.atomic():
                return plan().pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(opened, range(4)))
    assert len(ids) == 1
    assert Job.objects.count() == 6
