"""Write-offs by PUT and in bulk: entries in the ledger, corrected by reversals, never more than is open."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.models import AuditEvent, Job
from invoices.models import Entry, Invoice, WriteOff
from invoices.queries.verify import verify_ledger
from tests.integration.api.bulks import invoice, only_problem, outcomes, records, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.ladder import with_key
from tests.integration.api.records import check_rungs, put, read, refused, source_with_invoices, without

pytestmark = pytest.mark.django_db
URL = "/api/v1/write-offs/ERP/W-1/"
PATH = "/api/v1/write-offs/{source}/{external_id}/"
BULK = "/api/v1/write-offs/bulk/"
WRITE_OFF = {
    "invoice": "F-1",
    "currency": "USD",
    "amount": "30.00",
    "written_off_on": "2026-04-01",
    "reason": "insolvent",
}


@pytest.fixture
def erp() -> APIClient:
    return source_with_invoices()


def record(number: str = "W-1", **changes: Any) -> dict[str, Any]:
    return without({"external_id": number, **WRITE_OFF}, **changes)


def open_amounts() -> dict[str, Decimal]:
    return dict(Invoice.objects.values_list("external_id", "open_amount"))


def entries() -> list[tuple[str, Decimal]]:
    found = Entry.objects.exclude(kind="issue").order_by("pk")
    return list(found.values_list("kind", "amount"))


def test_a_write_off_is_posted_corrected_and_taken_back(erp: APIClient) -> None:
    made = put(erp, URL, PATH, WRITE_OFF, status=201)
    assert (made["outcome"], made["amount"], made["open_amount"]) == ("created", "30.00", "70.00")
    assert put(erp, URL, PATH, WRITE_OFF)["outcome"] == "unchanged"
    assert put(erp, URL, PATH, WRITE_OFF | {"amount": "50"})["open_amount"] == "50.00"
    assert put(erp, URL, PATH, WRITE_OFF | {"amount": "0"})["open_amount"] == "100.00"
    assert entries() == [("write_off", -30), ("reversal", 30), ("write_off", -50), ("reversal", 50)]
    assert put(erp, URL, PATH, WRITE_OFF | {"amount": "100"})["open_amount"] == "0.00"
    assert WriteOff.objects.count() == 4
    assert verify_ledger().is_ok


def test_a_correction_leaves_the_books_of_past_days_alone(erp: APIClient) -> None:
    put(erp, URL, PATH, WRITE_OFF, status=201)
    put(erp, URL, PATH, WRITE_OFF | {"amount": "50"})
    days = Entry.objects.exclude(kind="issue").order_by("pk").values_list("effective_date", flat=True)
    first, *later = days
    assert first.isoformat() == "2026-04-01"
    assert all(day > first for day in later)


def test_another_reason_is_kept_and_moves_no_money(erp: APIClient) -> None:
    put(erp, URL, PATH, WRITE_OFF, status=201)
    assert put(erp, URL, PATH, WRITE_OFF | {"reason": "settled out of court"})["outcome"] == "updated"
    assert entries() == [("write_off", -30)]
    assert put(erp, URL, PATH, WRITE_OFF | {"reason": "settled out of court", "amount": "0"})["amount"] == "0.00"
    assert verify_ledger().is_ok


def test_it_is_read_back_with_a_version_that_a_change_can_name(erp: APIClient) -> None:
    etag = put(erp, URL, PATH, WRITE_OFF, status=201)["etag"]
    assert read(erp, URL, PATH)["etag"] == etag
    later = put(erp, URL, PATH, WRITE_OFF | {"amount": "5"}, If_Match=etag)["etag"]
    refused(erp, URL, PATH, WRITE_OFF | {"amount": "6"}, 412, "record_changed", If_Match=etag)
    assert read(erp, URL, PATH)["etag"] == later
    refused(erp, URL.replace("W-1", "W-2"), PATH, WRITE_OFF, 412, "record_changed", If_Match=etag)


def test_it_is_audited_and_has_the_orders_of_the_buyer_checked_again(erp: APIClient) -> None:
    Job.objects.all().delete()
    put(erp, URL, PATH, WRITE_OFF, status=201)
    event = AuditEvent.objects.filter(action="invoices.invoice.write_off").get()
    assert (event.subject_type, event.actor_label) == ("invoice", "api:ERP")
    buyer = Invoice.objects.get(external_id="F-1").buyer_id
    assert Job.objects.get(task="credit.recheck").params == {"buyer": buyer, "cause": "posted"}


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"amount": "-1"}, 422, "amount_below_zero", "amount"),
        ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
        ({"amount": "1e400"}, 422, "amount_invalid", "amount"),
        ({"amount": "9" * 17}, 422, "number_too_large", "amount"),
        ({"amount": "0.001"}, 422, "amount_precision", "amount"),
        ({"amount": "-0"}, 422, "nothing_written_off", "amount"),
        ({"amount": "100.01"}, 422, "over_allocation", "amount"),
        ({"currency": "EUR"}, 422, "currency_differs", "currency"),
        ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
        ({"invoice": "F-9"}, 404, "invoice_not_found", "invoice"),
        ({"reason": "x" * 201}, 400, "field_invalid", "reason"),
        ({"reason": "half \ud800"}, 400, "body_invalid", None),
        ({"reason": ...}, 400, "field_missing", "reason"),
        ({"written_off_on": "0000-00-00"}, 400, "field_invalid", "written_off_on"),
        ({"written_off_on": "2026-02-28"}, 422, "date_too_early", "written_off_on"),
        ({"written_off_on": "2099-01-01"}, 422, "date_in_future", "written_off_on"),
        ({"colour": "red"}, 400, "field_unknown", "colour"),
    ],
)
def test_what_cannot_be_is_refused(
    erp: APIClient, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    assert refused(erp, URL, PATH, without(WRITE_OFF, **change), status, code).get("field") == field
    assert not WriteOff.objects.exists()
    assert not entries()


def test_another_invoice_or_day_is_a_contradiction(erp: APIClient) -> None:
    put(erp, URL, PATH, WRITE_OFF, status=201)
    refused(erp, URL, PATH, WRITE_OFF | {"invoice": "F-2", "currency": "JPY"}, 409, "write_off_contradicts")
    refused(erp, URL, PATH, WRITE_OFF | {"written_off_on": "2026-04-02"}, 409, "write_off_contradicts")


def test_who_may_not_is_refused(erp: APIClient) -> None:
    check_rungs(URL, PATH, WRITE_OFF, "/api/v1/write-offs/SAP/W-1/")
    assert not WriteOff.objects.exists()


class TestBulk:
    def test_each_record_is_answered_and_sent_again_changes_nothing(self, erp: APIClient) -> None:
        sent = [
            record("W-1"),
            record("W-2", invoice="F-2", currency="JPY", amount="100"),
            record("W-3", invoice="F-9"),
            record("W-1"),
        ]
        bulk = taken(erp, [totals(4, USD="90.00", JPY="100"), *sent], url=BULK)
        assert outcomes(erp, bulk) == ["created", "created", "quarantined", "unchanged"]
        assert records(erp, bulk)[2]["problem"]["code"] == "invoice_unknown"
        assert open_amounts() == {"F-1": 70, "F-2": 4900}
        assert outcomes(erp, taken(erp, sent, url=BULK)) == ["unchanged", "unchanged", "quarantined", "unchanged"]
        assert len(entries()) == 2
        assert verify_ledger().is_ok

    def test_together_they_take_no_more_than_is_open(self, erp: APIClient) -> None:
        bulk = taken(
            erp, [record("W-1", amount="60"), record("W-2", amount="60"), record("W-3", amount="40")], url=BULK
        )
        assert outcomes(erp, bulk) == ["created", "quarantined", "created"]
        problem = records(erp, bulk)[1]["problem"]
        assert (problem["code"], problem["field"], problem["value"]) == ("over_allocation", "amount", "60")
        assert "40.0000 USD open" in problem["detail"]
        assert open_amounts()["F-1"] == 0

    def test_corrections_come_in_bulk_too(self, erp: APIClient) -> None:
        taken(erp, [record("W-1"), record("W-2", amount="20")], url=BULK)
        bulk = taken(erp, [record("W-1", amount="0"), record("W-2", amount="90")], url=BULK)
        assert outcomes(erp, bulk) == ["updated", "updated"]
        assert open_amounts()["F-1"] == 10
        assert verify_ledger().is_ok

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        body = [totals(1, USD="31"), record()]
        refused_bulk(send(erp, body, url=BULK), 422, "control_totals_mismatch", "control_totals.sums.USD", url=BULK)
        assert not entries()

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"amount": "NaN"}, "number_invalid", "amount"),
            ({"amount": "1e400"}, "number_invalid", "amount"),
            ({"amount": "-0"}, "nothing_written_off", "amount"),
            ({"amount": "-1"}, "amount_below_zero", "amount"),
            ({"amount": "0.001"}, "amount_precision", "amount"),
            ({"currency": "ZZZ"}, "currency_unknown", "currency"),
            ({"reason": ...}, "value_missing", "reason"),
            ({"reason": "half \ud800"}, "half_character", "reason"),
            ({"written_off_on": "0000-00-00"}, "date_invalid", "written_off_on"),
            ({"source": "SAP"}, "source_of_another", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        assert only_problem(erp, record(**changes), url=BULK)[:2] == (code, field)
        assert not entries()

    def test_the_number_of_queries_does_not_grow_with_the_records(self, erp: APIClient) -> None:
        taken(erp, [invoice(number) for number in range(10, 60)])

        def cost(numbers: range) -> int:
            with CaptureQueriesContext(connection) as queries:
                taken(erp, [record(f"W-{one}", invoice=f"F-{one}") for one in numbers], url=BULK)
            return len(queries)

        few, many = cost(range(10, 12)), cost(range(12, 60))
        assert many <= few

    def test_a_late_invoice_makes_the_next_try_good(self, erp: APIClient) -> None:
        late = record("W-7", invoice="F-7")
        assert outcomes(erp, taken(erp, [late], url=BULK)) == ["quarantined"]
        taken(erp, [invoice(7)])
        assert outcomes(erp, taken(erp, [late], url=BULK)) == ["created"]


@pytest.mark.django_db(transaction=True)
def test_the_same_write_off_at_once_is_posted_once() -> None:
    erp = source_with_invoices()
    key = erp._credentials["HTTP_AUTHORIZATION"]

    def one(_number: int) -> str:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=key)
        try:
            return str(client.put(URL, WRITE_OFF, format="json").json()["outcome"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(one, range(4)))
    assert found == ["created", "unchanged", "unchanged", "unchanged"]
    assert entries() == [("write_off", -30)]


def test_a_person_writes_under_the_desks_own_name() -> None:
    assert with_key("intake").put("/api/v1/write-offs/order-desk/W-1/", WRITE_OFF, format="json").status_code == 403
