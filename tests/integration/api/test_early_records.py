"""Records that come before what they name: they wait, and are sent again by themselves once it is there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from buyers.models import AgencyGrade, BuyerGroupCode
from core.models import AuditEvent, User
from invoices.models import Bulk, DisputeVersion, EarlyRecord, MendedRecord, Shipment, WriteOff
from invoices.services.bulks.arriving import take_arrived
from invoices.services.bulks.forgetting import forget_records
from invoices.services.bulks.mending import discard_record, send_again
from invoices.tasks import take_arrived as take_arrived_task
from tests.integration.api.bulks import invoice, outcomes, send, taken
from tests.integration.api.ladder import with_key
from tests.integration.api.records import without
from tests.integration.api.test_put_signals import BODIES, MODELS

pytestmark = pytest.mark.django_db
ORDER = {"buyer": "0042", "order_date": "2026-03-01", "currency": "USD", "amount": "1000.00"}
SHIPMENT = {"external_id": "SH-1", "order": "SO-1", "promised_on": "2026-03-20", "shipped_on": "2026-03-18"}
WRITE_OFF = {"external_id": "W-1", "invoice": "F-1", "currency": "USD", "amount": "30.00"}
WRITE_OFF |= {"written_off_on": "2026-04-01", "reason": "insolvent"}
DISPUTE = {"external_id": "D-1", "invoice": "F-1", "amount": "10.00", "reason": "quality", "valid_from": "2026-04-01"}
SHIPMENTS = "/api/v1/shipments/bulk/"


@pytest.fixture
def erp() -> APIClient:
    return with_key("intake")


def arrive_order(erp: APIClient, number: str = "SO-1") -> None:
    """The order comes, by PUT."""
    taken(erp, [{"external_id": "0042", "name": "Acme"}], url="/api/v1/buyers/bulk/")
    answer = erp.put(f"/api/v1/orders/ERP/{number}/", ORDER, format="json")
    assert answer.status_code in (200, 201), answer.json()


def early(erp: APIClient, record: dict[str, Any] = SHIPMENT, url: str = SHIPMENTS, **changes: Any) -> Bulk:
    """Send a record that names what is not there."""
    bulk = taken(erp, [without(record, **changes)], url=url)
    assert bulk["quarantined"] == 1, bulk
    return Bulk.objects.get(pk=bulk["id"])


def test_a_shipment_is_stored_once_its_order_is_there(erp: APIClient) -> None:
    bulk = early(erp)
    assert take_arrived() == 0
    arrive_order(erp)
    take_arrived_task()
    assert Shipment.objects.get(order__external_id="SO-1").source == "ERP"
    mended = MendedRecord.objects.get()
    assert (mended.bulk, mended.position, mended.kind, mended.actor) == (bulk, 1, "replayed", None)
    assert (take_arrived(), EarlyRecord.objects.count()) == (0, 0)
    assert AuditEvent.objects.get(action="invoices.bulk.records_replayed").actor_label == "system"


@pytest.mark.parametrize(
    ("kind", "record", "table"),
    [
        ("write-offs", WRITE_OFF, WriteOff),
        ("disputes", DISPUTE, DisputeVersion),
        *((kind, {"external_id": "1", **body}, MODELS[kind]) for kind, body in BODIES.items()),
    ],
)
def test_every_kind_that_names_another_record_waits_for_it(
    erp: APIClient, kind: str, record: dict[str, Any], table: Any
) -> None:
    AgencyGrade.objects.create(agency="Moody's", grade="Baa2", points=60)
    early(erp, record, f"/api/v1/{kind}/bulk/")
    assert not table.objects.exists()
    taken(erp, [invoice(1)])  # with it its buyer
    assert (take_arrived(), table.objects.count(), EarlyRecord.objects.count()) == (1, 1, 0)


def test_what_waits_in_several_bulks_is_taken_and_the_rest_goes_on_waiting(erp: APIClient) -> None:
    records = [SHIPMENT | {"external_id": f"SH-{number}", "order": f"SO-{number % 2}"} for number in range(4)]
    taken(erp, records, url=SHIPMENTS)
    early(erp, external_id="SH-9")
    arrive_order(erp)
    assert take_arrived() == 3
    assert set(Shipment.objects.values_list("external_id", flat=True)) == {"SH-1", "SH-3", "SH-9"}
    assert list(EarlyRecord.objects.values_list("key", "number")) == [("SH-0", "SO-0"), ("SH-2", "SO-0")]


def test_a_group_waits_for_one_buyer_after_the_other(erp: APIClient) -> None:
    members = [{"buyer": code, "valid_from": "2026-01-01"} for code in ("0042", "0077")]
    early(erp, {"external_id": "G-1", "name": "Acme group", "members": members}, "/api/v1/groups/bulk/")
    for code, taken_now in (("0042", 0), ("0077", 1)):
        assert EarlyRecord.objects.get().number == code
        taken(erp, [{"external_id": code, "name": f"Buyer {code}"}], url="/api/v1/buyers/bulk/")
        assert take_arrived() == taken_now
    assert not EarlyRecord.objects.exists()
    assert BuyerGroupCode.objects.get(external_id="G-1").group.name == "Acme group"


@pytest.mark.parametrize("by", ["put", "bulk"])
def test_what_its_system_told_anew_is_not_overwritten_by_what_waited(erp: APIClient, by: str) -> None:
    bulk = early(erp)
    arrive_order(erp)
    if by == "put":
        later = {"promised_on": "2026-03-20", "shipped_on": "2026-03-25"}
        assert erp.put("/api/v1/orders/ERP/SO-1/shipments/SH-1/", later, format="json").status_code < 300
    else:
        taken(erp, [SHIPMENT | {"shipped_on": "2026-03-25"}], url=SHIPMENTS)
    assert take_arrived() == 0
    assert str(Shipment.objects.get().shipped_on) == "2026-03-25"
    assert MendedRecord.objects.get(bulk=bulk).kind == "superseded"


def test_of_two_that_wait_under_one_number_the_later_counts(erp: APIClient) -> None:
    early(erp)
    early(erp, shipped_on="2026-03-25")
    arrive_order(erp)
    assert take_arrived() == 1
    assert str(Shipment.objects.get().shipped_on) == "2026-03-25"


def test_a_dispute_put_alone_supersedes_its_own_day_only(erp: APIClient) -> None:
    url = "/api/v1/disputes/bulk/"
    early(erp, DISPUTE, url)
    early(erp, DISPUTE, url, valid_from="2026-05-01", amount="0")
    taken(erp, [invoice(1)])
    taken(erp, [DISPUTE | {"amount": "20.00"}], url=url)
    assert take_arrived() == 1
    found = DisputeVersion.objects.order_by("valid_from").values_list("amount", flat=True)
    assert [int(amount) for amount in found] == [20, 0]


def test_what_is_refused_for_another_reason_waits_for_a_person(erp: APIClient) -> None:
    bulk = early(erp, WRITE_OFF, "/api/v1/write-offs/bulk/", amount="100.01")
    taken(erp, [invoice(1)])
    assert (take_arrived(), take_arrived()) == (0, 0)
    assert EarlyRecord.objects.get(problem__code="over_allocation").bulk == bulk
    assert Bulk.objects.filter(kind="write_offs").count() == 1
    mended = '{"external_id": "W-1", "invoice": "F-1", "currency": "USD", "amount": "100", '
    mended += '"written_off_on": "2026-04-01", "reason": "insolvent"}'
    person = User.objects.create(username="wei", role="credit_analyst")
    assert send_again(bulk.pk, actor=person, mended={1: mended}).taken == 1
    assert not EarlyRecord.objects.exists()


def test_what_a_person_discarded_stays_so(erp: APIClient) -> None:
    bulk = early(erp)
    discard_record(bulk.pk, 1, actor=User.objects.create(username="wei", role="credit_analyst"))
    arrive_order(erp)
    assert (take_arrived(), Shipment.objects.count()) == (0, 0)


def test_the_sender_reads_the_answer_that_it_got(erp: APIClient) -> None:
    bulk = taken(erp, [SHIPMENT], url=SHIPMENTS)
    arrive_order(erp)
    take_arrived()
    assert outcomes(erp, bulk) == ["quarantined"]
    assert "awaits" not in str(erp.get(bulk["records"]).json())


def test_a_number_of_another_source_is_not_what_it_waits_for(erp: APIClient) -> None:
    early(erp, order_source="SHOP")
    arrive_order(erp)
    assert (take_arrived(), EarlyRecord.objects.get().source) == (0, "SHOP")


def test_it_waits_as_long_as_its_bulk_is_kept(erp: APIClient) -> None:
    early(erp)
    forget_records(before=datetime(2100, 1, 1, tzinfo=UTC))
    assert not EarlyRecord.objects.exists()


def test_a_bulk_whose_file_is_lost_holds_up_no_other(erp: APIClient, settings: Any) -> None:
    lost = early(erp)
    (Path(settings.MEDIA_ROOT) / lost.path).unlink()
    early(erp, external_id="SH-2")
    arrive_order(erp)
    assert (take_arrived(), take_arrived()) == (1, 0)
    assert EarlyRecord.objects.get(problem__code="bulk_forgotten").bulk == lost


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_take_it_once() -> None:
    erp = with_key("intake")
    taken(erp, [SHIPMENT | {"external_id": f"SH-{number}"} for number in range(20)], url=SHIPMENTS)
    arrive_order(erp)

    def one(number: int) -> int:
        try:
            if number == 3:
                return int(send(erp, [SHIPMENT], url=SHIPMENTS).status_code == 0)
            return take_arrived()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(one, range(4)))
    assert sum(counts) + MendedRecord.objects.filter(kind="superseded").count() == 20
    assert Shipment.objects.count() == 20
    assert not EarlyRecord.objects.exists()
