"""Idempotency-Key: the same request again, another request under the same key, and both at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from core.errors import Conflict
from core.models import ApiClient, IdempotencyKey
from core.services.api_clients import rotate_client
from core.services.idempotency import Answer, Keyed, answer_once, try_again
from core.services.retention import forget_old_rows
from credit.models import OrderCheck, Reservation
from invoices.models import Order
from tests.integration.api.ladder import as_person, with_key
from tests.integration.api.orders import CHECKS, act, ask, everything, golden_buyer, order_body, refused, send, what_if
from tests.integration.credit.builders import TODAY
from tests.waiting import PATIENCE_S

TOGETHER = 6
SMALL: dict[str, Any] = {"amount": "1000.00"}


def together(work: Callable[[int], Any]) -> list[Any]:
    """Run ``work`` in parallel from one starting line."""
    barrier = Barrier(TOGETHER)

    def one(number: int) -> Any:
        barrier.wait(timeout=PATIENCE_S)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, range(TOGETHER)))


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
class TestOneAfterTheOther:
    @pytest.fixture
    def erp(self) -> APIClient:
        golden_buyer()
        return with_key("check")

    def test_same_key_and_body_get_the_stored_answer(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(**SMALL), key="k1")
        before = everything()
        second = send(erp, body=order_body(**SMALL), key="k1")
        assert (second.status_code, second.content) == (201, first.content)
        for header in ("ETag", "Location", "Content-Type"):
            assert second[header] == first[header]
        assert (second["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
        assert everything() == before

    def test_spaces_and_the_order_of_names_do_not_count(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(**SMALL), key="k1")
        turned = dict(reversed(order_body(**SMALL).items()))
        assert send(erp, body=turned, key="k1").content == first.content

    def test_a_quoted_key_is_the_same_key(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(**SMALL), key="k1")
        assert send(erp, body=order_body(**SMALL), key='"k1"').content == first.content

    @pytest.mark.parametrize("change", [{"amount": "2000.00"}, {"external_id": "SO-2"}, {"dry_run": True}])
    def test_same_key_with_another_body_is_refused(self, erp: APIClient, change: dict[str, Any]) -> None:
        send(erp, body=order_body(**SMALL), key="k1")
        before = everything()
        body = refused(
            send(erp, body=order_body(**SMALL | change), key="k1"), 422, "idempotency_key_reused", "Idempotency-Key"
        )
        assert body["value"] == "k1"
        assert everything() == before

    def test_same_key_at_another_address_or_for_another_version_is_refused(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(**SMALL), key="k1")
        before = everything()
        path = f"{CHECKS}{{id}}/cancel/"
        response = send(erp, f"{CHECKS}{first.json()['id']}/cancel/", key="k1")
        refused(response, 422, "idempotency_key_reused", "Idempotency-Key", path=path)
        response = send(erp, body=order_body(**SMALL), key="k1", If_Match=first["ETag"])
        refused(response, 422, "idempotency_key_reused", "Idempotency-Key")
        assert everything() == before

    def test_a_key_is_its_callers_own(self, erp: APIClient) -> None:
        send(erp, body=order_body(**SMALL), key="k1")
        answer = send(as_person("credit_analyst"), body=order_body(**SMALL), key="k1")
        assert (answer.status_code, answer.json()["order"]["source"]) == (201, "order-desk")

    def test_a_rotated_key_is_the_same_caller(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(**SMALL), key="k1")
        client = ApiClient.objects.get()
        issued = rotate_client(client_id=client.pk, now=timezone.now(), grace=timedelta(0), actor=None)
        renewed = APIClient(headers={"Authorization": f"Api-Key {issued.key}"})
        assert send(renewed, body=order_body(**SMALL), key="k1").content == first.content

    def test_a_refusal_by_a_rule_is_the_answer_too(self, erp: APIClient) -> None:
        first = send(erp, body=order_body(buyer="LATER", **SMALL), key="k1")
        refused(first, 404, "buyer_not_found", "buyer")
        golden_buyer("LATER")
        second = send(erp, body=order_body(buyer="LATER", **SMALL), key="k1")
        assert (second.status_code, second.content) == (404, first.content)
        assert second["Content-Type"] == "application/problem+json"
        assert send(erp, body=order_body(buyer="LATER", **SMALL), key="k2").status_code == 201

    @pytest.mark.parametrize("verb", ["cancel", "recheck"])
    def test_a_decision_is_taken_once(self, erp: APIClient, verb: str) -> None:
        first = ask(erp, **SMALL)
        status = 201 if verb == "recheck" else 200
        done = act(erp, first["id"], verb, key="k1", status=status)
        before = everything()
        assert act(erp, first["id"], verb, key="k1", status=status) == done
        assert everything() == before

    @pytest.mark.parametrize("verb", ["", "cancel/", "recheck/", "release/", "reject/"])
    def test_a_request_that_changes_something_needs_a_key(self, erp: APIClient, verb: str) -> None:
        first = ask(erp, **SMALL)
        bodies = {"": order_body(), "reject/": {"reason": "no"}, "release/": RELEASE}
        client = as_person("credit_manager") if verb in bodies and verb else erp
        before = everything()
        url, path = (f"{CHECKS}{first['id']}/{verb}", f"{CHECKS}{{id}}/{verb}") if verb else (CHECKS, CHECKS)
        response = send(client, url, bodies.get(verb), key=None)
        body = refused(response, 400, "idempotency_key_missing", "Idempotency-Key", path=path)
        assert body["fix"]
        assert everything() == before

    @pytest.mark.parametrize("key", [" ", "a b", "x" * 201, "ключ", '"'])
    def test_a_key_that_is_none_is_refused(self, erp: APIClient, key: str) -> None:
        before = everything()
        refused(send(erp, body=order_body(), key=key), 400, "idempotency_key_invalid", "Idempotency-Key")
        assert everything() == before

    def test_a_dry_run_needs_no_key_and_keeps_none(self, erp: APIClient) -> None:
        what_if(erp)
        assert IdempotencyKey.objects.count() == 0

    def test_old_keys_are_forgotten(self, erp: APIClient) -> None:
        for key in ("old", "new"):
            send(erp, body=order_body(**SMALL), key=key)
        now = timezone.now()
        IdempotencyKey.objects.filter(key="old").update(created_at=now - timedelta(days=31))
        assert forget_old_rows(now=now).answers == 1
        assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


RELEASE = {"amount": "80000", "valid_until": str(TODAY), "review_on": str(TODAY), "reason": "old friend"}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def key(self) -> Iterator[str]:
        """The header of a key that every thread sends."""
        with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC), tick=True):
            golden_buyer()
            client = with_key("check")
            header: str = client._credentials["HTTP_AUTHORIZATION"]  # type: ignore[attr-defined]
            yield header

    def test_same_requests_are_done_once(self, key: str) -> None:
        def one(_: int) -> Any:
            client = APIClient(raise_request_exception=False, headers={"Authorization": key})
            return send(client, body=order_body(**SMALL), key="k1")

        answers = together(one)
        done = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(done) + len(waiting) == TOGETHER, [answer.content for answer in answers]
        assert len({answer.content for answer in done}) == 1
        assert sum("Idempotency-Replayed" not in answer for answer in done) == 1
        for answer in waiting:
            assert (answer.json()["code"], answer["Retry-After"]) == ("idempotency_key_in_use", "1")
        assert Order.objects.filter(source="ERP").count() == 1
        assert Reservation.objects.filter(order__source="ERP").count() == 1
        assert OrderCheck.objects.filter(order__source="ERP").count() == 1

    def test_orders_that_do_not_fit_together_do_not_both_pass(self, key: str) -> None:
        def one(number: int) -> Any:
            client = APIClient(raise_request_exception=False, headers={"Authorization": key})
            return send(client, body=order_body("15000.00", external_id=f"SO-{number}"), key=f"k{number}")

        answers = together(one)
        assert [answer.status_code for answer in answers] == [201] * TOGETHER
        assert sum(answer.json()["is_approved"] for answer in answers) == 2  # 40 are left

    def test_other_bodies_under_one_key_have_one_winner(self, key: str) -> None:
        def one(number: int) -> Any:
            client = APIClient(raise_request_exception=False, headers={"Authorization": key})
            return send(client, body=order_body(**SMALL, external_id=f"SO-{number}"), key="k1")

        codes = sorted(answer.status_code for answer in together(one))
        assert codes[0] == 201
        assert set(codes[1:]) <= {409, 422}
        assert Order.objects.filter(source="ERP").count() == 1


@pytest.mark.django_db(transaction=True)
class TestService:
    ASKED = Keyed(caller="api:ERP", key="k", request_hash="h")

    def test_the_second_does_the_work_if_the_first_came_to_nothing(self) -> None:
        started, done = Event(), []

        def failing() -> Answer:
            started.set()
            raise ZeroDivisionError

        def first() -> None:
            try:
                answer_once(self.ASKED, failing)
            except ZeroDivisionError:
                done.append("first failed")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(first)
            assert started.wait(PATIENCE_S)
            answer = answer_once(self.ASKED, lambda: Answer(200, "{}"))
        assert (answer.is_replay, done) == (False, ["first failed"])

    def test_who_waits_too_long_is_told_to_come_back(self, settings: Any) -> None:
        settings.IDEMPOTENCY_WAIT_MS = 100
        started, finish = Event(), Event()

        def slow() -> Answer:
            started.set()
            assert finish.wait(10)
            return Answer(200, "{}")

        def first() -> None:
            answer_once(self.ASKED, slow)
            connection.close()

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(first)
            assert started.wait(PATIENCE_S)
            with pytest.raises(Conflict) as refused_:
                answer_once(self.ASKED, lambda: Answer(200, "{}"))
            finish.set()
            running.result(10)
        assert refused_.value.code == "idempotency_key_in_use"
        assert answer_once(self.ASKED, lambda: Answer(500, "")).is_replay

    def test_the_victim_of_a_deadlock_tries_again(self) -> None:
        keys = [Keyed("api:ERP", name, "h") for name in ("a", "b")]
        for key in keys:
            answer_once(key, lambda: Answer(200, "{}"))
        barrier, tries = Barrier(2), []

        def crosswise(number: int) -> str:
            first, second = keys[number].key, keys[1 - number].key

            def work() -> str:
                tries.append(number)
                with transaction.atomic():
                    IdempotencyKey.objects.filter(key=first).update(status=201)
                    if len(tries) <= 2:
                        barrier.wait(timeout=PATIENCE_S)
                    IdempotencyKey.objects.filter(key=second).update(status=201)
                return "done"

            try:
                return try_again(work)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(crosswise, range(2))) == ["done", "done"]
        assert len(tries) >= 3
