"""GET /api/v1/buyers/ and /buyers/{code}/."""

from typing import Any

import pytest
from django.utils import timezone

from buyers.models import BuyerAlias, BuyerCode, BuyerMerge
from buyers.services.merges import merge
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.world import World
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db
URL, ONE = "/api/v1/buyers/", "/api/v1/buyers/{code}/"


def ask(client: Any = None, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ok((client or with_key()).get(URL, params), URL)["results"]
    return rows


def one(code: str, client: Any = None) -> dict[str, Any]:
    return ok((client or with_key()).get(f"{URL}{code}/"), ONE)


def codes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]


def test_buyers_come_by_code(world: World) -> None:
    rows = ask()
    assert codes(rows) == ["ACME", "BLUE", "COBALT"]
    assert rows[1] == {
        "code": "BLUE",
        "name": "Buyer BLUE",
        "name_zh": "蓝色",
        "country": "FR",
        "currency": "EUR",
        "status": "active",
        "owner": "ben",
        "group": {"code": "G1", "name": "Group One"},
        "trading_since": None,
        "website": "",
    }


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"country": "DE"}, ["ACME", "COBALT"]),
        ({"currency": "EUR"}, ["BLUE"]),
        ({"group": "G1"}, ["ACME", "BLUE"]),
        ({"owner": "ana"}, ["ACME", "COBALT"]),
        ({"status": "blocked"}, []),
        ({"q": "cobal"}, ["COBALT"]),
        ({"q": "蓝"}, ["BLUE"]),
        ({"country": "DE", "group": "G1"}, ["ACME"]),
    ],
)
def test_filters_restrict(world: World, params: dict[str, str], found: list[str]) -> None:
    assert codes(ask(**params)) == found


def test_pages_follow_the_code(world: World) -> None:
    client = with_key()
    first = client.get(URL, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert codes(first["results"]) + codes(second["results"]) == ["ACME", "BLUE", "COBALT"]
    assert second["next"] is None
    assert codes(client.get(second["previous"]).json()["results"]) == ["ACME", "BLUE"]


def test_one_buyer_comes_with_everything_it_is_called_by(world: World) -> None:
    BuyerCode.objects.create(buyer=world.acme, source="erp", external_id="0007")
    BuyerAlias.objects.create(buyer=world.acme, name="Acme Ltd", source="erp")
    body = one("ACME")
    assert body["codes"] == [{"source": "erp", "external_id": "0007"}]
    assert (body["aliases"], body["registrations"], body["merged_codes"]) == (["Acme Ltd"], [], [])


def test_merged_record_is_read_under_its_survivor(world: World) -> None:
    duplicate = make_buyer("0ACME", sales_owner=world.ana)
    BuyerCode.objects.create(buyer=duplicate, source="erp", external_id="0ACME")
    pair = BuyerMerge.objects.create(duplicate=duplicate, survivor=world.acme, reason="test")
    merge(pair.pk, actor=None, now=timezone.now())
    assert codes(ask()) == ["ACME", "BLUE", "COBALT"]
    body = one("0ACME")
    assert (body["code"], body["merged_codes"]) == ("ACME", ["0ACME"])
    assert body["codes"] == [{"source": "erp", "external_id": "0ACME"}]


def test_code_is_whatever_its_source_wrote(world: World) -> None:
    make_buyer("DE/00 7:x?")
    assert one("DE%2F00%207%3Ax%3F")["code"] == "DE/00 7:x?"


def test_sales_see_their_own_buyers_only(world: World) -> None:
    client = as_person("sales", user=world.ben)
    assert codes(ask(client)) == ["BLUE"]
    assert codes(ask(client, q="buyer")) == ["BLUE"]
    assert codes(ask(client, owner="ana")) == []
    check_problem(client.get(f"{URL}ACME/"), 404, "buyer_not_found", ONE)


def test_missing_buyer_is_named(world: World) -> None:
    body = check_problem(with_key().get(f"{URL}NOBODY/"), 404, "buyer_not_found", ONE)
    assert (body["field"], body["value"]) == ("buyer", "NOBODY")


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"country": "Germany"}, "parameter_invalid", "country"),
        ({"currency": "eur"}, "parameter_invalid", "currency"),
        ({"status": "good"}, "parameter_invalid", "status"),
        ({"name": "x"}, "parameter_unknown", "name"),
        ({"cursor": "nonsense"}, "cursor_invalid", "cursor"),
    ],
)
def test_bad_parameter_is_named(world: World, params: dict[str, str], code: str, field: str) -> None:
    assert check_problem(with_key().get(URL, params), 400, code, URL)["field"] == field


def test_one_buyer_takes_no_parameters(world: World) -> None:
    check_problem(with_key().get(f"{URL}ACME/?as_of=2026-01-01"), 400, "parameter_unknown", ONE)
