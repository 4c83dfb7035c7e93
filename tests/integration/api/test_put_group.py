"""Groups by PUT and in bulk: members as dated versions, taken as a whole, no circles."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import Buyer, BuyerGroup, GroupMembership
from core.models import AuditEvent, Job
from tests.integration.api.bulks import only_problem, outcomes, records, send, taken, totals
from tests.integration.api.bulks import refused as refused_bulk
from tests.integration.api.records import check_rungs, put, read, refused, source_with_buyers, without

pytestmark = pytest.mark.django_db
URL = "/api/v1/groups/ERP/G-1/"
PATH = "/api/v1/groups/{source}/{external_id}/"
BULK = "/api/v1/groups/bulk/"
HEAD = {"buyer": "0042", "valid_from": "2026-01-01"}
OWNED = {"buyer": "0077", "valid_from": "2026-01-01", "parent": "0042", "share": "60"}
GROUP: dict[str, Any] = {"name": "Acme Holding", "name_zh": "阿克米", "members": [HEAD, OWNED]}


@pytest.fixture
def erp() -> APIClient:
    return source_with_buyers()


def record(number: str = "G-1", **changes: Any) -> dict[str, Any]:
    return without({"external_id": number, **GROUP}, **changes)


def groups() -> dict[str, str | None]:
    return dict(Buyer.objects.order_by("code").values_list("code", "group__code"))


def test_a_group_is_made_and_told_again_changes_nothing(erp: APIClient) -> None:
    made = put(erp, URL, PATH, GROUP, status=201)
    assert (made["outcome"], made["code"]) == ("created", "G-1")
    assert made["members"][1] == {"buyer": "0077", "valid_from": "2026-01-01", "parent": "0042", "share": "60"}
    assert groups() == {"0042": "G-1", "0077": "G-1", "0099": None}
    assert put(erp, URL, PATH, GROUP)["outcome"] == "unchanged"
    assert GroupMembership.objects.count() == 2
    assert AuditEvent.objects.filter(action="buyers.group.changed", actor_label="api:ERP").count() == 1


def test_members_come_change_and_leave_by_their_days(erp: APIClient) -> None:
    put(erp, URL, PATH, GROUP, status=201)
    joined = put(erp, URL, PATH, GROUP | {"members": [{"buyer": "0099", "valid_from": "2026-02-01"}]})
    assert [one["buyer"] for one in joined["members"]] == ["0042", "0077", "0099"]
    left = {"buyer": "0077", "valid_from": "2026-03-01", "left": True}
    assert len(put(erp, URL, PATH, GROUP | {"members": [left]})["members"]) == 2
    assert groups()["0077"] is None
    # told late: the past is completed, the present stays
    late = {"buyer": "0077", "valid_from": "2025-01-01"}
    assert put(erp, URL, PATH, GROUP | {"members": [late]})["outcome"] == "updated"
    assert groups()["0077"] is None


def test_a_correction_that_is_taken_back_counts_again(erp: APIClient) -> None:
    put(erp, URL, PATH, GROUP, status=201)
    put(erp, URL, PATH, GROUP | {"members": [OWNED | {"share": "70"}]})
    put(erp, URL, PATH, GROUP)
    assert GroupMembership.objects.filter(buyer__code="0077").latest("pk").share == Decimal(60)


def test_a_buyer_moves_from_one_group_to_another(erp: APIClient) -> None:
    put(erp, URL, PATH, GROUP, status=201)
    Job.objects.all().delete()
    other = {"name": "Bleu", "members": [{"buyer": "0077", "valid_from": "2026-04-01"}]}
    put(erp, URL.replace("G-1", "G-2"), PATH, other, status=201)
    assert groups() == {"0042": "G-1", "0077": "G-2", "0099": None}
    asked = Job.objects.filter(task="credit.recheck").values_list("params__buyer", flat=True)
    assert set(asked) == set(Buyer.objects.filter(code__in=["0042", "0077"]).values_list("pk", flat=True))


def test_a_number_that_is_another_groups_code_is_called_by_its_source_too(erp: APIClient) -> None:
    BuyerGroup.objects.create(code="G-1", name="Somebody else")
    assert put(erp, URL, PATH, GROUP, status=201)["code"] == "ERP:G-1"
    assert put(erp, URL, PATH, GROUP | {"name": "Acme AG"})["name"] == "Acme AG"
    assert BuyerGroup.objects.get(code="G-1").name == "Somebody else"


def test_it_is_read_back_with_a_version_that_a_change_can_name(erp: APIClient) -> None:
    etag = put(erp, URL, PATH, GROUP, status=201)["etag"]
    assert read(erp, URL, PATH)["etag"] == etag
    renamed = put(erp, URL, PATH, GROUP | {"name": "Acme AG"}, If_Match=etag)["etag"]
    refused(erp, URL, PATH, GROUP, 412, "record_changed", If_Match=etag)
    assert read(erp, URL, PATH)["etag"] == renamed != etag


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"name": ...}, 400, "field_missing", "name"),
        ({"name": "half \ud800"}, 400, "body_invalid", None),
        ({"members": [HEAD | {"valid_from": "0000-00-00"}]}, 400, "field_invalid", "members"),
        ({"members": [HEAD | {"valid_from": "2099-01-01"}]}, 422, "date_in_future", "members"),
        ({"members": [OWNED | {"share": "0"}]}, 422, "share_invalid", "members"),
        ({"members": [OWNED | {"share": "-0"}]}, 422, "share_invalid", "members"),
        ({"members": [OWNED | {"share": "100.1"}]}, 422, "share_invalid", "members"),
        ({"members": [OWNED | {"share": "NaN"}]}, 422, "share_invalid", "share"),
        ({"members": [OWNED | {"share": "1e400"}]}, 422, "share_invalid", "share"),
        ({"members": [OWNED | {"left": True}]}, 400, "field_invalid", "members"),
        ({"members": [HEAD | {"parent": "0042"}]}, 422, "own_parent", "members"),
        ({"members": [HEAD | {"buyer": "4711"}]}, 404, "buyer_not_found", "members"),
        ({"members": [HEAD | {"parent": "0077"}, OWNED]}, 422, "ownership_circle", "members"),
        ({"members": [HEAD, HEAD]}, 422, "member_repeated", "members"),
    ],
)
def test_what_cannot_be_is_refused(
    erp: APIClient, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    assert refused(erp, URL, PATH, without(GROUP, **change), status, code).get("field") == field
    assert not BuyerGroup.objects.exists()
    assert not GroupMembership.objects.exists()


def test_a_circle_over_several_groups_is_refused(erp: APIClient) -> None:
    put(erp, URL, PATH, GROUP, status=201)
    back = {"name": "Other", "members": [HEAD | {"parent": "0077", "valid_from": "2026-02-01"}]}
    refused(erp, URL.replace("G-1", "G-2"), PATH, back, 422, "ownership_circle")


def test_who_may_not_is_refused() -> None:
    check_rungs(URL, PATH, GROUP, "/api/v1/groups/SAP/G-1/")
    assert not BuyerGroup.objects.exists()


class TestBulk:
    def test_each_record_is_answered_and_sent_again_changes_nothing(self, erp: APIClient) -> None:
        lone = {"name": "Lone", "members": [{"buyer": "0099", "valid_from": "2026-01-01"}]}
        unknown = {"members": [{"buyer": "4711", "valid_from": "2026-01-01"}]}
        sent = [record("G-1"), record("G-2", **lone), record("G-3", **unknown)]
        bulk = taken(erp, [totals(3), *sent], url=BULK)
        assert outcomes(erp, bulk) == ["created", "created", "quarantined"]
        problem = records(erp, bulk)[2]["problem"]
        assert (problem["code"], problem["value"]) == ("buyer_not_found", "4711")
        assert groups() == {"0042": "G-1", "0077": "G-1", "0099": "G-2"}
        assert outcomes(erp, taken(erp, sent, url=BULK)) == ["unchanged", "unchanged", "quarantined"]
        assert GroupMembership.objects.count() == 3

    def test_groups_that_close_a_circle_together_are_refused_and_the_others_taken(self, erp: APIClient) -> None:
        one = record("G-1", members=[{"buyer": "0042", "valid_from": "2026-01-01", "parent": "0077"}])
        two = record("G-2", members=[{"buyer": "0077", "valid_from": "2026-01-01", "parent": "0042"}])
        three = record("G-3", members=[{"buyer": "0099", "valid_from": "2026-01-01", "parent": "0042"}])
        bulk = taken(erp, [one, two, three], url=BULK)
        assert outcomes(erp, bulk) == ["quarantined", "quarantined", "created"]
        assert records(erp, bulk)[0]["problem"]["code"] == "ownership_circle"

    def test_totals_that_differ_change_nothing(self, erp: APIClient) -> None:
        body = send(erp, [totals(2), record()], url=BULK)
        refused_bulk(body, 422, "control_totals_mismatch", "control_totals.rows", url=BULK)
        assert not BuyerGroup.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"name": ...}, "value_missing", "name"),
            ({"name": "half \ud800"}, "half_character", "name"),
            ({"members": {"buyer": "0042"}}, "type_invalid", "members"),
            ({"members": [{"buyer": "0042"}]}, "members_invalid", "members"),
            ({"members": [HEAD | {"colour": "red"}]}, "members_invalid", "members"),
            ({"members": [HEAD | {"buyer": "\ud800"}]}, "members_invalid", "members"),
            ({"members": [OWNED | {"left": True}]}, "members_invalid", "members"),
            ({"members": [HEAD, HEAD]}, "member_repeated", "members"),
            ({"members": [HEAD | {"valid_from": "0000-00-00"}]}, "date_invalid", "members"),
            ({"members": [OWNED | {"share": "NaN"}]}, "number_invalid", "members"),
            ({"members": [OWNED | {"share": "0.00001"}]}, "rate_precision", "members"),
            ({"members": [OWNED | {"share": "-5"}]}, "share_invalid", "members"),
            ({"source": "SAP"}, "source_of_another", "row"),
        ],
    )
    def test_a_bad_record_names_what_is_wrong(
        self, erp: APIClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        assert only_problem(erp, record(**changes), url=BULK)[:2] == (code, field)
        assert not BuyerGroup.objects.exists()

    def test_the_number_of_queries_does_not_grow_with_the_records(self) -> None:
        codes = [f"B-{one}" for one in range(60)]
        erp = source_with_buyers(*codes)

        def cost(numbers: range) -> int:
            rows = [record(f"G-{one}", members=[{"buyer": f"B-{one}", "valid_from": "2026-01-01"}]) for one in numbers]
            with CaptureQueriesContext(connection) as queries:
                taken(erp, rows, url=BULK)
            return len(queries)

        few, many = cost(range(2)), cost(range(2, 60))
        assert many <= few
