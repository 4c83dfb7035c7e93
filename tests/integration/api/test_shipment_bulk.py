"""POST /api/v1/shipments/bulk/: versions of what left, stored whatever credit says, their orders moved on."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import AuditEvent, Job
from invoices.models import Order, Shipment
from tests.integration.api.bulks import only_problem, outcomes, records, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.ladder import as_person, check_problem, with_key
from tests.integration.api.records import without
from tests.integration.credit.builders import TODAY

pytestmark = pytest.mark.django_db
BULK = "/api/v1/shipments/bulk/"


@pytest.fixture
def acme(noon: None) -> Buyer:
    return Buyer.objects.create(code="ACME", name="Acme")


@pytest.fixture
def erp(acme: Buyer) -> APIClient:
    for number in range(1, 4):
        make_order(acme, f"SO-{number}")
    return with_key("intake")


def make_order(buyer: Buyer, number: str, **changes: Any) -> Order:
    known = {"order_date": TODAY, "currency": "USD", "amount": 1000, "status": "open"}
    return Order.objects.create(buyer=buyer, source="ERP", external_id=number, **known | changes)


def record(number: str = "SH-1", **changes: Any) -> dict[str, Any]:
    known = {"external_id": number, "order": "SO-1", "promised_on": TODAY.isoformat(), "shipped_on": TODAY.isoformat()}
    return without(known, **changes)


def status(number: str = "SO-1") -> str:
    return Order.objects.get(external_id=number).status


def test_each_record_is_answered_and_sent_again_changes_nothing(erp: APIClient) -> None:
    other = record("SH-2", order="SO-2")
    sent = [record("SH-1", amount="400"), other, record("SH-3", order="SO-9"), other]
    bulk = taken(erp, [totals(4), *sent], url=BULK)
    assert outcomes(erp, bulk) == ["created", "created", "quarantined", "unchanged"]
    problem = records(erp, bulk)[2]["problem"]
    assert (problem["code"], problem["field"], problem["value"]) == ("order_unknown", "order", "SO-9")
    assert (bulk["without_amount"], bulk["sums"]) == (0, {})
    assert (status("SO-1"), status("SO-2")) == ("open", "shipped")
    assert outcomes(erp, taken(erp, sent, url=BULK)) == ["unchanged", "unchanged", "quarantined", "unchanged"]
    assert Shipment.objects.count() == 2
    assert AuditEvent.objects.filter(action="invoices.shipment.reported", actor_label="api:ERP").count() == 1


def test_a_later_report_is_a_version_and_the_order_follows(erp: APIClient) -> None:
    taken(erp, [record(amount="400")], url=BULK)
    Job.objects.all().delete()
    assert outcomes(erp, taken(erp, [record(amount="1000")], url=BULK)) == ["updated"]
    assert (status(), Shipment.objects.count()) == ("shipped", 2)
    assert [job.params["cause"] for job in Job.objects.filter(task="credit.recheck")] == ["shipped"]


def test_goods_of_an_order_that_had_ended_open_it_again(erp: APIClient) -> None:
    Order.objects.filter(external_id="SO-1").update(status="cancelled")
    taken(erp, [record(amount="400")], url=BULK)
    assert status() == "open"
    causes = Job.objects.filter(task="credit.recheck").values_list("params__cause", flat=True)
    assert set(causes) == {"shipped", "reopened"}


def test_an_order_that_comes_late_makes_the_next_try_good(erp: APIClient, acme: Buyer) -> None:
    late = record(order="SO-7")
    assert outcomes(erp, taken(erp, [late], url=BULK)) == ["quarantined"]
    make_order(acme, "SO-7")
    assert outcomes(erp, taken(erp, [late], url=BULK)) == ["created"]


def test_a_shipment_stays_with_its_order(erp: APIClient) -> None:
    taken(erp, [record()], url=BULK)
    assert only_problem(erp, record(order="SO-2"), url=BULK)[:2] == ("shipment_of_another_order", "order")


def test_another_systems_order_is_named_by_its_source(erp: APIClient, acme: Buyer) -> None:
    Order.objects.filter(external_id="SO-3").update(source="SHOP")
    assert only_problem(erp, record(order="SO-3"), url=BULK)[0] == "order_unknown"
    assert outcomes(erp, taken(erp, [record(order="SO-3", order_source="SHOP")], url=BULK)) == ["created"]
    assert Shipment.objects.get().source == "ERP"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": "NaN"}, "number_invalid", "amount"),
        ({"amount": "1e400"}, "number_invalid", "amount"),
        ({"amount": "-0"}, "amount_invalid", "amount"),
        ({"amount": "-1"}, "amount_invalid", "amount"),
        ({"amount": "0.001"}, "amount_invalid", "amount"),
        ({"promised_on": "0000-00-00"}, "date_invalid", "promised_on"),
        ({"promised_on": ...}, "value_missing", "promised_on"),
        ({"shipped_on": "2099-01-01"}, "date_in_future", "shipped_on"),
        ({"is_refused": "yes"}, "value_unknown", "is_refused"),
        ({"incoterm": "FOBX"}, "value_too_long", "incoterm"),
        ({"order": "\ud800"}, "half_character", "order"),
        ({"source": "SAP"}, "source_of_another", "row"),
    ],
)
def test_a_bad_record_names_what_is_wrong(erp: APIClient, changes: dict[str, Any], code: str, field: str) -> None:
    assert only_problem(erp, record(**changes), url=BULK)[:2] == (code, field)
    assert not Shipment.objects.exists()


def test_totals_that_differ_change_nothing(erp: APIClient) -> None:
    refused_bulk(
        send(erp, [totals(2), record()], url=BULK), 422, "control_totals_mismatch", "control_totals.rows", url=BULK
    )
    assert not Shipment.objects.exists()


def test_who_may_not_is_refused(erp: APIClient) -> None:
    check_problem(send(APIClient(), [record()], url=BULK), 401, "not_authenticated")
    for client in (with_key("check", "read"), as_person("sales"), as_person("auditor")):
        check_problem(send(client, [record()], url=BULK), 403, "permission_denied")
    assert not Shipment.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_records(erp: APIClient, acme: Buyer) -> None:
    for number in range(10, 70):
        make_order(acme, f"SO-{number}")

    def cost(numbers: range) -> int:
        with CaptureQueriesContext(connection) as queries:
            taken(erp, [record(f"SH-{one}", order=f"SO-{one}") for one in numbers], url=BULK)
        return len(queries)

    few, many = cost(range(10, 12)), cost(range(12, 70))
    assert many <= few
