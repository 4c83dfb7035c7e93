"""The Celery application. Workers and beat start with ``celery -A config.celery``."""

import os
import signal

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_init, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

from config.local import processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Celery would import every page for Django's checks and then drop what they say; every ``manage.py`` command shows it.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("duewatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**kwargs: object) -> None:
    """Leave logging as settings configure it: Celery would replace the handlers."""


@worker_process_init.connect
def die_with_the_worker(**kwargs: object) -> None:
    """A pool process whose worker was killed must not go on beside the worker's successor."""
    ask = processes.tie_to_parent(signal.SIGKILL, parent=os.getppid())
    if ask is not None:
        ask()


@worker_ready.connect
def look_for_work(**kwargs: object) -> None:
    """A worker that starts asks at once for what was left while there was none."""
    from django.db import connection

    from core.services.sweeper import sweep

    sweep(wake_all=True)
    connection.close()


@beat_init.connect
def make_schedule(**kwargs: object) -> None:
    """Beat finds the nightly close in its table; people may edit it there."""
    from pipeline.services.schedule import ensure_entries

    ensure_entries()
