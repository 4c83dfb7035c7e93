"""POST /api/v1/order-checks/: the golden numbers of domain.md section 4, the life of an order, dry runs, lists."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import AuditEvent
from credit.models import OrderCheck, Reservation
from credit.services.accounts import lock_accounts
from invoices.models import Order
from tests.integration.api.ladder import as_person, check_problem, check_schema, with_key
from tests.integration.api.orders import (
    CHECKS,
    LATER,
    ONE,
    act,
    ask,
    everything,
    make_ana,
    order_body,
    refused,
    rule,
    send,
    what_if,
)
from tests.integration.credit.builders import TODAY, make_clean_buyer, make_deposit, make_limit, run_jobs, ship
from tests.integration.invoices.builders import make_invoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def reader() -> APIClient:
    """A key that may check and read: sees limits."""
    return with_key("check", "read")


def options(answer: dict[str, Any]) -> dict[str, Any]:
    return {option["code"]: option["params"] for option in answer["options"]}


class TestGoldenNumbers:
    def test_static_660_warns_and_horizon_540_stops(self, acme: Buyer, reader: APIClient) -> None:
        answer = ask(reader)
        assert (answer["outcome"], answer["decided_by"], answer["is_approved"]) == ("stop", "horizon_use", False)
        static, horizon = rule(answer, "static_use"), rule(answer, "horizon_use")
        assert (static["result"], static["measured"], static["threshold"]) == ("warn", "660000.00", "500000.00")
        assert (horizon["result"], horizon["measured"], horizon["threshold"]) == ("stop", "540000.00", "500000.00")
        assert (answer["over_by"], answer["base_currency"]) == ("40000.00", "USD")
        assert (answer["order"]["state"], answer["reservation"]) == ("held", None)
        assert [hold["reasons"] for hold in answer["holds"]] == [["horizon_use"]]

    def test_what_would_release_it(self, acme: Buyer, reader: APIClient) -> None:
        found = options(ask(reader))
        assert set(found) == {"pay_now", "deposit", "ship_later", "temporary_limit", "confirmed_lc"}
        assert found["pay_now"]["amount_base"] == "40000.00"
        assert found["deposit"]["percent"] == "50"
        assert found["temporary_limit"]["limit_base"] == "540000.00"

    def test_a_deposit_received_of_30_percent_leaves_516(self, acme: Buyer, reader: APIClient) -> None:
        first = ask(reader)
        make_deposit(Order.objects.get(pk=first["order"]["id"]), "24000")
        again = act(reader, first["id"], "recheck", status=201)
        assert rule(again, "horizon_use")["measured"] == "516000.00"
        assert again["over_by"] == "16000.00"

    def test_the_same_assumed_in_a_dry_run(self, acme: Buyer, reader: APIClient) -> None:
        answer = what_if(reader, assumed_deposit="24000")
        assert rule(answer, "horizon_use")["measured"] == "516000.00"
        assert answer["over_by"] == "16000.00"
        assert rule(what_if(reader, assumed_deposit="40000"), "horizon_use")["result"] == "pass"

    def test_shipped_beyond_the_horizon_it_goes(self, acme: Buyer, reader: APIClient) -> None:
        answer = ask(reader, planned_ship_date=LATER.isoformat())
        assert (answer["outcome"], answer["decided_by"], answer["is_approved"]) == ("warn", "static_use", True)
        assert answer["reservation"]["amount"] == "80000.00"
        assert answer["order"]["state"] == "approved"

    def test_every_rule_answers_always(self, acme: Buyer, reader: APIClient) -> None:
        assert len(ask(reader)["rules"]) == 19

    def test_components_are_shown_to_who_may_read_limits(self, acme: Buyer, reader: APIClient) -> None:
        parts = ask(reader)["exposure"]["buyer"]["parts"]
        wanted = ("receivables", "delivered_not_invoiced", "orders", "orders_later")
        assert [parts[name] for name in wanted] == ["310000.00", "60000.00", "90000.00", "120000.00"]


class TestLifeOfAnOrder:
    def test_a_receipt_turns_the_order_green_by_itself(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        make_deposit(Order.objects.get(pk=first["order"]["id"]), "40000")
        run_jobs()
        now = erp.get(f"{CHECKS}{first['id']}/").json()
        assert (now["outcome"], now["is_approved"], now["order"]["state"]) == ("stop", True, "approved")

    def test_asking_again_with_the_same_content_reserves_once(self, acme: Buyer, erp: APIClient) -> None:
        for _ in range(2):
            assert ask(erp, amount="30000.00")["is_approved"]
        assert Reservation.objects.filter(state="active", order__external_id="SO-1").count() == 1

    def test_an_order_on_record_is_asked_about_by_its_number(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        response = send(erp, body={"external_id": "SO-1"})
        assert response.status_code == 201
        assert response.json()["order"]["id"] == first["order"]["id"]
        assert response["Location"] == f"/api/v1/order-checks/{response.json()['id']}/"

    def test_an_edit_names_the_version_it_was_made_from(self, acme: Buyer, erp: APIClient) -> None:
        first = send(erp, body=order_body())
        second = send(erp, body={"external_id": "SO-1", "amount": "30000.00"}, If_Match=first["ETag"])
        assert (second.status_code, second.json()["amount"]) == (201, "30000.00")
        assert second.json()["is_approved"]
        assert second.json()["order"]["version"] == 2
        assert second["ETag"] != first["ETag"]

    def test_cancelling_frees_the_limit(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp, amount="40000.00")
        assert not ask(erp, external_id="SO-2", amount="30000.00")["is_approved"]
        shown = act(erp, first["id"], "cancel", {"reason": "customer withdrew"})
        assert (shown["order"]["state"], shown["reservation"]) == ("cancelled", None)
        assert ask(erp, external_id="SO-3", amount="30000.00")["is_approved"]

    def test_a_manager_releases_and_the_order_may_go(self, acme: Buyer, erp: APIClient) -> None:
        first, manager = ask(erp), as_person("credit_manager")
        body = {
            "amount": "80000.00",
            "tolerance_percent": "5",
            "valid_until": (TODAY + timedelta(days=30)).isoformat(),
            "review_on": (TODAY + timedelta(days=10)).isoformat(),
            "reason": "Paid on time for ten years",
        }
        shown = act(manager, first["id"], "release", body)
        assert (shown["is_approved"], shown["holds"], shown["detail_level"]) == (True, [], "full")
        assert shown["reservation"]["amount"] == "80000.00"

    def test_a_manager_rejects(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        shown = act(as_person("credit_manager"), first["id"], "reject", {"reason": "no"})
        assert (shown["order"]["state"], shown["is_approved"]) == ("rejected", False)
        refused(send(erp, body=order_body()), 409, "order_rejected", "order")

    def test_a_manager_deals_with_goods_of_a_rejected_order(self, acme: Buyer, erp: APIClient) -> None:
        first, manager = ask(erp), as_person("credit_manager")
        act(manager, first["id"], "reject", {"reason": "no"})
        ship(Order.objects.get(external_id="SO-1"), "30000")
        run_jobs()
        shown = act(manager, first["id"], "reject", {"reason": "seen; the rest stays"})
        assert (shown["order"]["state"], shown["holds"]) == ("rejected", [])

    def test_quotation_warns_and_reserves_nothing(self, acme: Buyer, erp: APIClient) -> None:
        answer = ask(erp, checkpoint="quotation")
        assert (answer["outcome"], answer["is_approved"], answer["reservation"]) == ("warn", False, None)

    def test_a_quotation_that_is_accepted_becomes_an_order(self, acme: Buyer, erp: APIClient) -> None:
        first = send(erp, body=order_body("30000.00", checkpoint="quotation"))
        body = {"external_id": "SO-1", "checkpoint": "order"}
        second = send(erp, body=body, If_Match=first["ETag"])
        assert (second.status_code, second.json()["checkpoint"], second.json()["is_approved"]) == (201, "order", True)
        assert Order.objects.get(external_id="SO-1").status == "open"
        stale = send(erp, body=body, If_Match='"77.1"')
        assert stale.status_code == 201, "the same content again changes nothing, whatever version it names"

    def test_accepting_a_version_of_a_quotation_that_is_gone_is_refused(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp, amount="30000.00", checkpoint="quotation")
        before = everything()
        response = send(erp, body={"external_id": "SO-1", "checkpoint": "order"}, If_Match='"77.1"')
        refused(response, 412, "order_changed", "If-Match")
        assert everything() == before


class TestDryRun:
    def test_nothing_but_the_record_is_stored(self, acme: Buyer, erp: APIClient) -> None:
        before = everything()
        answer = what_if(erp)
        after = everything()
        assert (after[0], after[1:]) == (before[0] + 1, before[1:])
        row = OrderCheck.objects.get(pk=answer["id"])
        assert (row.is_dry_run, row.actor_label, row.order_id) == (True, "api:ERP", None)
        assert AuditEvent.objects.filter(action="credit.check.tried", actor_label="api:ERP").count() == 1

    def test_an_order_on_record_with_another_date(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp)
        unsaid = dict.fromkeys(order_body(), ...)
        answer = what_if(erp, **unsaid | {"external_id": "SO-1", "planned_ship_date": str(LATER)})
        assert (answer["is_approved"], answer["order"]["state"]) == (True, "held")
        assert Order.objects.get(external_id="SO-1").planned_ship_date != LATER

    def test_dry_runs_are_throttled_on_their_own(self, acme: Buyer, erp: APIClient, settings: Any) -> None:
        rates = {"client": "1200/min", "dry_run": "2/day"}
        with override_settings(REST_FRAMEWORK=settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}):
            for _ in range(2):
                what_if(erp)
            before = everything()
            response = send(erp, body=order_body(dry_run=True), key=None)
            refused(response, 429, "throttled")
            assert int(response["Retry-After"]) > 0
            assert everything() == before
            assert ask(erp)["outcome"] == "stop"

    def test_a_dry_run_asks_the_database_a_fixed_number_of_times(self, acme: Buyer, erp: APIClient) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                what_if(erp, external_id="SO-9")
            return len(queries)

        statements()  # notes the use of the key, once a minute
        before = statements()
        for _ in range(5):
            make_invoice(acme, "10", issued=str(TODAY), due=str(LATER))
            ask(erp, external_id=f"MORE-{_}", amount="10.00")
        assert statements() == before
        assert before <= 20


class TestReading:
    def test_a_check_is_read_again_as_it_was_answered(self, acme: Buyer, reader: APIClient) -> None:
        answer = ask(reader)
        response = reader.get(f"{CHECKS}{answer['id']}/")
        check_schema(response, ONE)
        assert response.json() == answer
        assert response["ETag"]

    def test_lists_are_newest_first_and_filtered(self, acme: Buyer, reader: APIClient) -> None:
        ask(reader)
        what_if(reader)
        response = reader.get(CHECKS)
        check_schema(response, CHECKS)
        rows = response.json()["results"]
        assert [row["is_dry_run"] for row in rows[:2]] == [True, False]
        assert [row["external_id"] for row in rows[:2]] == [None, "SO-1"]
        for query, count in (("dry_run=true", 1), ("external_id=SO-1", 1), ("buyer=ACME&outcome=stop", 2)):
            assert len(reader.get(f"{CHECKS}?{query}").json()["results"]) == count, query
        refused_page = reader.get(f"{CHECKS}?outcome=maybe")
        check_problem(refused_page, 400, "parameter_invalid")

    def test_pages_follow_a_cursor(self, acme: Buyer, reader: APIClient) -> None:
        for _ in range(3):
            what_if(reader)
        first = reader.get(f"{CHECKS}?page_size=2&dry_run=true").json()
        second = reader.get(first["next"]).json()
        seen = [row["id"] for row in first["results"] + second["results"]]
        assert (len(seen), second["next"], seen) == (3, None, sorted(seen, reverse=True))

    def test_a_check_key_sees_only_its_own_sources_checks(self, acme: Buyer, erp: APIClient, reader: APIClient) -> None:
        theirs = OrderCheck.objects.filter(order__source="erp").order_by("pk").first()
        assert theirs is not None
        check_problem(erp.get(f"{CHECKS}{theirs.pk}/"), 404, "check_not_found")
        assert reader.get(f"{CHECKS}{theirs.pk}/").status_code == 200
        mine = ask(erp)
        assert [row["id"] for row in erp.get(CHECKS).json()["results"]] == [mine["id"]]

    def test_sales_see_their_own_buyers_checks(self, acme: Buyer, erp: APIClient) -> None:
        ana = make_ana()
        first = ask(erp)
        client = as_person("sales", user=ana)
        check_problem(client.get(f"{CHECKS}{first['id']}/"), 404, "check_not_found")
        Buyer.objects.filter(pk=acme.pk).update(sales_owner=ana)
        assert client.get(f"{CHECKS}{first['id']}/").json()["detail_level"] == "coarse"
        assert len(client.get(CHECKS).json()["results"]) == 4


class TestFailsClosed:
    def test_a_failure_is_no_approval_and_leaves_nothing(
        self, acme: Buyer, erp: APIClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object, **_named: object) -> None:
            raise ZeroDivisionError

        before = everything()
        monkeypatch.setattr("credit.services.deciding.run_check", broken)
        response = send(erp, body=order_body(), key="k1")
        body = refused(response, 503, "not_approved")
        assert (body["cause"], response["Retry-After"]) == ("error", "1")
        assert everything() == before
        monkeypatch.undo()
        assert send(erp, body=order_body(), key="k1").status_code == 201

    def test_a_failure_outside_of_the_check_is_no_approval_either(
        self, acme: Buyer, erp: APIClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object, **_named: object) -> None:
            raise ZeroDivisionError

        before = everything()
        monkeypatch.setattr("credit.api_base.check_body", broken)
        refused(send(erp, body=order_body()), 503, "not_approved")
        assert everything() == before

    def test_a_buyer_nobody_knows_well_is_stopped(self, erp: APIClient) -> None:
        Buyer.objects.create(code="NEW", name="New")
        answer = ask(erp, buyer="NEW")
        assert not answer["is_approved"]
        stopping = {one["rule"] for one in answer["rules"] if one["result"] == "stop"}
        assert {"kyc", "screening_age", "score_grade", "limit_missing"} <= stopping


def test_an_account_is_locked_before_the_answer(acme: Buyer, erp: APIClient) -> None:
    """The lock order of decisions holds through the API: the caller's key row takes no lock of theirs."""
    lock_accounts(acme.pk)
    assert ask(erp, amount="10.00")["is_approved"]


def test_a_second_buyer_with_room_is_approved(erp: APIClient) -> None:
    make_limit(make_clean_buyer("BLUE"), "100000")
    answer = ask(erp, buyer="BLUE", amount="100000.00")
    assert (answer["outcome"], answer["is_approved"], answer["decided_by"]) == ("pass", True, None)
