"""Receipts and credit notes by PUT and in bulk: allocated where the invoice is there, waiting in sight where not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from buyers.models import BuyerCode
from core.models import AuditEvent
from core.services.api_clients import create_client
from invoices.models import CreditNote, Entry, Invoice, Receipt, SuspendedAllocation
from invoices.queries.verify import verify_ledger
from tests.integration.api.bulks import invoice, lines, only_problem, outcomes, records, refused, send, taken, totals
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key

pytestmark = pytest.mark.django_db
URL = "/api/v1/receipts/ERP/R-1/"
PATH = "/api/v1/receipts/{source}/{external_id}/"
NOTE = "/api/v1/credit-notes/ERP/C-1/"
NOTE_PATH = "/api/v1/credit-notes/{source}/{external_id}/"
RECEIPTS = "/api/v1/receipts/bulk/"
NOTES = "/api/v1/credit-notes/bulk/"
SUSPENSE = "/api/v1/suspense/"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 6, 1, 4, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def receipt(**changes: Any) -> dict[str, Any]:
    known = {"buyer": "0042", "currency": "USD", "amount": "100.00", "received_on": "2026-04-01"}
    return {name: value for name, value in (known | changes).items() if value is not ...}


def part(number: str = "F-1", amount: str = "100.00", **more: str) -> dict[str, str]:
    return {"invoice": number, "amount": amount, **more}


def put(client: APIClient, *, status: int = 200, url: str = URL, path: str = PATH, **changes: Any) -> dict[str, Any]:
    response = client.put(url, receipt(**changes), format="json")
    assert response.status_code == status, response.json()
    check_schema(response, path, "put")
    body: dict[str, Any] = response.json()
    return body


def suspense(client: APIClient, query: str = "") -> list[dict[str, Any]]:
    response = client.get(SUSPENSE + query)
    assert response.status_code == 200, response.json()
    check_schema(response, SUSPENSE)
    rows: list[dict[str, Any]] = response.json()["results"]
    return rows


def open_amounts() -> dict[str, Decimal]:
    return dict(Invoice.objects.values_list("external_id", "open_amount"))


def state() -> tuple[Any, ...]:
    models = (Receipt, CreditNote, Entry, SuspendedAllocation)
    return (*(model.objects.count() for model in models), open_amounts())


class TestPut:
    def test_a_receipt_pays_its_invoice(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        shown = put(erp, status=201, allocations=[part(amount="60.00")])
        assert (shown["outcome"], shown["unapplied"], shown["allocations"][0]["state"]) == (
            "created",
            "40.00",
            "allocated",
        )
        assert open_amounts() == {"F-1": 40}
        assert verify_ledger().is_ok

    def test_a_receipt_before_its_invoice_waits_and_allocates_itself(self, erp: APIClient) -> None:
        shown = put(erp, status=201, allocations=[part()])
        assert (shown["unapplied"], shown["allocations"][0]["state"]) == ("100.00", "waiting")
        (row,) = suspense(erp)
        assert (row["document"], row["invoice"], row["amount"], row["problem"]) == ("R-1", "F-1", "100", "")
        taken(erp, [invoice(1)])
        assert suspense(erp) == []
        (done,) = suspense(erp, "?state=allocated")
        assert done["invoice"] == "F-1"
        assert open_amounts() == {"F-1": 0}
        assert Invoice.objects.get().settled_on == datetime(2026, 4, 1, tzinfo=UTC).date()
        assert verify_ledger().is_ok

    def test_an_invoice_that_is_put_takes_what_waits(self, erp: APIClient) -> None:
        put(erp, status=201, allocations=[part()])
        body = {name: value for name, value in invoice(1).items() if name != "external_id"}
        shown = erp.put("/api/v1/invoices/ERP/F-1/", body, format="json").json()
        assert (shown["outcome"], shown["open_amount"]) == ("created", "0.00")

    def test_the_same_again_changes_nothing(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        put(erp, status=201, allocations=[part(amount="60"), part("F-9", "10")])
        before = state()
        assert put(erp, allocations=[part("F-9", "10"), part(amount="60")])["outcome"] == "unchanged"
        assert put(erp)["outcome"] == "unchanged"
        assert state() == before

    def test_what_waits_is_replaced_and_what_was_made_stays(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        put(erp, status=201, allocations=[part(amount="60"), part("F-9", "10")])
        assert put(erp, allocations=[part(amount="60"), part("F-8", "40")])["outcome"] == "updated"
        assert [row["invoice"] for row in suspense(erp)] == ["F-8"]
        before = state()
        response = erp.put(URL, receipt(allocations=[part(amount="61")]), format="json")
        assert check_problem(response, 409, "allocation_made")["field"] == "allocations"
        assert state() == before

    def test_more_than_is_open_waits_with_its_reason(self, erp: APIClient) -> None:
        taken(erp, [invoice(1, amount="50.00")])
        shown = put(erp, status=201, allocations=[part(amount="60")])
        assert (shown["unapplied"], shown["allocations"][0]["problem"]) == ("100.00", "over_allocation")
        (row,) = suspense(erp)
        assert row["detail"] == "The invoice has less open than that."
        put(erp, allocations=[part(amount="50")])
        assert (suspense(erp), open_amounts()) == ([], {"F-1": 0})

    def test_one_that_is_too_much_does_not_stop_the_others(self, erp: APIClient) -> None:
        put(erp, status=201, allocations=[part(amount="70")])
        put(erp, status=201, url="/api/v1/receipts/ERP/R-2/", allocations=[part(amount="70")])
        taken(erp, [invoice(1)])
        assert [(row["document"], row["problem"]) for row in suspense(erp)] == [("R-2", "over_allocation")]
        assert open_amounts() == {"F-1": 30}

    def test_money_in_another_currency_says_what_it_uses(self, erp: APIClient) -> None:
        taken(erp, [invoice(1, currency="EUR")])
        put(erp, status=201, allocations=[part(amount="50")])
        assert suspense(erp)[0]["problem"] == "source_amount_needed"
        put(erp, allocations=[part(amount="50", source_amount="54.25")])
        assert open_amounts() == {"F-1": 50}
        assert put(erp)["unapplied"] == "45.75"

    def test_a_credit_note_reduces_its_invoice(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        shown = put(
            erp,
            status=201,
            url=NOTE,
            path=NOTE_PATH,
            received_on=...,
            issued_on="2026-04-02",
            amount="30",
            allocations=[part(amount="30")],
        )
        assert (shown["unapplied"], shown["issued_on"], open_amounts()) == ("0.00", "2026-04-02", {"F-1": 70})
        assert verify_ledger().is_ok

    @pytest.mark.parametrize(
        ("change", "status", "code", "field"),
        [
            ({"amount": "-1"}, 422, "amount_invalid", "amount"),
            ({"amount": "1e400"}, 422, "amount_invalid", "amount"),
            ({"amount": "0"}, 422, "amount_invalid", "amount"),
            ({"amount": "101"}, 409, "contradicts_ledger", "amount"),
            ({"buyer": "0043"}, 409, "contradicts_ledger", "buyer"),
            ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
            ({"received_on": "2027-01-01"}, 400, "field_invalid", "received_on"),
            ({"received_on": "0000-00-00"}, 400, "field_invalid", "received_on"),
            ({"allocations": [part(amount="100.01")]}, 422, "allocated_more", "allocations"),
            ({"allocations": [part(amount="1"), part(amount="2")]}, 422, "allocation_repeated", "allocations"),
            ({"allocations": [part(amount="-1")]}, 422, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="0.00001")]}, 422, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="9" * 17, source_amount="1")]}, 422, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="x")]}, 422, "amount_invalid", "amount"),
            ({"amount": "9" * 17}, 422, "amount_invalid", "amount"),
            ({"allocations": [{"invoice": "F-1"}]}, 400, "field_invalid", "allocations"),
            ({"allocations": "F-1"}, 400, "field_invalid", "allocations"),
            ({"colour": "red"}, 400, "field_unknown", "colour"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, erp: APIClient, change: dict[str, Any], status: int, code: str, field: str
    ) -> None:
        put(erp, status=201)
        before = state()
        response = erp.put(URL, receipt(**change), format="json")
        found = check_problem(response, status, code)
        check_schema(response, PATH, "put")
        assert found.get("field") == field, found
        assert state() == before

    def test_who_may_not_is_refused(self, erp: APIClient) -> None:
        before = state()
        check_problem(erp.put("/api/v1/receipts/SAP/R-1/", receipt(), format="json"), 403, "source_of_another")
        check_problem(APIClient().put(URL, receipt(), format="json"), 401, "not_authenticated")
        for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
            check_problem(client.put(URL, receipt(), format="json"), 403, "permission_denied")
            check_problem(client.put(NOTE, receipt(), format="json"), 403, "permission_denied")
        check_problem(erp.delete(URL), 405, "method_not_allowed")
        assert state() == before


class TestBulk:
    def test_receipts_and_invoices_may_come_in_any_order(self, erp: APIClient) -> None:
        sent = [receipt(external_id=f"R-{n}", allocations=[part(f"F-{n}")]) for n in range(1, 4)]
        asked = totals(3, USD="300")
        bulk = taken(erp, [asked, *sent], url=RECEIPTS)
        assert (bulk["created"], len(suspense(erp))) == (3, 3)
        taken(erp, [invoice(1), invoice(2), invoice(3, amount="120.00")])
        assert (suspense(erp), open_amounts()) == ([], {"F-1": 0, "F-2": 0, "F-3": 20})
        again = taken(erp, [asked, *sent], url=RECEIPTS)
        assert again["unchanged"] == 3
        assert Entry.objects.filter(kind="receipt").count() == 3
        assert verify_ledger().is_ok

    def test_each_record_is_answered(self, erp: APIClient) -> None:
        put(erp, status=201)
        sent = [
            receipt(external_id="R-1"),
            receipt(external_id="R-1", allocations=[part("F-7", "5")]),
            receipt(external_id="R-2"),
            receipt(external_id="R-2"),
            receipt(external_id="R-3", amount="-5"),
            receipt(external_id="R-4", source="SAP"),
        ]
        bulk = taken(erp, sent, url=RECEIPTS)
        assert outcomes(erp, bulk) == [
            "quarantined",
            "quarantined",
            "created",
            "unchanged",
            "quarantined",
            "quarantined",
        ]
        codes = [record["problem"]["code"] for record in records(erp, bulk, "?outcome=quarantined")]
        assert codes == ["duplicate_in_file", "duplicate_in_file", "amount_not_positive", "source_of_another"]

    def test_totals_that_differ_post_nothing(self, erp: APIClient) -> None:
        before = state()
        body = [totals(1, USD="99"), receipt(external_id="R-1")]
        refused(send(erp, body, url=RECEIPTS), 422, "control_totals_mismatch", "control_totals.sums.USD", url=RECEIPTS)
        assert state() == before

    def test_credit_notes_come_in_bulk(self, erp: APIClient) -> None:
        taken(erp, [invoice(1)])
        note = receipt(external_id="C-1", received_on=..., issued_on="2026-04-02", allocations=[part(amount="25")])
        assert taken(erp, lines([note]), url=NOTES)["created"] == 1
        assert open_amounts() == {"F-1": 75}

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"amount": "NaN"}, "number_invalid", "amount"),
            ({"amount": "-0"}, "amount_zero", "amount"),
            ({"amount": "0.001"}, "amount_precision", "amount"),
            ({"received_on": "0000-00-00"}, "date_invalid", "received_on"),
            ({"buyer": 42}, "text_expected", "buyer"),
            ({"buyer": ...}, "value_missing", "buyer"),
            ({"note": "x" * 201}, "value_too_long", "note"),
            ({"allocations": "F-1"}, "type_invalid", "allocations"),
            ({"allocations": ["F-1"]}, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="0")]}, "allocation_invalid", "allocations"),
            ({"allocations": [part() | {"x": "1"}]}, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="0.00001")]}, "allocation_invalid", "allocations"),
            ({"allocations": [part(amount="9" * 17)]}, "number_too_large", "allocations"),
            ({"allocations": [part(amount="101")]}, "allocated_more", "allocations"),
            ({"allocations": [part(amount="1"), part(amount="1")]}, "allocation_repeated", "allocations"),
            ({"issued_on": "2026-04-01"}, "name_unknown", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        record = receipt(**{"external_id": "R-1"} | changes)
        assert only_problem(erp, record, url=RECEIPTS)[:2] == (code, field)
        assert not Receipt.objects.exists()
        assert not BuyerCode.objects.exists()


def test_the_trail_names_the_person_who_put_it() -> None:
    put(as_person("credit_analyst"), status=201, url="/api/v1/receipts/order-desk/R-1/")
    posted = AuditEvent.objects.get(action="invoices.bulk.posted")
    assert str(posted.actor) == "person-credit_analyst"


def test_a_key_sees_what_waits_of_its_own_source(erp: APIClient) -> None:
    put(erp, status=201, allocations=[part()])
    issued = create_client(name="SAP", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None)
    sap = APIClient(headers={"Authorization": f"Api-Key {issued.key}"})
    assert suspense(sap) == []
    assert len(suspense(with_key("read"))) == len(suspense(as_person("credit_analyst"), "?source=ERP")) == 1
    assert suspense(with_key("read"), "?invoice=F-2") == []
    check_problem(APIClient().get(SUSPENSE), 401, "not_authenticated", SUSPENSE)
    check_problem(as_person("sales").get(SUSPENSE), 403, "permission_denied", SUSPENSE)
    check_problem(erp.get(SUSPENSE + "?state=lost"), 400, "parameter_invalid", SUSPENSE)
