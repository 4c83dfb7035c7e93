"""Delivered at least once, in order for each subject, signed so that the documentation's lines can tell."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.domain.outbox import MessageKind
from core.errors import Conflict, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent, Delivery, Job, Subscription, SubscriptionKey
from core.services.outbox.calling import Answer
from core.services.outbox.claiming import claim_next, note_delivered
from core.services.outbox.delivering import UNREACHABLE_AT_MOST
from core.services.outbox.replaying import replay, replay_all
from core.services.outbox.subscriptions import pause, resume, rotate_secret, send_test, unsubscribe
from tests.integration.outbox.world import person, subscription, tell, work
from tests.receiver import Receiver, documented_names, documented_verify

pytestmark = pytest.mark.django_db
verify = documented_verify()


def states() -> list[tuple[str, int, str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("subject", "sequence", "state", "attempts"))


def told(receiver: Receiver) -> list[tuple[str, int]]:
    return [(one.said["subject"], one.said["sequence"]) for one in receiver.accepted]


def test_message_arrives_once_and_is_signed(receiver: Receiver) -> None:
    made = subscription(receiver.url)
    tell(data={"amount": "80000.00", "currency": "USD"})
    work(rounds=2)
    (got,) = receiver.got
    assert verify(made.secret, got.headers, got.body)
    assert got.said["id"] == got.id
    assert got.said["data"] == {"amount": "80000.00", "currency": "USD"}
    assert states() == [("order:1", 1, "delivered", 1)]


def test_documented_lines_refuse_what_was_changed_or_is_old(receiver: Receiver) -> None:
    made = subscription(receiver.url)
    tell()
    work()
    (got,) = receiver.got
    stamp = int(got.headers["webhook-timestamp"])
    assert verify(made.secret, got.headers, got.body, now=stamp + 299)
    assert not verify(made.secret, got.headers, got.body, now=stamp + 301)
    assert not verify(made.secret, got.headers, got.body, now=stamp - 301)
    assert not verify(made.secret, got.headers, got.body + b" ")
    assert not verify(made.secret, dict(got.headers) | {"webhook-id": "msg_other"}, got.body)
    assert not verify(made.secret, dict(got.headers) | {"webhook-timestamp": str(stamp + 1)}, got.body)
    assert not verify("whsec_" + "A" * 44, got.headers, got.body)


def test_documented_receiver_accepts_what_it_can_verify(receiver: Receiver, settings: Any) -> None:
    documented = documented_names()
    server = documented["HTTPServer"](("127.0.0.1", 0), documented["Receiver"])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    made = subscription(f"http://127.0.0.1:{server.server_address[1]}/")
    documented["SECRET"] = made.secret
    tell()
    work()
    assert states() == [("order:1", 1, "delivered", 1)]
    documented["SECRET"], settings.WEBHOOK_ATTEMPTS = "whsec_" + "A" * 44, 1
    tell()
    work()
    assert Delivery.objects.get(state="dead").status == 401
    server.shutdown()
    server.server_close()


def test_receiver_that_fails_nine_times_gets_it_once_and_in_order(receiver: Receiver) -> None:
    made = subscription(receiver.url)
    failures = {"order:1": 9}
    receiver.answer = lambda said, before: _fail(failures, said["subject"])
    for subject in ("order:1", "order:1", "order:2", "order:1"):
        tell(subject)
    work(rounds=2)
    assert [one for one in told(receiver) if one[0] == "order:1"] == [("order:1", n) for n in (1, 2, 3)]
    assert len(receiver.got) == 9 + 4
    assert len({one.id for one in receiver.got[:20] if one.status == 500}) == 1
    assert all(verify(made.secret, one.headers, one.body) for one in receiver.got)
    assert states()[0] == ("order:1", 1, "delivered", 10)


def _fail(failures: dict[str, int], subject: str) -> int:
    failures[subject] = failures.get(subject, 0) - 1
    return 500 if failures[subject] >= 0 else 204


def test_failing_subject_holds_up_itself_only(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_RETRY_SECONDS = 3600
    subscription(receiver.url)
    receiver.answer = lambda said, before: 500 if said["subject"] == "order:1" else 204
    for subject in ("order:1", "order:1", "order:2", "order:2"):
        tell(subject)
    work(rounds=2)
    assert told(receiver) == [("order:2", 1), ("order:2", 2)]
    assert [(state, attempts) for _, _, state, attempts in states()[:2]] == [("pending", 1), ("pending", 0)]


def test_last_attempt_leaves_a_dead_letter_and_the_next_goes_on(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_ATTEMPTS = 3
    subscription(receiver.url)
    receiver.answer, receiver.text = lambda said, before: 500 if said["sequence"] == 1 else 204, b"no such \x00 order"
    tell(), tell()
    work()
    assert states() == [("order:1", 1, "dead", 3), ("order:1", 2, "delivered", 1)]
    dead = Delivery.objects.get(state="dead")
    assert (dead.status, dead.excerpt) == (500, "no such   order")


def test_dead_letter_is_sent_again_as_it_was(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_ATTEMPTS = 1
    made = subscription(receiver.url)
    receiver.answer = lambda said, before: 500
    tell()
    work()
    receiver.answer = lambda said, before: 204
    delivery, manager = Delivery.objects.get(), person("administrator")
    replay(delivery.pk, actor=manager)
    work()
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert verify(made.secret, second.headers, second.body)
    assert AuditEvent.objects.get(action="core.subscription.replayed").actor == manager
    with pytest.raises(InvalidTransition):
        replay(delivery.pk, actor=manager)


def test_all_dead_letters_go_again_in_order(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_ATTEMPTS = 1
    made = subscription(receiver.url)
    receiver.answer = lambda said, before: 404
    for _ in range(3):
        tell()
    work()
    receiver.answer = lambda said, before: 204
    assert replay_all(made.subscription.pk, actor=person("administrator")) == 3
    work()
    assert told(receiver) == [("order:1", 1), ("order:1", 2), ("order:1", 3)]
    assert replay_all(made.subscription.pk, actor=person("administrator")) == 0


def test_both_secrets_sign_until_the_old_one_ends(receiver: Receiver) -> None:
    old = subscription(receiver.url)
    now = timezone.now()
    new = rotate_secret(old.subscription.pk, now=now, grace=timedelta(days=1), actor=None)
    tell()
    work()
    got = receiver.got[0]
    assert len(got.headers["webhook-signature"].split()) == 2
    assert verify(old.secret, got.headers, got.body)
    assert verify(new.secret, got.headers, got.body)
    SubscriptionKey.objects.filter(ends_at__isnull=False).update(ends_at=now - timedelta(seconds=1))
    tell()
    work()
    got = receiver.got[1]
    assert not verify(old.secret, got.headers, got.body)
    assert verify(new.secret, got.headers, got.body)


def test_secret_is_replaced_at_once_where_it_leaked(receiver: Receiver) -> None:
    old = subscription(receiver.url)
    new = rotate_secret(old.subscription.pk, now=timezone.now(), grace=timedelta(), actor=None)
    tell()
    work()
    got = receiver.got[0]
    assert not verify(old.secret, got.headers, got.body)
    assert verify(new.secret, got.headers, got.body)


def test_secret_is_unreadable_in_the_database_and_without_the_key(
    receiver: Receiver, settings: Any, tmp_path: Any
) -> None:
    made = subscription(receiver.url)
    assert made.secret not in SubscriptionKey.objects.get().secret
    settings.WEBHOOK_KEY_FILE = str(tmp_path / "gone")
    with pytest.raises(Conflict, match="WEBHOOK_KEY_FILE"):
        subscription(receiver.url, name="second")
    tell()
    settings.WEBHOOK_RETRY_SECONDS = 3600
    work()
    assert receiver.got == []
    assert "WEBHOOK_KEY_FILE" in Delivery.objects.get().excerpt


def test_paused_subscription_collects_and_resumes_in_order(receiver: Receiver) -> None:
    pk = subscription(receiver.url).subscription.pk
    pause(pk, actor=None)
    tell(), tell()
    work()
    assert receiver.got == []
    resume(pk, actor=None)
    work()
    assert told(receiver) == [("order:1", 1), ("order:1", 2)]
    with pytest.raises(InvalidTransition):
        resume(pk, actor=None)


def test_deleted_subscription_sends_nothing_more(receiver: Receiver) -> None:
    pk = subscription(receiver.url).subscription.pk
    tell()
    unsubscribe(pk, actor=None)
    work()
    assert (receiver.got, SubscriptionKey.objects.count(), Delivery.objects.count()) == ([], 0, 0)
    with pytest.raises(NotFound):
        send_test(pk, actor=None)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "administrator"}])
def test_owner_who_may_not_read_any_more_is_not_told(receiver: Receiver, change: dict[str, Any]) -> None:
    made = subscription(receiver.url)
    tell()
    type(made.subscription.owner).objects.filter(pk=made.subscription.owner_id).update(**change)
    work()
    assert receiver.got == []
    assert Delivery.objects.get().state == "dead"


def test_test_message_goes_the_way_of_all_messages(receiver: Receiver) -> None:
    made = subscription(receiver.url)
    send_test(made.subscription.pk, actor=person("administrator"))
    work()
    (got,) = receiver.got
    assert (got.said["type"], got.said["data"]["asked_by"]) == (MessageKind.TEST, "owner-administrator")
    assert verify(made.secret, got.headers, got.body)


def test_receiver_that_is_away_rests(settings: Any) -> None:
    with Receiver() as gone:
        url = gone.url
    made = subscription(url)
    for n in range(10):
        tell(f"order:{n}")
    settings.WEBHOOK_RETRY_SECONDS = 3600
    work(rounds=3)
    assert Delivery.objects.filter(attempts=1).count() == UNREACHABLE_AT_MOST
    assert Subscription.objects.get(pk=made.subscription.pk).rest_until is not None


# --- claims ----------------------------------------------------------------------------------------


def leased(minutes: int = 1) -> Job:
    until = timezone.now() + timedelta(minutes=minutes)
    token = "00000000-0000-0000-0000-00000000000" + str(Job.objects.count() % 10)
    return Job.objects.create(task="t", stage="t", state="leased", lease_token=token, lease_until=until)


def test_claimed_delivery_is_nobody_elses_while_the_lease_holds() -> None:
    pk = subscription().subscription.pk
    tell()
    first, second = leased(), leased()
    assert claim_next(pk, first) is not None
    assert claim_next(pk, second) is None
    Job.objects.filter(pk=first.pk).update(lease_until=timezone.now() - timedelta(minutes=5))
    assert claim_next(pk, second) is not None


def test_what_a_worker_reports_after_its_lease_counts_for_nothing() -> None:
    pk = subscription().subscription.pk
    tell()
    late = claim_next(pk, leased(minutes=-5))
    now = claim_next(pk, leased())
    assert late is not None
    assert now is not None
    assert not note_delivered(late, Answer(200, "", 1))
    assert Delivery.objects.get().state == "pending"
    assert note_delivered(now, Answer(200, "", 1))


def test_missing_delivery_is_not_found() -> None:
    with pytest.raises(DomainError) as refused:
        replay(0, actor=person())
    assert refused.value.code == "delivery_not_found"
