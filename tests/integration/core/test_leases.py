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
    take_waiting,
)
from core.services.runs import add_jobs, enqueue, enqueue_once, open_run

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


class TestTakingWhatWaitsForTheSame:
    def asked(self, place: int, **more: object) -> Job:
        return enqueue("tests.place", {"place": place, **more})

    def test_waiting_jobs_of_the_same_places_are_done_along(self) -> None:
        first, near, far = self.asked(1), self.asked(2, cause="rain"), self.asked(3)
        other, later = enqueue("tests.other", {"place": 1}), self.asked(1)
        Job.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(minutes=1))
        held = claimed(first)
        assert take_waiting(held, "place", [1, 2]) == [{"place": 2, "cause": "rain"}]
        near.refresh_from_db()
        assert (near.state, near.result) == (Job.State.DONE, {"done_by": first.pk})
        for untouched in (far, other, later):
            untouched.refresh_from_db()
            assert untouched.state == Job.State.READY

    def test_whoever_does_the_job_after_a_dead_worker_knows_of_all(self) -> None:
        first, second = self.asked(1), self.asked(1, cause="rain")
        take_waiting(claimed(first), "place", [1])
        let_expire(first)
        assert take_waiting(claimed(first), "place", [1]) == [second.params]

    def test_what_a_taken_job_had_taken_itself_goes_along_and_nothing_twice(self) -> None:
        rain, snow = {"place": 1, "cause": "rain"}, {"place": 1, "cause": "snow"}
        first, second, _third = self.asked(1), self.asked(**rain), self.asked(**snow)
        take_waiting(claimed(second), "place", [1])  # its worker dies
        Job.objects.filter(pk=first.pk).update(state=Job.State.READY, finished_at=None)
        let_expire(second)
        requeue_expired()
        self.asked(**snow)
        assert take_waiting(claimed(first), "place", [1]) == [rain, {"place": 1}, snow]

    def test_what_was_taken_has_all_its_tries_before_it(self) -> None:
        first = self.asked(1)
        for _ in range(MAX_ATTEMPTS - 1):
            claimed(first)
            let_expire(first)
        self.asked(1, cause="rain")
        held = claimed(first)
        assert held.attempts == MAX_ATTEMPTS
        take_waiting(held, "place", [1])
        let_expire(first)
        assert (claimed(first).attempts, first.error) == (2, "")

    def test_who_lost_the_job_takes_nothing(self) -> None:
        first, second = self.asked(1), self.asked(1)
        held = claimed(first)
        let_expire(first)
        claimed(first)
        with pytest.raises(LeaseLost):
            take_waiting(held, "place", [1])
        second.refresh_from_db()
        assert second.state == Job.State.READY

    def test_what_waits_already_is_asked_for_once(self) -> None:
        enqueue_once("tests.place", [{"place": 1}, {"place": 2}])
        enqueue_once("tests.place", [{"place": 2}, {"place": 3}])
        claimed(Job.objects.get(params={"place": 1}))
        enqueue_once("tests.place", [{"place": 1}])
        assert [job.params["place"] for job in Job.objects.order_by("pk")] == [1, 2, 3, 1]
