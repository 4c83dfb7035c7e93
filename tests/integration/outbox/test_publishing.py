"""A message is written with the change it tells of, for those who may read it, and numbered for its subject."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from core.domain.outbox import MessageKind
from core.errors import DomainError
from core.models import Delivery, OutboxMessage, OutboxSubject, Subscription
from core.services.outbox.bodies import body_of
from core.services.outbox.publishing import Notice, one_look, publish, publish_all
from core.services.outbox.subscriptions import unsubscribe
from tests.integration.outbox.world import person, subscription, tell

pytestmark = pytest.mark.django_db


def numbers() -> list[tuple[str, int]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("subject", "sequence"))


def test_nothing_is_written_or_even_described_if_nobody_wants_it() -> None:
    subscription(kinds=(MessageKind.RUN_FINISHED,))
    publish(MessageKind.HOLD_SET, lambda: pytest.fail("described for nobody"))
    assert not OutboxMessage.objects.exists()


def test_who_wants_messages_is_read_once_for_one_piece_of_work(django_assert_num_queries: Any) -> None:
    with one_look(), django_assert_num_queries(1):
        for kind in (MessageKind.HOLD_SET, MessageKind.ORDER_DECIDED):
            publish(kind, lambda: pytest.fail("described for nobody"))
    subscription()
    with one_look():
        tell("order:1")
        with django_assert_num_queries(3):
            tell("order:2")
    tell("order:3")
    assert [subject for subject, _ in numbers()] == ["order:1", "order:2", "order:3"]


def test_message_is_rolled_back_with_its_change() -> None:
    subscription()
    with pytest.raises(DomainError):
        _change_and_refuse()
    assert (OutboxMessage.objects.count(), Delivery.objects.count(), OutboxSubject.objects.count()) == (0, 0, 0)


@transaction.atomic
def _change_and_refuse() -> None:
    tell()
    assert Delivery.objects.count() == 1
    raise DomainError("no", "The change is refused after all.")


def test_each_subject_is_numbered_in_the_order_given() -> None:
    subscription()
    tell("order:1")
    subjects = ["order:2", "order:1", "order:2", "order:1"]
    notices = [Notice(kind=MessageKind.HOLD_SET, subject=one, data={"n": n}) for n, one in enumerate(subjects)]
    publish_all([MessageKind.HOLD_SET], lambda: notices)
    assert numbers() == [("order:1", 1), ("order:2", 1), ("order:1", 2), ("order:2", 2), ("order:1", 3)]


def test_many_messages_cost_no_more_statements_than_one(django_assert_num_queries: Any) -> None:
    subscription()
    for count in (1, 300):
        notices = [Notice(kind=MessageKind.HOLD_SET, subject=f"order:{n}", data={}) for n in range(count)]
        with django_assert_num_queries(4):
            publish_all([MessageKind.HOLD_SET], lambda notices=notices: notices)


def test_deleted_subscription_and_inactive_owner_get_nothing() -> None:
    unsubscribe(subscription().subscription.pk, actor=None)
    orphan = subscription(role="auditor").subscription
    orphan.owner.is_active = False
    orphan.owner.save()
    tell()
    assert not OutboxMessage.objects.exists()


def test_sales_get_what_is_about_their_own_buyers() -> None:
    mine = subscription(role="sales", kinds=(MessageKind.HOLD_SET,)).subscription
    tell("order:1", sales_owner_id=mine.owner_id)
    tell("order:2", sales_owner_id=person("sales", "another").pk)
    tell("order:3")
    assert numbers() == [("order:1", 1)]


@pytest.mark.parametrize(
    ("role", "told"), [("sales", {"gate": "held"}), ("auditor", {"gate": "held", "over_by": "5.00"})]
)
def test_figures_of_limits_are_in_the_body_for_readers_of_limits_only(role: str, told: dict[str, str]) -> None:
    owner = subscription(role=role, kinds=(MessageKind.HOLD_SET,)).subscription.owner
    tell(data={"gate": "held"}, restricted={"over_by": "5.00"}, sales_owner_id=owner.pk, path="/holds/1/")
    body = body_of(OutboxMessage.objects.get(), owner)
    assert body["data"] == told
    assert (body["type"], body["subject"], body["sequence"]) == ("hold.set", "order:1", 1)
    assert body["link"] == "http://localhost:8000/holds/1/"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"kinds": ()}, "subscription_kind_unknown", "kinds"),
        ({"kinds": ("test",)}, "subscription_kind_unknown", "kinds"),
        ({"kinds": ("hold.set", "x")}, "subscription_kind_unknown", "kinds"),
        ({"role": "sales", "kinds": ("limit.changed",)}, "subscription_kind_not_readable", "kinds"),
        ({"role": "administrator"}, "subscription_kind_not_readable", "kinds"),
        ({"name": " "}, "subscription_name_invalid", "name"),
        ({"name": "x" * 81}, "subscription_name_invalid", "name"),
        ({"url": "ftp://hooks.example/"}, "webhook_url_invalid", "url"),
        ({"owner_id": 0}, "subscription_owner_unknown", "owner"),
        ({"channel": "mail"}, "mail_not_set_up", "channel"),
    ],
)
def test_subscription_that_makes_no_sense_is_refused(given: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        subscription(**given)
    assert (refused.value.code, refused.value.params["field"]) == (code, field)
    assert not Subscription.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_number_waits_for_the_transaction_that_took_the_one_before() -> None:
    subscription()
    second = threading.Thread(target=_tell_elsewhere)
    with transaction.atomic():
        tell("order:1", data={"who": "first"})
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(20)
    rows = OutboxMessage.objects.order_by("sequence").values_list("sequence", "data__who")
    assert list(rows) == [(1, "first"), (2, "second")]


def _tell_elsewhere() -> None:
    try:
        with transaction.atomic():
            tell("order:1", data={"who": "second"})
    finally:
        connection.close()
