"""Orders by PUT and in bulk: recorded, edited, moved on, and checked by the one check that every order gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import AuditEvent, Job
from credit.models import OrderCheck, OrderGate, Reservation
from credit.services.asking import check_orders
from invoices.domain.bulks import BulkKind
from invoices.models import Order
from invoices.services.bulks.running import TAKERS
from tests.integration.api.bulks import only_problem, outcomes, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.ladder import as_person, check_problem, with_key
from tests.integration.api.orders import golden_buyer
from tests.integration.api.records import put, raw_put, read, refused, without
from tests.integration.credit.builders import TODAY, ship

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders/ERP/SO-1/"
PATH = "/api/v1/orders/{source}/{external_id}/"
BULK = "/api/v1/orders/bulk/"
ORDER = {
    "buyer": "0042",
    "order_date": TODAY.isoformat(),
    "currency": "USD",
    "amount": "1000.00",
    "terms": "open_account",
    "terms_days": 60,
    "planned_ship_date": (TODAY + timedelta(days=20)).isoformat(),
}


@pytest.fixture
def erp(acme: Buyer) -> APIClient:
    client = with_key("intake")
    client.put("/api/v1/buyers/ERP/0042/", {"name": "Acme", "code": "ACME"}, format="json")
    return client


def record(number: str = "SO-1", **changes: Any) -> dict[str, Any]:
    return without({"external_id": number, **ORDER, "terms_days": "60"}, **changes)


def count() -> tuple[int, int]:
    """Orders and checks of this source."""
    mine = {"source": "ERP"}
    return Order.objects.filter(**mine).count(), OrderCheck.objects.filter(order__source="ERP").count()


def test_an_order_is_recorded_and_checked_once(erp: APIClient) -> None:
    made = put(erp, URL, PATH, ORDER, status=201)
    assert (made["outcome"], made["state"], made["is_approved"]) == ("created", "approved", True)
    assert (made["buyer"], made["check"]["detail_level"], made["check"]["exposure"]) == ("ACME", "coarse", None)
    assert put(erp, URL, PATH, ORDER)["outcome"] == "unchanged"
    assert count() == (1, 1)
    assert Reservation.objects.filter(order__external_id="SO-1", state="active").get().amount == 1000
    assert AuditEvent.objects.filter(action="invoices.order.put", actor_label="api:ERP").count() == 1


def test_an_order_above_the_limit_is_stored_and_held(erp: APIClient) -> None:
    made = put(erp, URL, PATH, ORDER | {"amount": "80000"}, status=201)
    assert (made["state"], made["is_approved"], made["check"]["outcome"]) == ("held", False, "stop")
    assert put(erp, URL, PATH, ORDER)["state"] == "approved"


def test_an_edit_is_checked_anew_and_what_is_left_out_has_its_default(erp: APIClient) -> None:
    etag = put(erp, URL, PATH, ORDER, status=201)["etag"]
    later = put(erp, URL, PATH, without(ORDER, amount="2000", planned_ship_date=...), If_Match=etag)
    assert (later["outcome"], later["amount"], later["planned_ship_date"]) == ("updated", "2000.00", None)
    assert count() == (1, 2)
    refused(erp, URL, PATH, ORDER, 412, "order_changed", If_Match=etag)
    assert read(erp, URL, PATH)["etag"] == later["etag"]


def test_status_moves_on_and_never_back(erp: APIClient) -> None:
    put(erp, URL, PATH, ORDER | {"status": "quotation"}, status=201)
    assert not Reservation.objects.filter(order__external_id="SO-1").exists()
    assert put(erp, URL, PATH, ORDER | {"status": "open"})["status"] == "open"
    assert Reservation.objects.filter(order__external_id="SO-1", state="active").exists()
    assert put(erp, URL, PATH, ORDER | {"status": "in_production"})["status"] == "in_production"
    again = put(erp, URL, PATH, ORDER | {"status": "open"})
    assert (again["status"], again["outcome"]) == ("in_production", "unchanged")


def test_a_cancelled_order_gives_its_part_of_the_limit_free_and_may_come_back(erp: APIClient) -> None:
    put(erp, URL, PATH, ORDER, status=201)
    assert put(erp, URL, PATH, ORDER | {"status": "cancelled"})["state"] == "cancelled"
    assert not Reservation.objects.filter(order__external_id="SO-1", state="active").exists()
    refused(erp, URL, PATH, ORDER | {"amount": "5"}, 409, "order_ended")
    back = put(erp, URL, PATH, ORDER | {"status": "open", "amount": "5"})
    assert (back["status"], back["amount"], back["is_approved"]) == ("open", "5.00", True)


def test_goods_that_left_are_not_cancelled(erp: APIClient) -> None:
    put(erp, URL, PATH, ORDER, status=201)
    ship(Order.objects.get(external_id="SO-1"))
    refused(erp, URL, PATH, ORDER | {"status": "cancelled"}, 409, "invalid_transition")
    refused(erp, URL, PATH, ORDER | {"amount": "10"}, 422, "amount_below_delivered")


def test_an_order_of_the_past_that_has_ended_is_recorded_without_a_check(erp: APIClient) -> None:
    made = put(erp, URL, PATH, without(ORDER, status="closed", planned_ship_date=...), status=201)
    assert (made["status"], made["state"], made["check"]) == ("closed", "unchecked", None)


def test_another_buyers_number_is_a_contradiction(erp: APIClient) -> None:
    put(erp, URL, PATH, ORDER, status=201)
    refused(erp, URL, PATH, ORDER | {"buyer": "0077"}, 409, "order_of_another_buyer")
    assert not Buyer.objects.filter(codes__external_id="0077").exists()


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
        ({"amount": "1e400"}, 422, "amount_invalid", "amount"),
        ({"amount": "-0"}, 422, "amount_invalid", "amount"),
        ({"amount": "9999999999999"}, 422, "amount_absurd", "amount"),
        ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
        ({"terms": "tomorrow"}, 422, "terms_unknown", "terms"),
        ({"terms_days": 366}, 422, "terms_days_invalid", "terms_days"),
        ({"deposit_percent": "101"}, 422, "deposit_invalid", "deposit_percent"),
        ({"order_date": "0000-00-00"}, 400, "field_invalid", "order_date"),
        ({"planned_ship_date": "2020-01-01"}, 422, "ship_date_past", "planned_ship_date"),
        ({"status": "shipped"}, 400, "field_invalid", "status"),
        ({"buyer": ...}, 400, "field_missing", "buyer"),
        ({"buyer": "\ud800"}, 400, "body_invalid", None),
    ],
)
def test_what_cannot_be_is_refused(
    erp: APIClient, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    before = count()
    assert refused(erp, URL, PATH, without(ORDER, **change), status, code).get("field") == field
    assert count() == before == (0, 0)


def test_who_may_not_is_refused(erp: APIClient) -> None:
    refused(erp, "/api/v1/orders/SAP/SO-1/", PATH, ORDER, 403, "order_of_another_source")
    check_problem(raw_put(APIClient(), URL, ORDER), 401, "not_authenticated")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        check_problem(raw_put(client, URL, ORDER), 403, "permission_denied")
    check_problem(erp.get("/api/v1/orders/SAP/SO-1/"), 403, "order_of_another_source")
    check_problem(erp.get(URL), 404, "order_not_found", PATH)
    check_problem(as_person("administrator").get(URL), 403, "permission_denied", PATH)
    assert count() == (0, 0)


class TestBulk:
    def test_each_record_is_answered_and_the_jobs_check_them(self, erp: APIClient) -> None:
        sent = [record("SO-1"), record("SO-2", amount="NaN"), record("SO-3", amount="80000", buyer="0042")]
        Job.objects.all().delete()
        bulk = taken(erp, [totals(3), *sent], url=BULK)
        assert outcomes(erp, bulk) == ["created", "quarantined", "created"]
        assert count() == (2, 0)
        job = Job.objects.filter(task="credit.check_orders").get()
        assert check_orders(job.params["orders"], as_of=TODAY) == {"approved": 1, "held": 1}
        assert check_orders(job.params["orders"], as_of=TODAY) == {"answered": 2}
        states = dict(OrderGate.objects.filter(order__source="ERP").values_list("order__external_id", "state"))
        assert states == {"SO-1": "approved", "SO-3": "held"}
        assert outcomes(erp, taken(erp, sent, url=BULK)) == ["unchanged", "quarantined", "unchanged"]

    def test_an_edit_is_checked_anew_and_an_end_gives_the_limit_free(self, erp: APIClient) -> None:
        for number in ("SO-1", "SO-2"):
            put(erp, URL.replace("SO-1", number), PATH, ORDER, status=201)
        Job.objects.all().delete()
        sent = [record("SO-1", amount="2000"), record("SO-2", status="cancelled")]
        assert outcomes(erp, taken(erp, sent, url=BULK)) == ["updated", "updated"]
        edited = Order.objects.get(external_id="SO-1")
        assert (edited.amount, edited.version) == (2000, 2)
        assert Job.objects.get(task="credit.check_orders").params["orders"] == [edited.pk]
        assert Job.objects.get(task="credit.recheck").params["cause"] == "cancelled"

    def test_what_contradicts_the_order_is_refused(self, erp: APIClient) -> None:
        put(erp, URL, PATH, ORDER, status=201)
        ship(Order.objects.get(external_id="SO-1"))
        for changes, code in (
            ({"buyer": "0077"}, "order_of_another_buyer"),
            ({"status": "cancelled"}, "invalid_transition"),
            ({"amount": "10"}, "amount_below_delivered"),
        ):
            assert only_problem(erp, record(**changes), url=BULK)[0] == code

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"amount": "1e400"}, "number_invalid", "amount"),
            ({"amount": "-0"}, "amount_invalid", "amount"),
            ({"currency": "ZZZ"}, "currency_unknown", "currency"),
            ({"terms": "tomorrow"}, "value_unknown", "terms"),
            ({"terms_days": "366"}, "terms_days_invalid", "terms_days"),
            ({"deposit_percent": "0.001"}, "rate_precision", "deposit_percent"),
            ({"order_date": "0000-00-00"}, "date_invalid", "order_date"),
            ({"planned_ship_date": "2020-01-01"}, "ship_date_past", "planned_ship_date"),
            ({"status": "shipped"}, "value_unknown", "status"),
            ({"buyer": "\ud800"}, "half_character", "buyer"),
            ({"source": "SAP"}, "source_of_another", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        assert only_problem(erp, record(**changes), url=BULK)[:2] == (code, field)
        assert count() == (0, 0)

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        response = send(erp, [totals(1, USD="999"), record()], url=BULK)
        refused_bulk(response, 422, "control_totals_mismatch", "control_totals.sums.USD", url=BULK)
        assert count() == (0, 0)

    def test_the_number_of_queries_does_not_grow_with_the_records(self, erp: APIClient) -> None:
        def cost(numbers: range) -> int:
            with CaptureQueriesContext(connection) as queries:
                taken(erp, [record(f"SO-{one}") for one in numbers], url=BULK)
            return len(queries)

        few, many = cost(range(2)), cost(range(2, 60))
        assert many <= few

    def test_checks_name_who_asked(self, erp: APIClient) -> None:
        taken(erp, [record()], url=BULK)
        taken(as_person("credit_analyst"), [record("SO-2")], url=BULK)
        for job in Job.objects.filter(task="credit.check_orders").order_by("pk"):
            check_orders(job.params["orders"], as_of=TODAY)
        asked = OrderCheck.objects.filter(order__external_id__in=["SO-1", "SO-2"]).order_by("order__external_id")
        assert list(asked.values_list("order__source", "actor_label")) == [("ERP", "api:ERP"), ("order-desk", "system")]

    def test_every_kind_of_bulk_has_somebody_who_takes_it(self) -> None:
        assert set(TAKERS) == set(BulkKind)


@pytest.mark.django_db(transaction=True)
def test_the_same_order_at_once_is_recorded_and_reserved_once(noon: None) -> None:
    golden_buyer()
    client = with_key("intake")
    client.put("/api/v1/buyers/ERP/0042/", {"name": "Acme", "code": "ACME"}, format="json")
    key = client._credentials["HTTP_AUTHORIZATION"]

    def one(_number: int) -> str:
        caller = APIClient()
        caller.credentials(HTTP_AUTHORIZATION=key)
        try:
            return str(caller.put(URL, ORDER, format="json").json()["outcome"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(one, range(4)))
    assert found == ["created", "unchanged", "unchanged", "unchanged"]
    assert Reservation.objects.filter(order__external_id="SO-1").count() == 1
