"""The nightly close: its entry in the schedule, and what it closes."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django_celery_beat.models import PeriodicTask

from core.models import Run
from core.services.pokes import get_task
from pipeline.services.schedule import ENTRIES, NIGHTLY_NAME, NIGHTLY_TASK, PROOF_TASK, ensure_entries
from pipeline.tasks import nightly_close, nightly_proof

pytestmark = pytest.mark.django_db


def test_every_night_has_its_entries_in_the_schedule_once() -> None:
    assert ensure_entries() == len(ENTRIES)
    assert ensure_entries() == 0
    entry = PeriodicTask.objects.get(name=NIGHTLY_NAME)
    assert (entry.crontab.hour, entry.crontab.minute, str(entry.crontab.timezone)) == ("1", "30", "Asia/Shanghai")


def test_what_people_changed_in_the_schedule_stays() -> None:
    ensure_entries()
    PeriodicTask.objects.filter(task=NIGHTLY_TASK).update(enabled=False, name="Our night")
    assert ensure_entries() == 0
    assert not PeriodicTask.objects.get(name="Our night").enabled


def test_an_entry_that_was_deleted_comes_back_alone() -> None:
    ensure_entries()
    PeriodicTask.objects.filter(task=PROOF_TASK).delete()
    assert ensure_entries() == 1
    assert PeriodicTask.objects.filter(task=PROOF_TASK).exists()


def test_the_ledger_is_proved_before_the_night_closes() -> None:
    ensure_entries()
    times = dict(PeriodicTask.objects.values_list("task", "crontab__minute"))
    assert int(times[PROOF_TASK]) < int(times[NIGHTLY_TASK])


def test_every_task_of_the_schedule_is_known_to_the_workers() -> None:
    ensure_entries()
    scheduled = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    scheduled |= set(PeriodicTask.objects.values_list("task", flat=True))
    assert {get_task(name).name for name in scheduled} == scheduled


def test_the_night_proves_the_ledger_as_a_run() -> None:
    with time_machine.travel(datetime(2026, 5, 31, 17, 15, tzinfo=UTC)):
        nightly_proof()
        nightly_proof()
    run = Run.objects.get()
    assert (run.kind, run.as_of, run.jobs.count()) == ("verify", date(2026, 5, 31), 1)


def test_the_night_closes_the_business_day_that_has_ended() -> None:
    with time_machine.travel(datetime(2026, 5, 31, 17, 30, tzinfo=UTC)):  # 1:30 of 1 June in Shanghai
        nightly_close()
    assert Run.objects.get().as_of == date(2026, 5, 31)
