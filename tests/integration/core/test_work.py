"""Doing a job: what its body returns and raises, and the lease meanwhile."""

import threading

import pytest
from django.db import OperationalError

from core.errors import DomainError
from core.jobs import job_task
from core.models import Job, Run
from core.queries.runs import run_progress
from core.services.runs import add_jobs, open_run
from core.services.waiting import wait_for_run
from core.services.work import perform

pytestmark = pytest.mark.django_db


@job_task("tests.double")
def double(job: Job) -> dict[str, int]:
    return {"double": 2 * job.params["n"]}


@pytest.fixture
def run() -> Run:
    run = open_run("test", "work")
    add_jobs(run, "only", "tests.double", params=[{"n": 4}])
    return run


def only(run: Run) -> Job:
    return run.jobs.get()


def refuse(job: Job) -> None:
    raise DomainError("rate_missing", "There is no rate for RUB.")


def stumble(job: Job) -> None:
    raise OperationalError("deadlock detected")


def break_down(job: Job) -> None:
    raise ValueError("a defect")


def test_what_the_body_returns_is_the_jobs_result(run: Run) -> None:
    assert perform(only(run).pk, lambda job: {"n": job.params["n"]})
    assert (only(run).state, only(run).result) == (Job.State.DONE, {"n": 4})


def test_a_done_job_is_not_done_again(run: Run) -> None:
    assert double(job_id=only(run).pk)
    assert not double(job_id=only(run).pk)
    assert only(run).attempts == 1


def test_a_refusal_fails_the_job_at_once_in_plain_words(run: Run) -> None:
    perform(only(run).pk, refuse)
    assert (only(run).state, only(run).error) == (Job.State.FAILED, "There is no rate for RUB.")


def test_a_defect_fails_the_job_and_says_where(run: Run) -> None:
    perform(only(run).pk, break_down)
    assert only(run).state == Job.State.FAILED
    assert only(run).error.startswith("ValueError: a defect\n")
    assert "break_down" in only(run).error


def test_a_database_that_stumbles_is_tried_again_later(run: Run) -> None:
    perform(only(run).pk, stumble)
    assert only(run).state == Job.State.READY
    assert only(run).not_before is not None
    assert "deadlock" in only(run).error


def test_a_process_that_is_told_to_stop_gives_the_job_back(run: Run) -> None:
    def interrupted(job: Job) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(only(run).pk, interrupted)
    assert (only(run).state, only(run).attempts) == (Job.State.READY, 0)


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_body_works(run: Run, settings) -> None:  # type: ignore[no-untyped-def]
    settings.JOB_LEASE_SECONDS = 0.3
    renewed = threading.Event()

    def long_work(job: Job) -> None:
        first_end = Job.objects.get(pk=job.pk).lease_until
        while not renewed.wait(0.02):
            if Job.objects.get(pk=job.pk).lease_until != first_end:
                renewed.set()

    perform(only(run).pk, long_work)
    assert renewed.is_set()
    assert only(run).state == Job.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_result_that_comes_after_the_lease_was_taken_over_does_not_count(run: Run) -> None:
    def slow(job: Job) -> dict[str, str]:
        Job.objects.filter(pk=job.pk).update(lease_token="0b8a1b7e-5a63-4f0e-9a52-0d6a4f4a2f11")
        return {"from": "the slow one"}

    perform(only(run).pk, slow)
    assert only(run).state == Job.State.LEASED
    assert only(run).result == {}


@pytest.mark.django_db(transaction=True)
def test_a_waiting_command_does_the_work_itself_if_no_worker_comes(run: Run) -> None:
    seen: list[int] = []
    done = wait_for_run(run.pk, lambda progress: seen.append(progress.percent))
    assert (done.state, done.result) == (Run.State.DONE, {"double": 8})
    assert seen[0] == 0
    assert seen[-1] == 100
    assert run_progress(run.pk).is_over
