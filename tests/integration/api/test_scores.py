"""GET /api/v1/scores/ and /scores/{id}/."""

from datetime import date
from typing import Any

import pytest

from scoring.models import Score, ScoreEvidence
from scoring.services.scores import score_buyers
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.world import LATER, World

pytestmark = pytest.mark.django_db
URL, ONE = "/api/v1/scores/", "/api/v1/scores/{id}/"


@pytest.fixture
def scored(world: World) -> World:
    """ACME and BLUE scored on two days, COBALT never."""
    ids = [world.acme.pk, world.blue.pk]
    for day in (date(2026, 3, 1), date(2026, 4, 15)):
        score_buyers(buyer_ids=ids, as_of=day, known_at=LATER, with_evidence="none")
    return world


def ask(client: Any = None, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ok((client or with_key()).get(URL, params), URL)["results"]
    return rows


def one(pk: int, client: Any = None) -> dict[str, Any]:
    return ok((client or with_key()).get(f"{URL}{pk}/"), ONE)


def test_latest_score_of_each_buyer_is_shown(scored: World) -> None:
    rows = ask()
    assert [(row["buyer"], row["as_of"]) for row in rows] == [("ACME", "2026-04-15"), ("BLUE", "2026-04-15")]
    acme = Score.objects.get(buyer=scored.acme, as_of="2026-04-15")
    assert (rows[0]["id"], rows[0]["score"], rows[0]["grade"]) == (acme.pk, float(acme.score), acme.grade)
    assert rows[0]["values"]["payment_history"]["value"] == float(acme.payment_history)


def test_past_day_shows_the_score_of_then(scored: World) -> None:
    assert [row["as_of"] for row in ask(as_of="2026-04-14")] == ["2026-03-01", "2026-03-01"]
    assert ask(as_of="2026-02-01") == []


def test_what_was_computed_later_is_left_out_on_request(scored: World) -> None:
    assert ask(known_at="2020-01-01T00:00:00Z") == []


def test_buyer_restricts(scored: World) -> None:
    assert [row["buyer"] for row in ask(buyer="BLUE")] == ["BLUE"]
    assert ask(buyer="COBALT") == []


def test_pages_follow_the_buyer(scored: World) -> None:
    client = with_key()
    first = client.get(URL, {"page_size": 1}).json()
    second = client.get(first["next"]).json()
    assert [row["buyer"] for row in first["results"] + second["results"]] == ["ACME", "BLUE"]


def test_reasons_say_where_every_point_went(scored: World) -> None:
    body = one(ask(buyer="ACME")[0]["id"])
    assert [part["name"] for part in body["dimensions"]] == [
        "buyer_credit",
        "payment_history",
        "fx_tolerance",
        "logistics",
        "compliance",
    ]
    assert sum(part["weight"] * part["value"] for part in body["dimensions"]) == pytest.approx(body["score"], abs=0.011)
    for part in body["dimensions"]:
        assert 100 - sum(reason["points"] for reason in part["reasons"]) == pytest.approx(part["value"])
    assert {cap["code"] for cap in body["held_caps"]} == set(body["caps"])


def test_kept_evidence_and_rebuilt_evidence_say_the_same(scored: World) -> None:
    pk = ask(buyer="ACME")[0]["id"]
    rebuilt = one(pk)
    assert not ScoreEvidence.objects.exists()
    score_buyers(buyer_ids=[scored.acme.pk], as_of=date(2026, 4, 15), known_at=LATER, with_evidence="all")
    kept = one(ScoreEvidence.objects.get().score_id)
    assert kept["dimensions"] == rebuilt["dimensions"]


def test_sales_see_scores_of_their_own_buyers_only(scored: World) -> None:
    client = as_person("sales", user=scored.ben)
    assert [row["buyer"] for row in ask(client)] == ["BLUE"]
    hidden = Score.objects.filter(buyer=scored.acme).latest("id")
    check_problem(client.get(f"{URL}{hidden.pk}/"), 404, "score_not_found", ONE)
    check_problem(client.get(URL, {"buyer": "ACME"}), 404, "buyer_not_found", URL)


def test_missing_score_is_named(scored: World) -> None:
    check_problem(with_key().get(f"{URL}999999/"), 404, "score_not_found", ONE)


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"as_of": "2026-04-17"}, "date_in_future", "as_of"),
        ({"known_at": "now"}, "parameter_invalid", "known_at"),
        ({"grade": "A"}, "parameter_unknown", "grade"),
        ({"page_size": "5000"}, "page_size_invalid", "page_size"),
    ],
)
def test_bad_parameter_is_named(scored: World, params: dict[str, str], code: str, field: str) -> None:
    assert check_problem(with_key().get(URL, params), 400, code, URL)["field"] == field
