"""Buyers by PUT and in bulk: made, joined to our own code, filled where empty."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.models import Buyer, BuyerAlias, BuyerCode
from buyers.services.registry import BuyerRow
from invoices.services.bulks.buyers import BUYERS, WantedBuyer
from invoices.services.bulks.taking import Caller, put_row
from invoices.services.source_locks import lock_source
from tests.integration.api.bulks import invoice, only_problem, outcomes, records, refused, send, taken, totals
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.invoices.builders import make_buyer
from tests.integration.invoices.test_parallel_bulk import second_behind, while_uncommitted

pytestmark = pytest.mark.django_db
URL = "/api/v1/buyers/ERP/0042/"
PATH = "/api/v1/buyers/{source}/{external_id}/"
BULK = "/api/v1/buyers/bulk/"


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def put(client: APIClient, *, status: int = 200, url: str = URL, **fields: Any) -> dict[str, Any]:
    response = client.put(url, {"name": "Acme GmbH"} | fields, format="json")
    assert response.status_code == status, response.json()
    check_schema(response, PATH, "put")
    body: dict[str, Any] = response.json()
    return body


def state() -> tuple[Any, ...]:
    return tuple(
        list(model.objects.order_by("pk").values_list())  # type: ignore[attr-defined]
        for model in (Buyer, BuyerCode, BuyerAlias)
    )


def test_a_buyer_is_made_filled_and_left_alone(erp: APIClient) -> None:
    assert put(erp, status=201)["code"] == "0042"
    filled = put(erp, country="de", currency="EUR", trading_since="1999-05-01")
    assert (filled["outcome"], filled["country"], filled["trading_since"]) == ("updated", "DE", "1999-05-01")
    before = state()
    assert put(erp, country="DE", currency="EUR", trading_since="1999-05-01")["outcome"] == "unchanged"
    assert state() == before


def test_another_spelling_is_kept_beside_the_name(erp: APIClient) -> None:
    put(erp, status=201)
    shown = put(erp, name="ACME Gesellschaft")
    assert (shown["outcome"], shown["name"]) == ("updated", "Acme GmbH")
    assert BuyerAlias.objects.get().name == "ACME Gesellschaft"


def test_a_code_joins_the_number_to_our_buyer(erp: APIClient) -> None:
    make_buyer("K-1")
    assert put(erp, status=201, code="K-1")["code"] == "K-1"
    taken(erp, [invoice(1)])
    assert Buyer.objects.count() == 1
    make_buyer("K-2")
    before = state()
    response = erp.put(URL, {"name": "Acme GmbH", "code": "K-2"}, format="json")
    assert check_problem(response, 409, "buyer_code_contradicts")["field"] == "code"
    assert state() == before


def test_a_number_that_is_anothers_code_makes_a_code_of_its_own(erp: APIClient) -> None:
    make_buyer("0042")
    assert put(erp, status=201)["code"] == "ERP:0042"
    long = "x" * 60
    make_buyer(long)
    assert len(put(erp, status=201, url=f"/api/v1/buyers/ERP/{long}/")["code"]) == 60


def test_codes_with_a_slash_are_read_as_ever(erp: APIClient) -> None:
    make_buyer("EU/7")
    shown = with_key("read").get("/api/v1/buyers/EU/7/")
    assert (shown.status_code, shown.json()["code"]) == (200, "EU/7")
    check_problem(erp.get("/api/v1/buyers/EU/7/"), 403, "permission_denied")


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"name": ""}, 400, "field_invalid", "name"),
        ({"name": None}, 400, "field_invalid", "name"),
        ({"name": "x" * 256}, 400, "field_invalid", "name"),
        ({"country": "XYZ"}, 400, "field_invalid", "country"),
        ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
        ({"trading_since": "0000-00-00"}, 400, "field_invalid", "trading_since"),
        ({"colour": "red"}, 400, "field_unknown", "colour"),
    ],
)
def test_what_cannot_be_is_refused(erp: APIClient, change: dict[str, Any], status: int, code: str, field: str) -> None:
    before = state()
    response = erp.put(URL, {"name": "Acme"} | change, format="json")
    assert check_problem(response, status, code).get("field") == field
    check_schema(response, PATH, "put")
    assert state() == before


def test_who_may_not_is_refused(erp: APIClient) -> None:
    before = state()
    body = {"name": "Acme"}
    check_problem(erp.put("/api/v1/buyers/SAP/1/", body, format="json"), 403, "source_of_another")
    check_problem(erp.put(f"/api/v1/buyers/ERP/{'x' * 61}/", body, format="json"), 400, "field_invalid")
    check_problem(APIClient().put(URL, body, format="json"), 401, "not_authenticated")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        check_problem(client.put(URL, body, format="json"), 403, "permission_denied")
    check_problem(erp.delete(URL), 405, "method_not_allowed")
    assert state() == before


def behind(first: Callable[[], object], client: APIClient, **fields: Any) -> Any:
    """The answer to a PUT that comes while ``first`` is written and not yet committed."""
    return second_behind(first, lambda: client.put(URL, {"name": "Acme GmbH"} | fields, format="json"))


def another_put(**fields: Any) -> None:
    """What another PUT of the same number does."""
    record = BuyerRow("0042", "Acme GmbH", **fields)
    row = WantedBuyer(position=1, external_id=record.external_id, record=record)
    put_row(BUYERS, caller=Caller("ERP", date(2026, 3, 1)), row=row)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_second_put_finds_the_buyer_of_the_first(self, erp: APIClient) -> None:
        response = behind(another_put, erp)
        assert (response.status_code, response.json()["outcome"]) == (200, "unchanged")
        assert BuyerCode.objects.count() == 1

    def test_a_number_never_comes_to_mean_two_of_our_buyers(self, erp: APIClient) -> None:
        make_buyer("K-1")
        make_buyer("K-2")
        response = behind(lambda: another_put(code="K-1"), erp, code="K-2")
        check_problem(response, 409, "buyer_code_contradicts")
        assert BuyerCode.objects.get().buyer.code == "K-1"

    def test_a_put_behind_a_long_bulk_is_told_to_come_back(self, erp: APIClient, settings: Any) -> None:
        settings.IDEMPOTENCY_WAIT_MS = 100
        with while_uncommitted(lambda: lock_source("ERP")):
            response = erp.put(URL, {"name": "Acme GmbH"}, format="json")
        check_problem(response, 503, "busy")
        assert not BuyerCode.objects.exists()


class TestBulk:
    def test_each_record_is_answered(self, erp: APIClient) -> None:
        make_buyer("K-1")
        put(erp, status=201)
        sent = [
            {"external_id": "0042", "name": "Acme GmbH"},
            {"external_id": "0042", "name": "Acme GmbH"},
            {"external_id": "0043", "name": "Bleu SA", "country": "FR"},
            {"external_id": "0044", "name": "One", "code": "K-1"},
            {"external_id": "0045", "name": "Two"},
            {"external_id": "0045", "name": "Three"},
            {"external_id": "0046"},
        ]
        bulk = taken(erp, [totals(7), *sent], url=BULK)
        assert outcomes(erp, bulk) == ["unchanged", "unchanged", "created", "created", *["quarantined"] * 3]
        codes = [one["problem"]["code"] for one in records(erp, bulk, "?outcome=quarantined")]
        assert codes == ["duplicate_in_file", "duplicate_in_file", "value_missing"]
        assert not BuyerCode.objects.filter(external_id="0045").exists()
        assert BuyerCode.objects.get(external_id="0044").buyer.code == "K-1"
        again = taken(erp, [{"external_id": "0044", "name": "One", "code": "0042"}], url=BULK)
        (answer,) = records(erp, again)
        assert answer["problem"]["code"] == "buyer_code_contradicts"

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        before = state()
        body = [totals(2), {"external_id": "1", "name": "One"}]
        refused(send(erp, body, url=BULK), 422, "control_totals_mismatch", "control_totals.rows", url=BULK)
        assert state() == before

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"name": 5}, "text_expected", "name"),
            ({"name": " "}, "value_missing", "name"),
            ({"country": "XYZ"}, "country_unknown", "country"),
            ({"currency": "ZZZ"}, "currency_unknown", "currency"),
            ({"trading_since": "0000-00-00"}, "date_invalid", "trading_since"),
            ({"website": "x" * 256}, "value_too_long", "website"),
            ({"external_id": "x" * 61}, "value_too_long", "external_id"),
            ({"amount": "5"}, "name_unknown", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        record = {"external_id": "0042", "name": "Acme"} | changes
        assert only_problem(erp, record, url=BULK)[:2] == (code, field)
        assert not BuyerCode.objects.exists()
