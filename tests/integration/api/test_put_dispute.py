"""Disputes by PUT and in bulk: opened, changed, ended; versions are only added."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.models import AuditEvent
from invoices.models import BulkRecord, DisputeVersion, Invoice
from invoices.queries.verify import verify_ledger
from tests.integration.api.bulks import invoice, only_problem, outcomes, records, refused, send, taken, totals
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key

pytestmark = pytest.mark.django_db
URL = "/api/v1/disputes/ERP/D-1/"
PATH = "/api/v1/disputes/{source}/{external_id}/"
DISPUTES = "/api/v1/disputes/bulk/"


@pytest.fixture
def erp() -> APIClient:
    client = with_key("intake")
    taken(client, [invoice(1), invoice(2, currency="JPY", amount="5000")])
    return client


def dispute(**changes: Any) -> dict[str, Any]:
    known = {"invoice": "F-1", "amount": "40.00", "reason": "quality", "valid_from": "2026-04-12"}
    return {name: value for name, value in (known | changes).items() if value is not ...}


def put(client: APIClient, *, status: int = 200, url: str = URL, **changes: Any) -> dict[str, Any]:
    response = client.put(url, dispute(**changes), format="json")
    assert response.status_code == status, response.json()
    check_schema(response, PATH, "put")
    body: dict[str, Any] = response.json()
    return body


def disputed() -> dict[str, Decimal]:
    return dict(Invoice.objects.values_list("external_id", "disputed_amount"))


def test_a_dispute_is_opened_changed_and_ended(erp: APIClient) -> None:
    assert put(erp, status=201)["outcome"] == "created"
    assert disputed()["F-1"] == 40
    with CaptureQueriesContext(connection) as queries:
        assert put(erp)["outcome"] == "unchanged"
    assert not any("invoices.post_bulk" in query["sql"] for query in queries)
    assert put(erp, amount="25")["outcome"] == "updated"
    assert put(erp, amount="0", valid_from="2026-05-02")["amount"] == "0.00"
    assert (disputed()["F-1"], DisputeVersion.objects.count()) == (0, 3)
    assert verify_ledger().is_ok


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"amount": "-1"}, 422, "amount_invalid", "amount"),
        ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
        ({"amount": "9" * 17}, 422, "amount_invalid", "amount"),
        ({"amount": "0.001"}, 422, "amount_precision", "amount"),
        ({"amount": "100.01"}, 422, "dispute_too_large", "amount"),
        ({"invoice": "F-2", "amount": "1"}, 409, "dispute_of_another_invoice", "invoice"),
        ({"invoice": "F-9"}, 404, "invoice_not_found", "invoice"),
        ({"reason": "x" * 41}, 400, "field_invalid", "reason"),
        ({"valid_from": "0000-00-00"}, 400, "field_invalid", "valid_from"),
        ({"reason": ...}, 400, "field_missing", "reason"),
    ],
)
def test_what_cannot_be_is_refused(erp: APIClient, change: dict[str, Any], status: int, code: str, field: str) -> None:
    put(erp, status=201)
    before = (DisputeVersion.objects.count(), disputed())
    response = erp.put(URL, dispute(**change), format="json")
    assert check_problem(response, status, code).get("field") == field
    check_schema(response, PATH, "put")
    assert (DisputeVersion.objects.count(), disputed()) == before


def test_who_may_not_is_refused(erp: APIClient) -> None:
    check_problem(erp.put("/api/v1/disputes/SAP/1/", dispute(), format="json"), 403, "source_of_another")
    check_problem(erp.put(f"/api/v1/disputes/ERP/{'x' * 61}/", dispute(), format="json"), 400, "field_invalid")
    check_problem(APIClient().put(URL, dispute(), format="json"), 401, "not_authenticated")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        check_problem(client.put(URL, dispute(), format="json"), 403, "permission_denied")
    check_problem(erp.get(URL), 405, "method_not_allowed")
    assert not DisputeVersion.objects.exists()


def test_the_trail_names_the_person_who_put_it() -> None:
    analyst = as_person("credit_analyst")
    taken(analyst, [invoice(1)])
    before = AuditEvent.objects.count()
    put(analyst, status=201, url="/api/v1/disputes/order-desk/D-1/")
    posted = AuditEvent.objects.order_by("pk")[before:]
    assert [(one.action, str(one.actor)) for one in posted] == [("invoices.bulk.posted", "person-credit_analyst")]


class TestBulk:
    def test_each_record_is_answered(self, erp: APIClient) -> None:
        sent = [
            dispute(external_id="D-1"),
            dispute(external_id="D-1"),
            dispute(external_id="D-1", amount="0", valid_from="2026-05-01"),
            dispute(external_id="D-2", invoice="F-2", amount="100"),
            dispute(external_id="D-3", invoice="F-9"),
            dispute(external_id="D-4"),
            dispute(external_id="D-4", amount="1"),
        ]
        bulk = taken(erp, [totals(7), *sent], url=DISPUTES)
        bad = ["quarantined"] * 3
        assert outcomes(erp, bulk) == ["created", "unchanged", "updated", "created", *bad]
        codes = [one["problem"]["code"] for one in records(erp, bulk, "?outcome=quarantined")]
        assert codes == ["invoice_unknown", "duplicate_in_file", "duplicate_in_file"]
        assert disputed() == {"F-1": 0, "F-2": 100}
        assert taken(erp, sent[:4], url=DISPUTES)["unchanged"] == 4
        assert DisputeVersion.objects.count() == 3

    def test_a_dispute_stays_with_the_invoice_that_it_was_first_told_of(self, erp: APIClient) -> None:
        moved = dispute(external_id="D-1", invoice="F-2", amount="100", valid_from="2026-05-01")
        bulk = taken(erp, [dispute(external_id="D-1"), moved], url=DISPUTES)
        assert outcomes(erp, bulk) == ["created", "quarantined"]
        assert records(erp, bulk)[1]["problem"]["code"] == "dispute_of_another_invoice"
        assert disputed() == {"F-1": 40, "F-2": 0}

    def test_records_that_contradict_each_other_name_the_other_one(self, erp: APIClient) -> None:
        taken(erp, [dispute(external_id="D-1"), dispute(external_id="D-1", amount="1")], url=DISPUTES)
        problems = (
            BulkRecord.objects.filter(bulk__kind="disputes").order_by("position").values_list("problem", flat=True)
        )
        assert [problem["params"]["other_line"] for problem in problems] == [2, 1]

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        body = [totals(1, USD="41"), dispute(external_id="D-1")]
        refused(send(erp, body, url=DISPUTES), 422, "control_totals_mismatch", "control_totals.sums.USD", url=DISPUTES)
        assert not DisputeVersion.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"amount": "NaN"}, "number_invalid", "amount"),
            ({"amount": "-1"}, "amount_below_zero", "amount"),
            ({"amount": "0.001"}, "amount_precision", "amount"),
            ({"amount": "100.01"}, "dispute_too_large", "amount"),
            ({"reason": ...}, "value_missing", "reason"),
            ({"reason": "x" * 41}, "value_too_long", "reason"),
            ({"valid_from": "0000-00-00"}, "date_invalid", "valid_from"),
            ({"external_id": "x" * 61}, "value_too_long", "external_id"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        record = dispute(**{"external_id": "D-1"} | changes)
        assert only_problem(erp, record, url=DISPUTES)[:2] == (code, field)
        assert not DisputeVersion.objects.exists()
