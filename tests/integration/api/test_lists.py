"""What every list can do: comparisons, sparse rows, gzip; and what holds for every answer."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.api.params import PageParams, Params
from tests.integration.api.ladder import as_person, check_problem, document, with_key
from tests.integration.api.world import World

pytestmark = pytest.mark.django_db
INVOICES = "/api/v1/invoices/"
LISTS = [
    (path, {one["name"] for one in operations["get"].get("parameters", ())})
    for path, operations in document()["paths"].items()
    if "get" in operations
]
PAGED = [(path, names) for path, names in LISTS if "cursor" in names and path != "/api/v1/aging/"]


def rows(client: APIClient, url: str, **params: str) -> list[dict[str, Any]]:
    response = client.get(url, params)
    assert response.status_code == 200, response.json()
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_every_list_takes_comparisons_and_members() -> None:
    assert len(PAGED) >= 9
    assert [path for path, names in PAGED if "fields" not in names] == []
    assert [path for path, names in PAGED if not any("__" in name for name in names)] == []


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"amount__gte": "500"}, 5),
        ({"amount__gt": "500"}, 1),
        ({"amount__lt": "400.00"}, 1),
        ({"amount__lte": "400", "currency__in": "USD"}, 1),
        ({"due_date__lt": "2026-04-10"}, 2),
        ({"due_date__lte": "2026-04-10"}, 3),
        ({"due_date__gt": "2026-03-10", "due_date__lt": "2026-05-31"}, 1),
        ({"open_amount__gt": "0", "invoice_date__gte": "2026-03-20"}, 5),
        ({"disputed_amount__gt": "0"}, 1),
        ({"settled_on__gte": "2026-02-10"}, 1),
        ({"settled_on__gte": "2026-02-10", "as_of": "2026-02-09"}, 0),
        ({"currency__in": "USD,EUR"}, 7),
        ({"currency__in": "EUR"}, 1),
        ({"source__in": "SAP,other"}, 0),
    ],
)
def test_comparisons_restrict_the_rows_of_the_day_asked_for(world: World, params: dict[str, str], count: int) -> None:
    assert len(rows(with_key(), INVOICES, **params)) == count


def test_comparisons_hold_on_every_page(world: World) -> None:
    client, found, url = with_key(), 0, f"{INVOICES}?amount__gte=500&page_size=2&fields=amount"
    while url:
        body = client.get(url).json()
        assert all(set(row) == {"amount"} and float(row["amount"]) >= 500 for row in body["results"])
        found, url = found + len(body["results"]), body["next"]
    assert found == 5


def test_other_lists_are_compared_alike(world: World) -> None:
    client = with_key()
    assert [row["code"] for row in rows(client, "/api/v1/buyers/", country__in="FR,IT")] == ["BLUE"]
    assert rows(client, "/api/v1/alerts/", opened_on__lt="2026-04-16") == []
    assert rows(client, "/api/v1/alerts/", opened_on__gte="2026-04-16", rule__in="concentration_country")
    assert rows(client, "/api/v1/suspense/", amount__gte="1", since__lt="2026-04-16T00:00:00+08:00") == []


def test_nobody_sees_other_rows_by_comparing(world: World) -> None:
    ben = as_person("sales", user=world.ben)
    assert [row["currency"] for row in rows(ben, INVOICES, amount__gte="0")] == ["EUR"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"amount__gte": "1e400"}, "amount__gte"),
        ({"amount__gte": "NaN"}, "amount__gte"),
        ({"amount__gte": "Infinity"}, "amount__gte"),
        ({"amount__gte": "1,000"}, "amount__gte"),
        ({"amount__gte": "٣"}, "amount__gte"),
        ({"amount__gte": ""}, "amount__gte"),
        ({"amount__gte": "9" * 20}, "amount__gte"),
        ({"due_date__lt": "0000-00-00"}, "due_date__lt"),
        ({"due_date__lt": "31.3.2026"}, "due_date__lt"),
        ({"currency__in": "USD,,EUR"}, "currency__in"),
        ({"currency__in": "USD\0"}, "currency__in"),
        ({"currency__in": ",".join(["USD"] * 51)}, "currency__in"),
        ({"fields": "id,amout"}, "fields"),
        ({"fields": "id,"}, "fields"),
        ({"fields": "buyer__id"}, "fields"),
    ],
)
def test_a_bad_comparison_is_named(world: World, params: dict[str, str], field: str) -> None:
    body = check_problem(with_key().get(INVOICES, params), 400, "parameter_invalid", INVOICES)
    assert body["field"] == field


def test_an_operator_that_is_not_there_is_refused_with_what_comes_near(world: World) -> None:
    body = check_problem(with_key().get(INVOICES, {"amount__ge": "5"}), 400, "parameter_unknown", INVOICES)
    assert body["fix"] in {"amount__gte", "amount__gt"}
    check_problem(with_key().get(INVOICES, {"buyer__name__gte": "A"}), 400, "parameter_unknown", INVOICES)


def test_rows_hold_only_the_members_that_were_named(world: World) -> None:
    (row,) = rows(with_key(), INVOICES, currency="EUR", fields="number,open_amount,days_past_due")
    assert row == {"number": world.euro.number, "open_amount": "400.00", "days_past_due": 6}
    body = check_problem(with_key().get(INVOICES, {"fields": "id,amout"}), 400, "parameter_invalid", INVOICES)
    assert (body["value"], body["fix"]) == ("amout", "amount")


def test_a_long_answer_is_packed_for_who_takes_it(world: World) -> None:
    client = with_key()
    packed = client.get(INVOICES, HTTP_ACCEPT_ENCODING="gzip, br")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    plain = client.get(INVOICES)
    assert not plain.has_header("Content-Encoding")
    assert json.loads(gzip.decompress(packed.content)) == plain.json()


def test_every_answer_names_its_request(world: World) -> None:
    refused = with_key().get("/api/v1/nothing/")
    assert refused["X-Request-ID"] == refused.json()["request_id"]
    ids = {with_key().get(INVOICES)["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    assert "" not in ids


def test_a_parameter_on_its_way_out_still_works_and_says_so(world: World) -> None:
    client = with_key()
    old = client.get(INVOICES, {"due_from": "2026-05-01"})
    new = client.get(INVOICES, {"due_date__gte": "2026-05-01"})
    assert old.json()["results"] == new.json()["results"]
    since = datetime.fromtimestamp(int(old["Deprecation"].removeprefix("@")), UTC)
    assert (since.year, old["Sunset"][-8:], 'rel="deprecation"' in old["Link"]) == (2026, "0:00 GMT", True)
    assert not new.has_header("Deprecation")


def test_what_is_on_its_way_out_is_marked_in_the_document() -> None:
    parameters = document()["paths"][INVOICES]["get"]["parameters"]
    marked = {one["name"] for one in parameters if one.get("deprecated")}
    assert marked == {"issued_from", "issued_to", "due_from", "due_to"}


def test_members_belong_to_lists_only() -> None:
    assert "fields" in PageParams().fields
    assert "fields" not in Params().fields
