"""The nightly close: its entry in the schedule, and what it closes."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django_celery_beat.models import PeriodicTask

from core.models import Run
from core.services.pokes import get_task
from pipeline.services.schedule import NIGHTLY_NAME, ensure_entries
from pipeline.tasks import nightly_close

pytestmark = pytest.mark.django_db


def test_the_nightly_close_is_put_into_the_schedule_once() -> None:
    assert ensure_entries()
    assert not ensure_entries()
    entry = PeriodicTask.objects.get(name=NIGHTLY_NAME)
    assert (entry.crontab.hour, entry.crontab.minute, str(entry.crontab.timezone)) == ("1", "30", "Asia/Shanghai")


def test_what_people_changed_in_the_schedule_stays() -> None:
    ensure_entries()
    PeriodicTask.objects.update(enabled=False, name="Our night")
    assert not ensure_entries()
    assert list(PeriodicTask.objects.values_list("name", "enabled")) == [("Our night", False)]


def test_every_task_of_the_schedule_is_known_to_the_workers() -> None:
    ensure_entries()
    scheduled = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    scheduled |= set(PeriodicTask.objects.values_list("task", flat=True))
    assert {get_task(name).name for name in scheduled} == scheduled


def test_the_night_closes_the_business_day_that_has_ended() -> None:
    with time_machine.travel(datetime(2026, 5, 31, 17, 30, tzinfo=UTC)):  # 1:30 of 1 June in Shanghai
        nightly_close()
    assert Run.objects.get().as_of == date(2026, 5, 31)
