"""Real workers, a real broker and a receiver on loopback: what fails, is killed or gets lost arrives all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.celery import app
from core.models import Delivery
from core.services.outbox.dispatching import dispatch
from core.services.sweeper import sweep
from tests.integration.outbox.world import subscription, tell
from tests.receiver import Receiver, documented_verify
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]

StartWorker = Callable[[], "subprocess.Popen[bytes]"]
verify = documented_verify()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Waits of milliseconds, leases of two seconds, for this process and for workers."""
    settings.WEBHOOK_ALLOW_LOOPBACK, settings.WEBHOOK_KEY_FILE = True, str(tmp_path / "key")
    monkeypatch.setenv("WEBHOOK_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("WEBHOOK_KEY_FILE", settings.WEBHOOK_KEY_FILE)
    monkeypatch.setenv("WEBHOOK_RETRY_SECONDS", "0.05")
    monkeypatch.setenv("WEBHOOK_RETRY_LONGEST_SECONDS", "0.5")
    monkeypatch.setenv("JOB_LEASE_SECONDS", "2")


@pytest.fixture
def receiver(quick: None) -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def delivered() -> int:
    return Delivery.objects.filter(state="delivered").count()


def beat() -> None:
    """What the two entries of the schedule do every five seconds."""
    sweep()
    dispatch()


def test_receiver_that_fails_nine_times_gets_each_message_once_and_in_order(
    receiver: Receiver, start_worker: StartWorker
) -> None:
    made = subscription(receiver.url)
    receiver.answer = lambda said, before: 503 if said["subject"] == "order:1" and before < 9 + others() else 204

    def others() -> int:
        return sum(one.said["subject"] != "order:1" for one in receiver.got)

    start_worker()
    for subject in ("order:1", "order:1", "order:2", "order:1", "order:2"):
        tell(subject)
    wait_until("all are delivered", lambda: beat() or delivered() == 5, seconds=60)
    accepted = [(one.said["subject"], one.said["sequence"]) for one in receiver.accepted]
    assert [n for subject, n in accepted if subject == "order:1"] == [1, 2, 3]
    assert [n for subject, n in accepted if subject == "order:2"] == [1, 2]
    assert len(accepted) == len({one.id for one in receiver.accepted}) == 5
    failed = [one for one in receiver.got if one.status == 503]
    assert (len(failed), {one.id for one in failed}) == (9, {receiver_of(receiver, "order:1", 1)})
    assert all(verify(made.secret, one.headers, one.body) for one in receiver.got)


def receiver_of(receiver: Receiver, subject: str, sequence: int) -> str:
    return next(
        one.id for one in receiver.accepted if (one.said["subject"], one.said["sequence"]) == (subject, sequence)
    )


def test_worker_killed_between_sending_and_writing_down_sends_again_with_the_same_id(
    receiver: Receiver, start_worker: StartWorker
) -> None:
    made = subscription(receiver.url)
    receiver.hold = threading.Event()
    worker = start_worker()
    tell()
    assert receiver.arrived.wait(60)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    receiver.hold.set()
    assert Delivery.objects.get().state == "pending"
    start_worker()
    wait_until("it is sent again and noted", lambda: beat() or delivered() == 1, seconds=60)
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert verify(made.secret, second.headers, second.body)


def test_message_whose_hint_the_broker_lost_goes_out_with_the_next_beat(
    receiver: Receiver, start_worker: StartWorker
) -> None:
    subscription(receiver.url)
    tell()
    app.control.purge()
    start_worker()
    wait_until("it arrives", lambda: beat() or delivered() == 1, seconds=60)
    assert len(receiver.got) == 1
