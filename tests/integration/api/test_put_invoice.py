"""PUT /api/v1/invoices/{source}/{external_id}/: issued, brought up to date, corrected by reversal."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.house import today
from core.models import AuditEvent
from invoices.models import DueDateChange, Entry, Invoice
from invoices.queries.verify import verify_ledger
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.invoices.builders import pay

pytestmark = pytest.mark.django_db
URL = "/api/v1/invoices/ERP/F-1/"
PATH = "/api/v1/invoices/{source}/{external_id}/"


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def body(**changes: Any) -> dict[str, Any]:
    known = {
        "buyer": "0042",
        "buyer_name": "Acme",
        "currency": "USD",
        "amount": "100.00",
        "invoice_date": "2026-03-01",
        "due_date": "2026-03-31",
    }
    return {name: value for name, value in (known | changes).items() if value is not ...}


def put(client: APIClient, *, status: int = 200, url: str = URL, if_match: str = "", **changes: Any) -> Any:
    headers = {"If-Match": if_match} if if_match else {}
    response = client.put(url, body(**changes), format="json", headers=headers)
    assert response.status_code == status, response.json()
    check_schema(response, PATH, "put")
    return response


def refused(client: APIClient, status: int, code: str, field: str | None, **changes: Any) -> dict[str, Any]:
    """Refused, and nothing changed."""
    before = state()
    found = check_problem(put(client, status=status, **changes), status, code)
    assert found.get("field") == field, found
    assert state() == before
    return found


def state() -> tuple[Any, ...]:
    return (
        list(Entry.objects.order_by("pk").values_list("kind", "amount", "effective_date")),
        list(Invoice.objects.order_by("pk").values_list("pk", "open_amount", "due_date")),
        DueDateChange.objects.count(),
        AuditEvent.objects.count(),
    )


def test_a_new_invoice_is_issued(erp: APIClient) -> None:
    response = put(erp, status=201, number="2026/1")
    shown = response.json()
    assert (shown["outcome"], shown["amount"], shown["open_amount"], shown["number"]) == (
        "created",
        "100.00",
        "100.00",
        "2026/1",
    )
    got = erp.get(URL)
    check_schema(got, PATH)
    assert (got["ETag"], got.json()["id"]) == (response["ETag"], shown["id"])


def test_a_number_may_hold_a_slash(erp: APIClient) -> None:
    put(erp, status=201, url="/api/v1/invoices/ERP/2026%2F7/")
    assert Invoice.objects.get().external_id == "2026/7"


def test_the_same_again_changes_nothing(erp: APIClient) -> None:
    first = put(erp, status=201)
    before = state()
    again = put(erp)
    assert (again.json()["outcome"], again["ETag"]) == ("unchanged", first["ETag"])
    assert state() == before


def test_another_amount_is_a_reversal_and_a_new_issue(erp: APIClient) -> None:
    first = put(erp, status=201)
    shown = put(erp, amount="120.50", if_match=first["ETag"]).json()
    assert (shown["outcome"], shown["amount"], shown["open_amount"]) == ("updated", "120.50", "120.50")
    assert [(e.kind, e.amount) for e in Entry.objects.order_by("pk")] == [
        ("issue", Decimal(100)),
        ("reversal", Decimal(-100)),
        ("issue", Decimal("120.5")),
    ]
    assert Entry.objects.order_by("pk").last().effective_date == today()  # type: ignore[union-attr]
    put(erp, amount="90.00")
    assert put(erp, amount="90").json()["outcome"] == "unchanged"
    assert verify_ledger().is_ok


def test_payments_stay_on_a_corrected_invoice(erp: APIClient) -> None:
    put(erp, status=201)
    pay(Invoice.objects.get(), "40", day="2026-03-10")
    assert put(erp, amount="90.00").json()["open_amount"] == "50.00"
    refused(erp, 422, "over_allocation", "amount", amount="39.99")
    assert put(erp, amount="40.00").json()["settled_on"] == "2026-03-10"
    assert verify_ledger().is_ok


def test_another_due_date_counts_from_today(erp: APIClient) -> None:
    put(erp, status=201)
    assert put(erp, due_date="2026-04-30").json()["due_date"] == "2026-04-30"
    assert DueDateChange.objects.get().valid_from == today()
    assert Invoice.objects.get().original_due_date == date(2026, 3, 31)


def test_who_decides_on_an_old_version_is_told(erp: APIClient) -> None:
    first = put(erp, status=201)
    put(erp, due_date="2026-04-30")
    refused(erp, 412, "invoice_changed", "If-Match", amount="1.00", if_match=first["ETag"])
    refused(erp, 412, "invoice_changed", "If-Match", url="/api/v1/invoices/ERP/F-2/", if_match='"1.0"')
    refused(erp, 400, "if_match_invalid", "If-Match", if_match="*")


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"buyer": "0043"}, 409, "invoice_contradicts", "buyer"),
        ({"currency": "EUR"}, 409, "invoice_contradicts", "currency"),
        ({"invoice_date": "2026-03-02"}, 409, "invoice_contradicts", "invoice_date"),
        ({"terms": "da"}, 409, "invoice_contradicts", "terms"),
        ({"amount": "0"}, 422, "amount_invalid", "amount"),
        ({"amount": "-5"}, 422, "amount_invalid", "amount"),
        ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
        ({"amount": "1e9"}, 422, "amount_invalid", "amount"),
        ({"amount": "9" * 17}, 422, "amount_invalid", "amount"),
        ({"amount": "0.001"}, 422, "amount_invalid", "amount"),
        ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
        ({"terms": "later"}, 422, "terms_unknown", "terms"),
        ({"due_date": "2026-02-28"}, 422, "due_before_invoice", "due_date"),
        ({"invoice_date": "0000-00-00"}, 400, "field_invalid", "invoice_date"),
        ({"invoice_date": "1066-10-14"}, 422, "date_out_of_range", "invoice_date"),
        ({"buyer_country": "XYZ"}, 400, "field_invalid", "buyer_country"),
        ({"buyer": ...}, 400, "field_missing", "buyer"),
        ({"colour": "red"}, 400, "field_unknown", "colour"),
        ({"order": "SO-9"}, 404, "order_not_found", "external_id"),
    ],
)
def test_what_cannot_be_is_refused(erp: APIClient, change: dict[str, Any], status: int, code: str, field: str) -> None:
    put(erp, status=201)
    refused(erp, status, code, field, **change)


def test_a_key_writes_under_its_own_name_only(erp: APIClient) -> None:
    refused(erp, 403, "source_of_another", "source", url="/api/v1/invoices/SAP/F-1/")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        refused(client, 403, "permission_denied", None)
    refused(APIClient(), 401, "not_authenticated", None)


def test_what_is_not_there_is_not_found(erp: APIClient) -> None:
    check_problem(erp.get(URL), 404, "invoice_not_found", PATH)
    check_problem(erp.get("/api/v1/invoices/SAP/F-1/"), 403, "source_of_another", PATH)
    check_problem(with_key("read").get("/api/v1/invoices/SAP/F-1/"), 404, "invoice_not_found", PATH)
    check_problem(erp.post(URL, {}, format="json"), 405, "method_not_allowed")
