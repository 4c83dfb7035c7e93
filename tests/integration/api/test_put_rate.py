"""Exchange rates by PUT and in bulk: by currency and day, corrected by versions, never under the ECB's name."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from core.models import AuditEvent, ExchangeRate
from core.queries.counters import RATES as VERSION
from core.queries.counters import get_version
from core.services.api_clients import create_client
from tests.integration.api.bulks import only_problem, outcomes, records, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.ladder import with_key
from tests.integration.api.records import check_rungs, put, raw_put, read, refused, without

pytestmark = pytest.mark.django_db
URL = "/api/v1/rates/ERP/USD/2026-04-01/"
PATH = "/api/v1/rates/{source}/{currency}/{rate_date}/"
BULK = "/api/v1/rates/bulk/"
RATE = {"per_eur": "1.0825"}


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def record(day: str = "2026-04-01", **changes: Any) -> dict[str, Any]:
    return without({"currency": "USD", "rate_date": day, **RATE}, **changes)


def test_a_rate_is_added_once_and_corrected_by_a_version(erp: APIClient) -> None:
    before = get_version(VERSION)
    made = put(erp, URL, PATH, RATE, status=201)
    assert (made["outcome"], made["per_eur"], made["source"]) == ("created", "1.0825", "ERP")
    assert get_version(VERSION) == before + 1
    assert put(erp, URL, PATH, RATE)["outcome"] == "unchanged"
    later = put(erp, URL, PATH, {"per_eur": "1.09"}, If_Match=made["etag"])
    assert (later["outcome"], read(erp, URL, PATH)["per_eur"]) == ("updated", "1.09")
    refused(erp, URL, PATH, {"per_eur": "1.1"}, 412, "record_changed", If_Match=made["etag"])
    assert ExchangeRate.objects.filter(source="ERP").count() == 2
    assert AuditEvent.objects.filter(action="core.rates.loaded", subject_id="ERP").count() == 2


def test_a_rate_does_not_go_back_to_a_former_value(erp: APIClient) -> None:
    put(erp, URL, PATH, RATE, status=201)
    put(erp, URL, PATH, {"per_eur": "1.09"})
    refused(erp, URL, PATH, RATE, 409, "rate_was_corrected")


def test_the_name_of_the_central_bank_is_not_for_systems() -> None:
    issued = create_client(name="ecb", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued.key}")
    refused(client, URL.replace("ERP", "ecb"), PATH, RATE, 422, "source_reserved")
    assert outcomes(client, taken(client, [record()], url=BULK)) == ["quarantined"]
    assert not ExchangeRate.objects.filter(source="ecb").exists()


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"per_eur": "NaN"}, 422, "rate_invalid", "per_eur"),
        ({"per_eur": "1e400"}, 422, "rate_invalid", "per_eur"),
        ({"per_eur": "-0"}, 422, "amount_not_positive", "per_eur"),
        ({"per_eur": "-1"}, 422, "amount_not_positive", "per_eur"),
        ({"per_eur": "0.000000001"}, 422, "rate_invalid", "per_eur"),
        ({"per_eur": "10000000000"}, 422, "rate_precision", "per_eur"),
        ({}, 400, "field_missing", "per_eur"),
        ('{"per_eur": "1", "per_eur": "2"}', 400, "body_invalid", None),
    ],
)
def test_what_cannot_be_is_refused(erp: APIClient, body: Any, status: int, code: str, field: str | None) -> None:
    response = raw_put(erp, URL, body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.json()
    assert field is None or response.json()["field"] == field
    assert not ExchangeRate.objects.filter(source="ERP").exists()


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ("USD/0000-00-00", 400, "field_invalid"),
        ("USD/20260401", 400, "field_invalid"),
        ("USD/2099-01-01", 422, "date_in_future"),
        ("ZZZ/2026-04-01", 422, "currency_unknown"),
        ("EUR/2026-04-01", 422, "rate_of_euro"),
    ],
)
def test_a_day_or_currency_that_is_none_is_refused(erp: APIClient, place: str, status: int, code: str) -> None:
    refused(erp, f"/api/v1/rates/ERP/{place}/", PATH, RATE, status, code)


def test_who_may_not_is_refused() -> None:
    check_rungs(URL, PATH, RATE, "/api/v1/rates/SAP/USD/2026-04-01/")
    assert not ExchangeRate.objects.filter(source="ERP").exists()


class TestBulk:
    def test_each_record_is_answered_and_sent_again_changes_nothing(self, erp: APIClient) -> None:
        sent = [record(), record("2026-04-02", per_eur="NaN"), record("2026-04-02", currency="JPY", per_eur="163.2")]
        bulk = taken(erp, [totals(3), *sent], url=BULK)
        assert outcomes(erp, bulk) == ["created", "quarantined", "created"]
        assert [one["external_id"] for one in records(erp, bulk)] == [
            "USD/2026-04-01",
            "USD/2026-04-02",
            "JPY/2026-04-02",
        ]
        assert outcomes(erp, taken(erp, sent, url=BULK)) == ["unchanged", "quarantined", "unchanged"]
        assert outcomes(erp, taken(erp, [record(per_eur="1.2")], url=BULK)) == ["updated"]
        assert ExchangeRate.objects.filter(source="ERP").count() == 3

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        response = send(erp, [totals(2), record()], url=BULK)
        refused_bulk(response, 422, "control_totals_mismatch", "control_totals.rows", url=BULK)
        assert not ExchangeRate.objects.filter(source="ERP").exists()

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"per_eur": "1e400"}, "number_invalid", "per_eur"),
            ({"per_eur": "-0"}, "amount_not_positive", "per_eur"),
            ({"per_eur": "0.000000001"}, "rate_precision", "per_eur"),
            ({"currency": "ZZZ"}, "currency_unknown", "currency"),
            ({"currency": "EUR"}, "rate_of_euro", "currency"),
            ({"currency": "\ud800"}, "half_character", "currency"),
            ({"day": "0000-00-00"}, "date_invalid", "rate_date"),
            ({"day": "2099-01-01"}, "date_in_future", "rate_date"),
            ({"source": "SAP"}, "source_of_another", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        assert only_problem(erp, record(**changes), url=BULK)[:2] == (code, field)

    def test_the_number_of_queries_does_not_grow_with_the_records(self, erp: APIClient) -> None:
        def cost(days: range) -> int:
            with CaptureQueriesContext(connection) as queries:
                taken(erp, [record(f"2026-03-{day:02}") for day in days], url=BULK)
            return len(queries)

        few, many = cost(range(1, 3)), cost(range(3, 29))
        assert many <= few
