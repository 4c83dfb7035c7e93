"""Addresses for load balancers and monitoring."""

import pytest
from celery import Celery
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


def test_live_process_answers_without_asking_the_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_process_reaches_database_and_broker() -> None:
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "broker": "ok"})


NOWHERE = Celery("nowhere", broker="redis://127.0.0.1:1/0")


def test_process_without_a_broker_is_not_ready() -> None:
    with override_settings(JOBS_APP=f"{__name__}.NOWHERE"):
        response = Client().get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "unreachable")


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_answered(address: str) -> None:
    assert Client().post(address).status_code == 405


def test_metrics_are_not_there_without_a_token_set() -> None:
    with override_settings(METRICS_TOKEN=""):
        assert Client().get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "secret-tokem"])
def test_metrics_are_refused_without_the_token(given: str) -> None:
    with override_settings(METRICS_TOKEN="secret-token"):
        response = Client().get("/metrics", HTTP_AUTHORIZATION=given)
    assert (response.status_code, response.content) == (401, b"")


def test_metrics_are_given_for_the_token() -> None:
    with override_settings(METRICS_TOKEN="secret-token"):
        response = Client().get("/metrics", HTTP_AUTHORIZATION="Bearer secret-token")
    assert response.status_code == 200
    assert b"django_http_requests" in response.content
