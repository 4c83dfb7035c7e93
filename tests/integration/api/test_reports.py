"""POST /api/v1/receipts/ and PUT …/shipments/{shipment}/: what sources report, so that credit can answer."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.models import Buyer
from invoices.models import Receipt, Shipment
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.api.orders import CHECKS, ask, everything, refused, send
from tests.integration.credit.builders import TODAY, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
RECEIPTS = "/api/v1/receipts/"
SHIPMENT = "/api/v1/orders/ERP/SO-1/shipments/SH-1/"
PATH = "/api/v1/orders/{source}/{external_id}/shipments/{shipment}/"


@pytest.fixture
def erp() -> APIClient:
    return with_key("check", "intake")


def receipt_body(**fields: Any) -> dict[str, Any]:
    known = {
        "external_id": "R-1",
        "buyer": "ACME",
        "currency": "USD",
        "amount": "40000.00",
        "received_on": TODAY.isoformat(),
    }
    return {name: value for name, value in (known | fields).items() if value is not ...}


def report(client: APIClient, *, status: int = 200, url: str = SHIPMENT, **fields: Any) -> Any:
    body = {"promised_on": TODAY.isoformat(), "shipped_on": TODAY.isoformat()} | fields
    response = client.put(url, body, format="json")
    assert response.status_code == status, response.json()
    check_schema(response, PATH, "put")
    return response.json()


class TestReceipts:
    def test_a_receipt_turns_a_held_order_green(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        assert not first["is_approved"]
        response = send(erp, RECEIPTS, receipt_body())
        check_schema(response, RECEIPTS, "post")
        assert (response.status_code, response.json()["source"]) == (201, "ERP")
        run_jobs()
        assert erp.get(f"{CHECKS}{first['id']}/").json()["is_approved"]

    def test_a_deposit_names_its_order(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp)
        response = send(erp, RECEIPTS, receipt_body(order="SO-1", amount="24000"))
        assert response.json()["order"] == "SO-1"
        assert Receipt.objects.get().order is not None

    def test_the_same_receipt_again_is_the_same(self, acme: Buyer, erp: APIClient) -> None:
        first = send(erp, RECEIPTS, receipt_body())
        before = everything()
        assert send(erp, RECEIPTS, receipt_body()).json() == first.json()
        refused(
            send(erp, RECEIPTS, receipt_body(amount="1.00")), 409, "external_id_contradicts", "external_id", RECEIPTS
        )
        assert everything() == before

    @pytest.mark.parametrize(
        ("change", "status", "code", "field"),
        [
            ({"buyer": "NOBODY"}, 404, "buyer_not_found", "buyer"),
            ({"order": "SO-77"}, 404, "order_not_found", "external_id"),
            ({"amount": "-1"}, 422, "amount_invalid", "amount"),
            ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
            ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
            ({"received_on": str(TODAY + timedelta(days=1))}, 400, "field_invalid", "received_on"),
            ({"external_id": ...}, 400, "field_missing", "external_id"),
            ({"colour": "red"}, 400, "field_unknown", "colour"),
        ],
    )
    def test_bad_receipts_change_nothing(
        self, acme: Buyer, erp: APIClient, change: dict[str, Any], status: int, code: str, field: str
    ) -> None:
        before = everything()
        refused(send(erp, RECEIPTS, receipt_body(**change)), status, code, field, RECEIPTS)
        assert everything() == before

    def test_who_may_not_take_in_is_refused(self, acme: Buyer) -> None:
        before = everything()
        refused(send(APIClient(), RECEIPTS, receipt_body()), 401, "not_authenticated", path=RECEIPTS)
        for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
            refused(send(client, RECEIPTS, receipt_body()), 403, "permission_denied", path=RECEIPTS)
        refused(
            send(with_key("intake"), RECEIPTS, receipt_body(), key=None),
            400,
            "idempotency_key_missing",
            "Idempotency-Key",
            RECEIPTS,
        )
        check_problem(with_key("intake").get(RECEIPTS), 405, "method_not_allowed")
        assert everything() == before


class TestShipments:
    def test_a_shipment_is_stored_and_moves_the_order_on(self, acme: Buyer, erp: APIClient) -> None:
        assert ask(erp, amount="1000.00")["is_approved"]
        shown = report(erp, amount="400.00")
        assert (shown["source"], shown["order"], shown["amount"]) == ("ERP", "SO-1", "400.00")
        report(erp, amount=None, delivered_on=TODAY.isoformat())
        assert Shipment.objects.filter(external_id="SH-1").count() == 2

    def test_the_same_report_again_changes_nothing(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp, amount="1000.00")
        first = report(erp)
        before = everything()
        assert report(erp) == first
        assert everything() == before

    def test_an_unapproved_shipment_is_stored_all_the_same(self, acme: Buyer, erp: APIClient) -> None:
        assert not ask(erp)["is_approved"]
        assert report(erp)["shipped_on"] == TODAY.isoformat()

    def test_bad_reports_change_nothing(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp, amount="1000.00")
        before = everything()
        assert report(erp, status=422, amount="-1")["code"] == "amount_invalid"
        assert report(erp, status=404, url=SHIPMENT.replace("SO-1", "SO-9"))["code"] == "order_not_found"
        assert report(erp, status=404, url=SHIPMENT.replace("SH-1", "a%00b"))["code"] == "not_found"
        assert report(erp, status=404, url=SHIPMENT.replace("SH-1", "x" * 121))["code"] == "not_found"
        tomorrow = str(TODAY + timedelta(days=1))
        assert report(erp, status=400, shipped_on=tomorrow)["code"] == "field_invalid"
        assert report(with_key("check"), status=403)["code"] == "permission_denied"
        assert report(APIClient(), status=401)["code"] == "not_authenticated"
        assert everything() == before
