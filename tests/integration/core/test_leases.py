"""Leases: one holder at a time, given up by time, finished by the holder only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import Job, Run
from core.services.leases import (
    MAX_ATTEMPTS,
    LeaseLost,
    claim_job,
    fail_job,
    finish_job,
    release_job,
    renew,
    requeue_expired,
    retry_job,
)
from core.services.runs import add_jobs, open_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    run = open_run("test", "leases")
    add_jobs(run, "only", "tests.only")
    return run.jobs.get()


def let_expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def claimed(job: Job) -> Job:
    held = claim_job(job.pk)
    assert held is not None
    return held


def test_a_claimed_job_is_not_claimed_again(job: Job) -> None:
    held = claimed(job)
    assert held.attempts == 1
    assert claim_job(job.pk) is None


def test_the_first_claim_starts_the_run(job: Job) -> None:
    claimed(job)
    run = Run.objects.get()
    assert run.state == Run.State.RUNNING
    assert run.started_at is not None


def test_a_job_whose_lease_ran_out_is_claimed_by_another(job: Job) -> None:
    first = claimed(job)
    let_expire(job)
    second = claimed(job)
    assert second.lease_token != first.lease_token
    with pytest.raises(LeaseLost):
        finish_job(first, {"from": "the first"})
    with pytest.raises(LeaseLost):
        fail_job(first, "too late")
    assert not renew(first)
    finish_job(second, {"from": "the second"})
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"from": "the second"})


def test_renewing_keeps_the_job(job: Job) -> None:
    held = claimed(job)
    let_expire(job)
    assert renew(held)
    assert requeue_expired() == 0
    assert claim_job(job.pk) is None


def test_a_done_job_is_not_claimed(job: Job) -> None:
    finish_job(claimed(job))
    assert claim_job(job.pk) is None


def test_an_abandoned_job_is_ready_again_and_poked_at_once(job: Job) -> None:
    claimed(job)
    Job.objects.update(poked_at=timezone.now(), pokes=3)
    let_expire(job)
    assert requeue_expired() == 1
    job.refresh_from_db()
    assert (job.state, job.lease_token, job.poked_at, job.pokes) == (Job.State.READY, None, None, 0)


def test_a_job_that_takes_its_workers_down_fails_at_last(job: Job) -> None:
    for _ in range(MAX_ATTEMPTS):
        claimed(job)
        let_expire(job)
    assert claim_job(job.pk) is None
    assert requeue_expired() == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "5 times" in job.error
    assert Run.objects.get().state == Run.State.FAILED


def test_a_retry_waits_and_then_can_be_claimed(job: Job) -> None:
    retry_job(claimed(job), "deadlock", delay_seconds=60)
    assert claim_job(job.pk) is None
    Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    held = claimed(job)
    assert (held.attempts, held.error) == (2, "deadlock")


def test_a_job_retried_too_often_fails_with_its_error(job: Job) -> None:
    for _ in range(MAX_ATTEMPTS):
        retry_job(claimed(job), "deadlock", delay_seconds=-1)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "deadlock")


def test_a_released_job_has_not_used_an_attempt(job: Job) -> None:
    release_job(claimed(job))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.READY, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_claim_at_once_one_gets_the_job(job: Job) -> None:
    def claim(_: int) -> bool:
        try:
            return claim_job(job.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1
    job.refresh_from_db()
    assert job.attempts == 1
