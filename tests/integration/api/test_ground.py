"""What every endpoint stands on: who calls, what is refused and how, pages, limits. On a view of the test's own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import Http404
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from core.api.params import PageParams
from core.api.views import ReadView
from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from core.models import ApiClient, AuditEvent, User
from core.services.api_clients import create_client, revoke_client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.api.test_ground")]


class EventParams(PageParams):
    action = serializers.CharField(required=False)
    since = serializers.DateField(required=False)


class EventSerializer(serializers.Serializer[AuditEvent]):
    id = serializers.IntegerField()


class EventList(ReadView):
    permission = Permission.AUDIT_READ

    def get(self, request: Request) -> Response:
        wanted = self.parse(EventParams)
        rows = AuditEvent.objects.all()
        if "action" in wanted:
            rows = rows.filter(action=wanted["action"])
        return self.page(rows, EventSerializer, ordering="-id")


class Failing(ReadView):
    def get(self, request: Request, kind: str) -> Response:
        errors: dict[str, Exception] = {
            "rule": DomainError("rate_missing", "No rate.", {"field": "currency", "value": "RUB", "age_days": 90}),
            "gone": NotFound("buyer_unknown", "No buyer."),
            "http404": Http404("secret words"),
            "defect": RuntimeError("secret words"),
        }
        raise errors[kind]


v1: list[Any] = [path("events/", EventList.as_view()), path("failing/<str:kind>/", Failing.as_view())]
urlpatterns = [path("api/v1/", include(v1)), path("api/", include("config.api_urls"))]
handler500 = "core.api.unmatched.server_error"


@pytest.fixture(autouse=True)
def _fresh_limits(embedded_servers: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def key() -> str:
    return create_client(name="ERP", scopes=["read"], expires_at=None, now=timezone.now(), actor=None).key


def with_key(key: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
    return client


def as_person(role: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    user = User.objects.create(username=role, role=role)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def check_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:duewatch:problem:{code}")
    assert body["detail"]
    assert body["title"]
    assert body["request_id"]
    return body


# --- who calls -----------------------------------------------------------------------------------


def test_key_with_the_scope_reads(key: str) -> None:
    response = with_key(key).get("/api/v1/events/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_use_of_a_key_is_noted(key: str) -> None:
    with_key(key).get("/api/v1/events/")
    assert ApiClient.objects.get().last_used_at is not None


def test_nobody_is_asked_for_a_key() -> None:
    response = APIClient().get("/api/v1/events/")
    check_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == 'Api-Key realm="api"'


@pytest.mark.parametrize("text", ["nonsense", "abcdefgh.nonsense", ""])
def test_unknown_key_is_refused(key: str, text: str) -> None:
    check_problem(with_key(text).get("/api/v1/events/"), 401, "api_key_unknown")


def test_prefix_of_a_key_is_not_enough(key: str) -> None:
    check_problem(with_key(key[:-1] + "#").get("/api/v1/events/"), 401, "api_key_unknown")


def test_revoked_key_is_told_so(key: str) -> None:
    revoke_client(client_id=ApiClient.objects.get().pk, actor=None)
    check_problem(with_key(key).get("/api/v1/events/"), 401, "api_key_revoked")


def test_expired_key_is_told_so() -> None:
    yesterday = timezone.now() - timedelta(days=1)
    issued = create_client(name="ERP", scopes=["read"], expires_at=timezone.now(), now=yesterday, actor=None)
    check_problem(with_key(issued.key).get("/api/v1/events/"), 401, "api_key_expired")


def test_key_without_the_scope_reads_nothing() -> None:
    issued = create_client(name="ERP", scopes=["check", "intake"], expires_at=None, now=timezone.now(), actor=None)
    check_problem(with_key(issued.key).get("/api/v1/events/"), 403, "permission_denied")


@pytest.mark.parametrize(
    ("role", "status"),
    [("auditor", 200), ("credit_manager", 200), ("credit_analyst", 403), ("sales", 403), ("administrator", 403)],
)
def test_person_reads_by_role(role: str, status: int) -> None:
    assert as_person(role).get("/api/v1/events/").status_code == status


def test_superuser_gets_nothing_extra() -> None:
    client = as_person("administrator")
    User.objects.update(is_superuser=True, is_staff=True)
    check_problem(client.get("/api/v1/events/"), 403, "permission_denied")


def test_deactivated_person_is_nobody() -> None:
    client = as_person("auditor")
    User.objects.update(is_active=False)
    check_problem(client.get("/api/v1/events/"), 401, "not_authenticated")


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_wrong_method_is_refused_for_everybody(key: str, method: str) -> None:
    for client in (with_key(key), as_person("auditor"), APIClient()):
        response = getattr(client, method)("/api/v1/events/")
        check_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        User.objects.all().delete()


def test_only_json_is_offered(key: str) -> None:
    check_problem(with_key(key).get("/api/v1/events/", HTTP_ACCEPT="text/csv"), 406, "not_acceptable")


def test_unknown_parameter_is_refused_with_the_near_one(key: str) -> None:
    body = check_problem(with_key(key).get("/api/v1/events/?acton=x"), 400, "parameter_unknown")
    assert (body["field"], body["fix"]) == ("acton", "action")


def test_parameter_given_twice_is_refused(key: str) -> None:
    body = check_problem(with_key(key).get("/api/v1/events/?action=a&action=b"), 400, "parameter_repeated")
    assert body["field"] == "action"


@pytest.mark.parametrize("text", ["2026-02-30", "30.1.2026", ""])
def test_bad_value_is_named(key: str, text: str) -> None:
    body = check_problem(with_key(key).get(f"/api/v1/events/?since={text}"), 400, "parameter_invalid")
    assert (body["field"], body["value"]) == ("since", text)


def test_rule_says_field_value_and_what_it_measured(key: str) -> None:
    body = check_problem(with_key(key).get("/api/v1/failing/rule/"), 422, "rate_missing")
    assert (body["field"], body["value"], body["age_days"]) == ("currency", "RUB", 90)
    assert body["instance"] == "/api/v1/failing/rule/"


def test_missing_thing_is_a_problem(key: str) -> None:
    check_problem(with_key(key).get("/api/v1/failing/gone/"), 404, "buyer_unknown")


@pytest.mark.parametrize(("kind", "status"), [("http404", 404), ("defect", 500)])
def test_inner_words_are_not_told(key: str, kind: str, status: int) -> None:
    response = with_key(key).get(f"/api/v1/failing/{kind}/")
    body = check_problem(response, status, "not_found" if status == 404 else "server_error")
    assert "secret" not in str(body)


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_address_is_a_problem(method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v2/nothing/")
    assert check_problem(response, 404, "not_found")["fix"] == "/api/docs/"


def test_missing_slash_is_named() -> None:
    assert check_problem(Client().get("/api/v1/events"), 404, "not_found")["fix"] == "/api/v1/events/"


def test_words_come_in_the_language_asked_for(key: str) -> None:
    response = with_key(key).get("/api/v1/events/", HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert response["Content-Language"] == "zh-hans"


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def events() -> list[int]:
    rows = [AuditEvent(action="a", actor_label="x", subject_type="t", subject_id=str(n)) for n in range(25)]
    return sorted((row.pk for row in AuditEvent.objects.bulk_create(rows)), reverse=True)


def read_all(client: APIClient, url: str | None) -> Iterator[list[int]]:
    while url:
        body = client.get(url).json()
        yield [row["id"] for row in body["results"]]
        url = body["next"]


def test_pages_hold_every_row_once(key: str, events: list[int]) -> None:
    pages = list(read_all(with_key(key), "/api/v1/events/?action=a&page_size=10"))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [row for page in pages for row in page] == events


def test_page_before_is_the_page_that_was(key: str, events: list[int]) -> None:
    client = with_key(key)
    first = client.get("/api/v1/events/?action=a&page_size=10").json()
    second = client.get(first["next"]).json()
    assert first["previous"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_rows_that_come_in_do_not_shift_the_pages(key: str, events: list[int]) -> None:
    client = with_key(key)
    first = client.get("/api/v1/events/?action=a&page_size=10").json()
    AuditEvent.objects.create(action="a", actor_label="x", subject_type="t", subject_id="new")
    second = client.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == events[10:20]


@pytest.mark.parametrize("cursor", ["nonsense", "cD1ub3RhbnVtYmVy", "%00", "bz0xJnI9MiZwPXg=", ""])
def test_cursor_that_was_not_issued_is_refused(key: str, cursor: str) -> None:
    body = check_problem(with_key(key).get(f"/api/v1/events/?cursor={cursor}"), 400, body_code(cursor))
    assert body["field"] == "cursor"


def body_code(cursor: str) -> str:
    return "cursor_invalid" if cursor not in ("", "%00") else "parameter_invalid"


@pytest.mark.parametrize("size", ["0", "-1", "1001", "ten", "1.5", "٣"])
def test_page_size_outside_the_limits_is_refused(key: str, size: str) -> None:
    body = check_problem(with_key(key).get(f"/api/v1/events/?page_size={size}"), 400, "page_size_invalid")
    assert (body["field"], body["value"]) == ("page_size", size)


# --- limits --------------------------------------------------------------------------------------


def limited(rate: str) -> Any:
    return override_settings(REST_FRAMEWORK=settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"client": rate}})


def test_caller_sees_where_it_stands(key: str) -> None:
    response = with_key(key).get("/api/v1/events/")
    assert response["RateLimit-Policy"] == '"client";q=1200;w=60'
    assert response["RateLimit"].startswith('"client";r=1199;t=')


def test_request_above_the_limit_is_told_when_to_come_back(key: str) -> None:
    client = with_key(key)
    with limited("2/day"):
        assert [client.get("/api/v1/events/").status_code for _ in range(2)] == [200, 200]
        response = client.get("/api/v1/events/")
    check_problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 86401
    assert response["RateLimit"].startswith('"client";r=0;')


def test_limit_counts_each_caller_alone(key: str) -> None:
    with limited("1/day"):
        assert with_key(key).get("/api/v1/events/").status_code == 200
        assert as_person("auditor").get("/api/v1/events/").status_code == 200
        assert with_key(key).get("/api/v1/events/").status_code == 429


def test_unreachable_cache_does_not_stop_reading(key: str) -> None:
    away = {"default": {"BACKEND": "core.counting_cache.CountingCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=away):
        response = with_key(key).get("/api/v1/events/")
    assert response.status_code == 200
    assert "RateLimit" not in response


@pytest.mark.parametrize("odd", ["%0A", "a%0Ab/c/", "%0D%0A/x/", "%E2%80%A8", "%00", "%FF"])
def test_an_address_with_odd_characters_is_not_found_either(db: None, odd: str) -> None:
    check_problem(Client().get(f"/api/v1/nothing/{odd}"), 404, "not_found")
