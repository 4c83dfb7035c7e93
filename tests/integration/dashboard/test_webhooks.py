"""Administration: subscriptions, their log and dead letters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.models import AuditEvent, Delivery, Subscription, SubscriptionKey
from core.services.outbox.subscriptions import send_test
from tests.budgets import query_budget
from tests.integration.dashboard.desk import check_denied, sign_in, text_of
from tests.integration.outbox.world import person, subscription, tell, work
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
LIST = "/administration/webhooks/"
LOG = f"{LIST}log/"
OTHERS = ("sales", "credit_analyst", "credit_manager", "finance_director", "auditor")


@pytest.fixture(autouse=True)
def quick(settings: Any, tmp_path: Path) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK, settings.WEBHOOK_KEY_FILE = True, str(tmp_path / "key")
    settings.WEBHOOK_ATTEMPTS = 1


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def given(**changed: Any) -> dict[str, Any]:
    plain = {
        "name": "ERP",
        "channel": "webhook",
        "url": "https://hooks.example/",
        "kinds": ["hold.set", "run.finished"],
    }
    return plain | {"owner": person("auditor").pk} | changed


@pytest.mark.parametrize("address", [LIST, LOG])
def test_pages_are_for_administrators(address: str) -> None:
    check_denied(address, *OTHERS)
    assert sign_in("administrator").get(address).status_code == 200


@pytest.mark.parametrize(
    "path", ["{0}/pause/", "{0}/resume/", "{0}/delete/", "{0}/test/", "{0}/replay/", "{0}/rotate/", "log/replay/"]
)
def test_nobody_else_changes_anything(path: str) -> None:
    made = subscription()
    tell()
    Delivery.objects.update(state="dead")
    before = AuditEvent.objects.count()
    data = {"delivery": Delivery.objects.get().pk}
    check_denied(LIST + path.format(made.subscription.pk), *OTHERS, method="post", data=data)
    assert (AuditEvent.objects.count(), Delivery.objects.get().state) == (before, "dead")
    assert Subscription.objects.get().state == "active"
    assert SubscriptionKey.objects.count() == 1


def test_nobody_else_subscribes() -> None:
    check_denied(LIST, *OTHERS, method="post", data=given())
    assert not Subscription.objects.exists()


def test_new_webhook_shows_its_secret_once() -> None:
    client = sign_in("administrator")
    response = client.post(LIST, given())
    secret = re.search(r'id="secret">(whsec_[^<]+)<', response.content.decode())
    assert secret is not None
    assert response["Cache-Control"] == "no-store"
    one = Subscription.objects.get()
    assert (one.kinds, one.owner) == (["hold.set", "run.finished"], person("auditor"))
    for address in (LIST, f"{LIST}{one.pk}/", LOG, "/administration/audit/"):
        assert secret[1] not in client.get(address).content.decode()
    assert "subscription created" in text_of(client.get(f"{LIST}{one.pk}/"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://hooks.example:22/"}, "Port 22 belongs to another service"),
        ({"url": "ftp://hooks.example/"}, "It must begin with https://"),
        ({"url": ""}, "It must begin with https://"),
        ({"name": ""}, "This field is required"),
        ({"kinds": []}, "This field is required"),
        ({"channel": "mail", "url": ""}, "No mail server is set up"),
        ({"owner": "0"}, "Select a valid choice"),
    ],
)
def test_subscription_that_makes_no_sense_is_refused_at_its_field(changed: dict[str, Any], words: str) -> None:
    response = sign_in("administrator").post(LIST, given(**changed))
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Subscription.objects.exists()


def test_kind_that_the_owner_may_not_read_is_refused() -> None:
    response = sign_in("administrator").post(LIST, given(owner=person("sales").pk, kinds=["limit.changed"]))
    assert response.status_code == 422
    assert "may not read: limit.changed" in text_of(response)


def test_mail_subscription_goes_to_its_owner(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True
    response = sign_in("administrator").post(LIST, given(channel="mail", url="https://left.example/"), follow=True)
    assert "The subscription was created." in text_of(response)
    assert (Subscription.objects.get().url, SubscriptionKey.objects.count()) == ("", 0)


def test_secret_is_replaced_and_shown_once() -> None:
    made = subscription()
    client = sign_in("administrator")
    response = client.post(f"{LIST}{made.subscription.pk}/rotate/", {"grace": "7"})
    secret = re.search(r'id="secret">(whsec_[^<]+)<', response.content.decode())
    assert secret is not None
    assert secret[1] != made.secret
    assert SubscriptionKey.objects.filter(ends_at__isnull=True).count() == 1
    page = text_of(client.get(f"{LIST}{made.subscription.pk}/"))
    assert "secret of a subscription replaced" in page
    assert page.count("(ends ") == 1


def test_subscription_is_paused_resumed_tested_and_deleted(receiver: Receiver) -> None:
    pk = subscription(receiver.url).subscription.pk
    client = sign_in("administrator")
    for verb, words in (("pause", "Paused."), ("resume", "Resumed."), ("test", "A test message is on its way")):
        assert words in text_of(client.post(f"{LIST}{pk}/{verb}/", follow=True))
    work()
    assert [one.said["type"] for one in receiver.got] == ["test"]
    assert "deleted; nothing more is sent" in text_of(client.post(f"{LIST}{pk}/delete/", follow=True))
    assert client.get(f"{LIST}{pk}/").status_code == 404
    page = text_of(client.post(f"{LIST}{pk}/test/", follow=True))
    assert "There is no such subscription." in page


def test_log_shows_what_came_back_and_never_what_was_said(receiver: Receiver) -> None:
    subscription(receiver.url)
    receiver.answer, receiver.text = lambda said, before: 502, b"<b>try later</b>"
    tell("order:7", data={"buyer_name": "Confidential Ltd"})
    work()
    client = sign_in("administrator")
    page = text_of(client.get(LOG))
    for words in ("order:7 #1", "dead letter", "502", "&lt;b&gt;try later&lt;/b&gt;", "hold set or changed"):
        assert words in page
    assert "Confidential" not in page
    csv = b"".join(client.get(LOG, {"export": "csv"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(csv.splitlines()) == 2
    assert "Confidential" not in csv


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 2),
        ({"state": "dead"}, 1),
        ({"state": "pending"}, 1),
        ({"kind": "test"}, 1),
        ({"subject": "order:7"}, 1),
        ({"state": "dead", "kind": "test"}, 0),
        ({"state": "nonsense", "subscription": "x"}, 2),
    ],
)
def test_log_is_filtered(receiver: Receiver, query: dict[str, str], found: int) -> None:
    one = subscription(receiver.url).subscription
    receiver.answer = lambda said, before: 500
    tell("order:7")
    work()
    send_test(one.pk, actor=None)
    page = text_of(sign_in("administrator").get(LOG, query))
    assert page.count("<tr>") - 1 == found if found else "No delivery matches" in page


def test_dead_letter_is_sent_again(receiver: Receiver) -> None:
    subscription(receiver.url)
    receiver.answer = lambda said, before: 500
    tell("order:7")
    work()
    receiver.answer = lambda said, before: 204
    client = sign_in("administrator")
    assert "Send again" in text_of(client.get(LOG, {"state": "dead"}))
    pk = Delivery.objects.get().pk
    assert "It is being sent again." in text_of(client.post(f"{LOG}replay/", {"delivery": pk}, follow=True))
    work()
    assert Delivery.objects.get().state == "delivered"
    assert AuditEvent.objects.filter(action="core.subscription.replayed").count() == 1


@pytest.mark.parametrize("delivery", ["", "x", "0", "9" * 30])
def test_delivery_that_does_not_exist_is_said_so(delivery: str) -> None:
    page = text_of(sign_in("administrator").post(f"{LOG}replay/", {"delivery": delivery}, follow=True))
    assert "There is no such delivery." in page


def test_all_dead_letters_of_a_subscription_go_again(receiver: Receiver) -> None:
    pk = subscription(receiver.url).subscription.pk
    receiver.answer = lambda said, before: 500
    tell("order:7"), tell("order:8")
    work()
    client = sign_in("administrator")
    assert "Send all dead letters again" in text_of(client.get(f"{LIST}{pk}/"))
    client.post(f"{LIST}{pk}/replay/")
    assert Delivery.objects.filter(state="pending").count() == 2


@pytest.mark.parametrize("address", [LIST, LOG])
def test_query_budget_is_kept(address: str, receiver: Receiver) -> None:
    client = sign_in("administrator")
    for n in range(4):
        subscription(receiver.url, name=f"S{n}")
        tell(f"order:{n}")
    with query_budget(f"PAGE {address}"):
        client.get(address)
