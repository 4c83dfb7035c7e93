"""/api/v1/subscriptions/: what the page of webhooks does, for administrators who are signed in, never for keys."""

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEvent, Delivery, IdempotencyKey, Subscription, SubscriptionKey, User
from core.services.outbox.vault import unlock
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.api.orders import send

pytestmark = pytest.mark.django_db
ALL = "/api/v1/subscriptions/"
ONE = "/api/v1/subscriptions/{id}/"
LOG = "/api/v1/subscriptions/{id}/deliveries/"


@pytest.fixture(autouse=True)
def _quick(settings: Any, tmp_path: Path) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    settings.WEBHOOK_KEY_FILE = str(tmp_path / "webhooks" / "key")


@pytest.fixture
def admin() -> APIClient:
    User.objects.create(username="vera", role="finance_director", email="vera@example.com")
    return as_person("administrator")


def body(**changes: Any) -> dict[str, Any]:
    known = {"name": "ERP", "url": "http://127.0.0.1:8009/hook", "kinds": ["hold.set", "alert.opened"], "owner": "vera"}
    return {name: value for name, value in (known | changes).items() if value is not ...}


def subscribed(admin: APIClient) -> dict[str, Any]:
    response = admin.post(ALL, body(), format="json")
    assert response.status_code == 201, response.json()
    check_schema(response, ALL, "post")
    found: dict[str, Any] = response.json()
    return found


def act(admin: APIClient, pk: int, verb: str, *, status: int = 200, asked: Any = None) -> dict[str, Any]:
    response = send(admin, f"{ALL}{pk}/{verb}/", {} if asked is None else asked)
    assert response.status_code == status, response.json()
    check_schema(response, f"{ONE}{verb}/", "post")
    found: dict[str, Any] = response.json()
    return found


def test_a_subscription_is_made_with_its_secret_shown_once(admin: APIClient) -> None:
    made = subscribed(admin)
    assert made["secret"].startswith("whsec_")
    assert unlock(SubscriptionKey.objects.get().secret) == made["secret"]
    response = admin.get(f"{ALL}{made['id']}/")
    check_schema(response, ONE)
    assert response.json() == {name: value for name, value in made.items() if name != "secret"}
    listed = admin.get(ALL)
    check_schema(listed, ALL)
    assert [one["name"] for one in listed.json()] == ["ERP"]
    assert not IdempotencyKey.objects.exists()  # no copy of the secret
    assert AuditEvent.objects.filter(action="core.subscription.created").count() == 1


def test_it_is_paused_resumed_tested_rotated_and_ended(admin: APIClient) -> None:
    made = subscribed(admin)
    pk = made["id"]
    assert act(admin, pk, "pause")["state"] == "paused"
    act(admin, pk, "pause", status=409)
    assert act(admin, pk, "resume")["state"] == "active"
    assert act(admin, pk, "test")["pending"] == 1
    turned = admin.post(f"{ALL}{pk}/rotate/", {"grace_days": 2}, format="json")
    check_schema(turned, f"{ONE}rotate/", "post")
    assert turned.json()["secret"] not in ("", made["secret"])
    assert SubscriptionKey.objects.count() == 2
    ended = admin.delete(f"{ALL}{pk}/")
    check_schema(ended, ONE, "delete")
    assert ended.json()["id"] == pk
    check_problem(admin.get(f"{ALL}{pk}/"), 404, "subscription_not_found", ONE)
    assert not SubscriptionKey.objects.exists()


def test_the_log_is_read_and_dead_letters_are_sent_again(admin: APIClient) -> None:
    pk = subscribed(admin)["id"]
    act(admin, pk, "test")
    dead = Delivery.objects.get()
    Delivery.objects.update(state="dead", attempts=10)
    response = admin.get(f"{ALL}{pk}/deliveries/?state=dead&kind=test")
    check_schema(response, LOG)
    (line,) = response.json()["results"]
    assert (line["id"], line["state"], line["attempts"]) == (dead.pk, "dead", 10)
    again = send(admin, f"{ALL}{pk}/deliveries/{dead.pk}/replay/", {})
    check_schema(again, f"{LOG}{{delivery}}/replay/", "post")
    assert again.json()["state"] == "pending"
    Delivery.objects.update(state="dead")
    assert act(admin, pk, "replay") == {"deliveries": 1}
    check_problem(send(admin, f"{ALL}{pk}/deliveries/{dead.pk + 1}/replay/", {}), 404, "delivery_not_found")
    check_problem(admin.get(f"{ALL}{pk + 1}/deliveries/"), 404, "subscription_not_found", LOG)


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"owner": "nobody"}, 422, "subscription_owner_unknown", "owner"),
        ({"url": "ftp://x"}, 422, "webhook_url_invalid", "url"),
        ({"kinds": ["gossip"]}, 400, "field_invalid", "kinds"),
        ({"kinds": []}, 400, "field_invalid", "kinds"),
        ({"name": ...}, 400, "field_missing", "name"),
        ({"channel": "pigeon"}, 400, "field_invalid", "channel"),
    ],
)
def test_what_cannot_be_is_refused(
    admin: APIClient, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    response = admin.post(ALL, body(**change), format="json")
    assert check_problem(response, status, code).get("field") == field
    check_schema(response, ALL, "post")
    assert not Subscription.objects.exists()


def test_nobody_else_comes_near(admin: APIClient, settings: Any) -> None:
    pk = subscribed(admin)["id"]
    check_problem(APIClient().get(ALL), 401, "not_authenticated", ALL)
    others = [
        with_key("read", "check", "intake"),
        as_person("sales"),
        as_person("auditor"),
        as_person("credit_manager"),
    ]
    for client in others:
        for address in (ALL, f"{ALL}{pk}/", f"{ALL}{pk}/deliveries/"):
            check_problem(client.get(address), 403, "permission_denied")
        check_problem(client.post(ALL, body(), format="json"), 403, "permission_denied")
        check_problem(client.delete(f"{ALL}{pk}/"), 403, "permission_denied")
        for verb in ("pause", "resume", "test", "rotate", "replay"):
            check_problem(send(client, f"{ALL}{pk}/{verb}/", {}), 403, "permission_denied")
    settings.ADMINISTRATOR_NEEDS_SECOND_FACTOR = True
    check_problem(admin.get(ALL), 403, "second_factor_missing", ALL)
    assert Subscription.objects.get().state == "active"
