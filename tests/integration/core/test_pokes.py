"""Messages are hints: a lost one is sent again, a dead broker breaks no business."""

from contextlib import suppress
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from core.models import Job
from core.services import pokes
from core.services.leases import claim_job
from core.services.runs import add_jobs, open_run
from core.services.sweeper import REPOKE_AFTER_S, sweep

pytestmark = pytest.mark.django_db(transaction=True)

dead_app = Celery("dead", broker="redis+socket:///nonexistent/valkey.sock", set_as_current=False)
DEAD = f"{__name__}.dead_app"


@pytest.fixture
def queue(embedded_servers: None):  # type: ignore[no-untyped-def]
    """The names and job ids in the broker's queue."""
    app = pokes.broker_app()
    app.control.purge()

    def waiting() -> list[int]:
        with app.connection_for_read() as connection:
            simple = connection.SimpleQueue(django_settings.CELERY_TASK_DEFAULT_QUEUE)
            found = []
            with suppress(simple.Empty):
                while message := simple.get(block=False):
                    found.append(message.payload[1]["job_id"])
                    message.ack()
        return found

    return waiting


def opened(shards: int = 2) -> list[Job]:
    with transaction.atomic():
        run = open_run("test", "pokes")
        add_jobs(run, "only", "tests.only", shards=shards)
    return list(run.jobs.order_by("pk"))


def test_jobs_are_poked_when_the_business_transaction_commits(queue) -> None:  # type: ignore[no-untyped-def]
    with transaction.atomic():
        jobs = opened()
        assert queue() == []
    assert queue() == [job.pk for job in jobs]
    assert set(Job.objects.values_list("pokes", flat=True)) == {1}


def test_a_dead_broker_does_not_break_the_business_transaction(settings) -> None:  # type: ignore[no-untyped-def]
    settings.JOBS_APP = DEAD
    jobs = opened()
    assert [job.state for job in jobs] == [Job.State.READY] * 2
    assert set(Job.objects.values_list("poked_at", flat=True)) == {None}


def test_the_sweeper_pokes_what_a_dead_broker_missed(queue, settings) -> None:  # type: ignore[no-untyped-def]
    living, settings.JOBS_APP = settings.JOBS_APP, DEAD
    jobs = opened()
    settings.JOBS_APP = living
    assert sweep() == (0, 2)
    assert queue() == [job.pk for job in jobs]


def test_a_job_that_was_just_poked_is_left_alone(queue) -> None:  # type: ignore[no-untyped-def]
    opened()
    assert sweep() == (0, 0)


def test_a_lost_message_is_sent_again_ever_more_rarely(queue) -> None:  # type: ignore[no-untyped-def]
    (job,) = opened(shards=1)
    Job.objects.update(poked_at=timezone.now() - timedelta(seconds=REPOKE_AFTER_S + 1))
    assert sweep() == (0, 1)
    Job.objects.update(poked_at=timezone.now() - timedelta(seconds=REPOKE_AFTER_S + 1))
    assert sweep() == (0, 0)
    Job.objects.update(poked_at=timezone.now() - timedelta(seconds=2 * REPOKE_AFTER_S + 1))
    assert sweep() == (0, 1)
    assert queue() == [job.pk] * 3


def test_an_abandoned_job_is_poked_in_the_same_sweep(queue) -> None:  # type: ignore[no-untyped-def]
    (job,) = opened(shards=1)
    queue()
    claim_job(job.pk)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep() == (1, 1)
    assert queue() == [job.pk]


def test_a_retry_is_not_poked_before_its_time(queue) -> None:  # type: ignore[no-untyped-def]
    opened(shards=1)
    Job.objects.update(not_before=timezone.now() + timedelta(minutes=1), poked_at=None)
    assert sweep() == (0, 0)
