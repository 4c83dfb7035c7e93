"""Ratings, financial statements and events by PUT and in bulk: versions that are only added."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import AgencyGrade, AgencyRating, FinancialStatement, RiskEvent
from core.models import AuditEvent
from tests.integration.api.bulks import only_problem, outcomes, records, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.records import check_rungs, put, read, refused, source_with_buyers, without

pytestmark = pytest.mark.django_db
RATINGS, STATEMENTS, EVENTS = "ratings", "financial-statements", "buyer-events"
RATING = {"buyer": "0042", "agency": "Moody's", "grade": "Baa2", "rated_on": "2026-04-01"}
STATEMENT = {
    "buyer": "0042",
    "currency": "USD",
    "balance_date": "2025-12-31",
    "total_assets": "1000000",
    "current_assets": "400000",
    "current_liabilities": "300000",
    "total_liabilities": "600000",
    "retained_earnings": "-50000.5",
    "ebit": "-1200.25",
    "sales": "2000000",
}
EVENT = {"buyer": "0042", "kind": "litigation", "began_on": "2026-03-01", "note": "Court of Hamburg"}
BODIES: dict[str, dict[str, Any]] = {RATINGS: RATING, STATEMENTS: STATEMENT, EVENTS: EVENT}
MODELS: dict[str, Any] = {RATINGS: AgencyRating, STATEMENTS: FinancialStatement, EVENTS: RiskEvent}
every_kind = pytest.mark.parametrize("kind", BODIES)


@pytest.fixture
def erp() -> APIClient:
    AgencyGrade.objects.bulk_create(
        [AgencyGrade(agency="Moody's", grade=grade, points=points) for grade, points in (("Baa2", 60), ("B1", 30))]
    )
    return source_with_buyers()


def url(kind: str, number: str = "1") -> str:
    return f"/api/v1/{kind}/ERP/{number}/"


def path(kind: str) -> str:
    return f"/api/v1/{kind}/{{source}}/{{external_id}}/"


def bulk_url(kind: str) -> str:
    return f"/api/v1/{kind}/bulk/"


def record(kind: str, number: str = "1", /, **changes: Any) -> dict[str, Any]:
    return without({"external_id": number, **BODIES[kind]}, **changes)


@every_kind
def test_it_is_recorded_once_and_read_back(erp: APIClient, kind: str) -> None:
    made = put(erp, url(kind), path(kind), BODIES[kind], status=201)
    assert made["outcome"] == "created"
    assert put(erp, url(kind), path(kind), BODIES[kind])["outcome"] == "unchanged"
    assert MODELS[kind].objects.count() == 1
    found = read(erp, url(kind), path(kind))
    assert found["etag"] == made["etag"]
    assert {name: found[name] for name in BODIES[kind]} == BODIES[kind]
    event = AuditEvent.objects.filter(action="buyers.facts.recorded").get()
    assert event.actor_label == "api:ERP"


@pytest.mark.parametrize(
    ("kind", "change"), [(RATINGS, {"grade": "B1"}), (STATEMENTS, {"ebit": "5"}), (EVENTS, {"ended_on": "2026-04-01"})]
)
def test_what_changed_is_a_new_version(erp: APIClient, kind: str, change: dict[str, str]) -> None:
    etag = put(erp, url(kind), path(kind), BODIES[kind], status=201)["etag"]
    later = put(erp, url(kind), path(kind), BODIES[kind] | change, If_Match=etag)
    assert later["outcome"] == "updated"
    assert later["etag"] != etag
    assert MODELS[kind].objects.count() == 2
    refused(erp, url(kind), path(kind), BODIES[kind], 412, "record_changed", If_Match=etag)


def test_a_correction_that_is_taken_back_counts_again(erp: APIClient) -> None:
    for grade, outcome in (("Baa2", "created"), ("B1", "updated"), ("Baa2", "updated"), ("Baa2", "unchanged")):
        status = 201 if outcome == "created" else 200
        assert put(erp, url(RATINGS), path(RATINGS), RATING | {"grade": grade}, status=status)["outcome"] == outcome
    assert AgencyRating.objects.latest("pk").points == 60


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (RATINGS, {"buyer": "0077"}, "buyer"),
        (RATINGS, {"rated_on": "2026-04-02"}, "rated_on"),
        (STATEMENTS, {"currency": "EUR"}, "currency"),
        (STATEMENTS, {"balance_date": "2024-12-31"}, "balance_date"),
        (EVENTS, {"kind": "insolvency"}, "kind"),
        (EVENTS, {"note": "another court"}, "note"),
    ],
)
def test_another_buyer_day_or_kind_is_a_contradiction(
    erp: APIClient, kind: str, change: dict[str, str], field: str
) -> None:
    put(erp, url(kind), path(kind), BODIES[kind], status=201)
    assert refused(erp, url(kind), path(kind), BODIES[kind] | change, 409, "signal_contradicts")["field"] == field
    assert MODELS[kind].objects.count() == 1


def test_a_contradiction_is_said_in_words_of_each_language(erp: APIClient) -> None:
    put(erp, url(STATEMENTS), path(STATEMENTS), STATEMENT, status=201)
    changed = record(STATEMENTS, balance_date="2024-12-31")
    bulk = taken(erp, [changed], url=bulk_url(STATEMENTS))
    for language, words in (("en", "another balance date;"), ("zh-hans", "但报表日不同")):
        told = {"accept-language": language}
        alone = erp.put(url(STATEMENTS), without(changed, external_id=...), format="json", headers=told)
        assert words in alone.json()["detail"]
        (answer,) = erp.get(f"/api/v1/bulks/{bulk['id']}/records/", headers=told).json()["results"]
        assert words in answer["problem"]["detail"]


@every_kind
def test_nothing_is_read_twice_to_record_it(erp: APIClient, kind: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        put(erp, url(kind), path(kind), BODIES[kind], status=201)
    reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(set(reads)) == len(reads)


def test_an_event_ends_once(erp: APIClient) -> None:
    put(erp, url(EVENTS), path(EVENTS), EVENT | {"ended_on": "2026-04-01"}, status=201)
    assert put(erp, url(EVENTS), path(EVENTS), EVENT | {"ended_on": "2026-04-01"})["outcome"] == "unchanged"
    refused(erp, url(EVENTS), path(EVENTS), EVENT, 409, "signal_contradicts")
    refused(erp, url(EVENTS), path(EVENTS), EVENT | {"ended_on": "2026-04-02"}, 409, "signal_contradicts")


@pytest.mark.parametrize(
    ("kind", "change", "status", "code", "field"),
    [
        (RATINGS, {"buyer": "4711"}, 404, "buyer_not_found", "buyer"),
        (RATINGS, {"grade": "ZZ"}, 422, "grade_unknown", "grade"),
        (RATINGS, {"agency": "Nobody"}, 422, "grade_unknown", "grade"),
        (RATINGS, {"rated_on": "0000-00-00"}, 400, "field_invalid", "rated_on"),
        (RATINGS, {"rated_on": "2099-01-01"}, 422, "date_in_future", "rated_on"),
        (RATINGS, {"grade": "half \ud800"}, 400, "body_invalid", None),
        (STATEMENTS, {"ebit": "NaN"}, 422, "fact_invalid", "ebit"),
        (STATEMENTS, {"ebit": "1e400"}, 422, "fact_invalid", "ebit"),
        (STATEMENTS, {"ebit": "9" * 19}, 422, "number_too_large", "ebit"),
        (STATEMENTS, {"ebit": "0.001"}, 422, "fact_invalid", "ebit"),
        (STATEMENTS, {"total_assets": "-0"}, 422, "fact_invalid", "total_assets"),
        (STATEMENTS, {"current_assets": "1000001"}, 422, "fact_invalid", "current_assets"),
        (STATEMENTS, {"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
        (STATEMENTS, {"ebit": ...}, 400, "field_missing", "ebit"),
        (EVENTS, {"kind": "gossip"}, 422, "fact_invalid", "kind"),
        (EVENTS, {"ended_on": "2026-02-28"}, 422, "fact_invalid", "ended_on"),
        (EVENTS, {"ended_on": "2099-01-01"}, 422, "date_in_future", "ended_on"),
        (EVENTS, {"note": "x" * 401}, 400, "field_invalid", "note"),
    ],
)
def test_what_cannot_be_is_refused(
    erp: APIClient, kind: str, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    body = without(BODIES[kind], **change)
    assert refused(erp, url(kind), path(kind), body, status, code).get("field") == field
    assert not MODELS[kind].objects.exists()


@every_kind
def test_who_may_not_is_refused(kind: str) -> None:
    check_rungs(url(kind), path(kind), BODIES[kind], f"/api/v1/{kind}/SAP/1/")
    assert not MODELS[kind].objects.exists()


class TestBulk:
    @every_kind
    def test_each_record_is_answered_and_sent_again_changes_nothing(self, erp: APIClient, kind: str) -> None:
        sent = [record(kind, "1"), record(kind, "2", buyer="4711"), record(kind, "3", buyer="0077"), record(kind, "1")]
        bulk = taken(erp, [totals(4), *sent], url=bulk_url(kind))
        assert outcomes(erp, bulk) == ["created", "quarantined", "created", "unchanged"]
        assert records(erp, bulk)[1]["problem"]["code"] == "buyer_unknown"
        again = taken(erp, sent, url=bulk_url(kind))
        assert outcomes(erp, again) == ["unchanged", "quarantined", "unchanged", "unchanged"]
        assert MODELS[kind].objects.count() == 2

    @every_kind
    def test_totals_that_differ_change_nothing(self, erp: APIClient, kind: str) -> None:
        response = send(erp, [totals(2), record(kind)], url=bulk_url(kind))
        refused_bulk(response, 422, "control_totals_mismatch", "control_totals.rows", url=bulk_url(kind))
        assert not MODELS[kind].objects.exists()

    @pytest.mark.parametrize(
        ("kind", "changes", "code", "field"),
        [
            (RATINGS, {"grade": "ZZ"}, "grade_unknown", "grade"),
            (RATINGS, {"rated_on": "0000-00-00"}, "date_invalid", "rated_on"),
            (RATINGS, {"agency": ...}, "value_missing", "agency"),
            (RATINGS, {"agency": "\ud800"}, "half_character", "agency"),
            (STATEMENTS, {"ebit": "NaN"}, "number_invalid", "ebit"),
            (STATEMENTS, {"ebit": "1e400"}, "number_invalid", "ebit"),
            (STATEMENTS, {"ebit": "0.001"}, "rate_precision", "ebit"),
            (STATEMENTS, {"total_assets": "-0"}, "fact_invalid", "total_assets"),
            (STATEMENTS, {"currency": "ZZZ"}, "currency_unknown", "currency"),
            (STATEMENTS, {"source": "SAP"}, "source_of_another", "row"),
            (EVENTS, {"kind": "gossip"}, "fact_invalid", "kind"),
            (EVENTS, {"ended_on": "2026-02-28"}, "fact_invalid", "ended_on"),
            (EVENTS, {"note": "x" * 401}, "value_too_long", "note"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, kind: str, changes: dict[str, Any], code: str, field: str
    ) -> None:
        assert only_problem(erp, record(kind, **changes), url=bulk_url(kind))[:2] == (code, field)
        assert not MODELS[kind].objects.exists()

    @every_kind
    def test_the_number_of_queries_does_not_grow_with_the_records(self, erp: APIClient, kind: str) -> None:
        def cost(numbers: range) -> int:
            with CaptureQueriesContext(connection) as queries:
                taken(erp, [record(kind, str(one)) for one in numbers], url=bulk_url(kind))
            return len(queries)

        few, many = cost(range(2)), cost(range(2, 60))
        assert many <= few

    def test_a_refusal_is_said_in_the_readers_language(self, erp: APIClient) -> None:
        bulk = taken(erp, [record(EVENTS, "1", ended_on="2026-02-28")], url=bulk_url(EVENTS))
        said = erp.get(bulk["records"], headers={"Accept-Language": "zh-hans"}).json()["results"][0]["problem"][
            "detail"
        ]
        assert said != records(erp, bulk)[0]["problem"]["detail"]
        assert "2026-03-01" in said
