"""Order checks that cannot be answered: a stable code with field and fix, and nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import ExchangeRate
from invoices.models import Order
from tests.integration.api.ladder import as_person, check_problem, with_key
from tests.integration.api.orders import (
    CHECKS,
    act,
    ask,
    everything,
    golden_buyer,
    kept_answers,
    make_ana,
    order_body,
    refused,
    send,
    what_if,
)
from tests.integration.credit.builders import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

RELEASE = {
    "amount": "80000",
    "valid_until": str(TODAY + timedelta(days=30)),
    "review_on": str(TODAY + timedelta(days=10)),
    "reason": "old friend",
}


BAD = [
    ({"buyer": "NOBODY"}, 404, "buyer_not_found", "buyer"),
    ({"currency": "RUB"}, 422, "rate_missing", "currency"),
    ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
    ({"amount": "-80000.00"}, 422, "amount_invalid", "amount"),
    ({"amount": "0"}, 422, "amount_invalid", "amount"),
    ({"amount": "-0.00"}, 422, "amount_invalid", "amount"),
    ({"amount": "80000.001"}, 422, "amount_invalid", "amount"),
    ({"amount": "80000.00000000001"}, 422, "amount_invalid", "amount"),
    ({"amount": "9" * 13}, 422, "amount_absurd", "amount"),
    ({"amount": "9" * 400}, 422, "amount_invalid", "amount"),
    ({"amount": "NaN"}, 422, "amount_invalid", "amount"),
    ({"amount": "Infinity"}, 422, "amount_invalid", "amount"),
    ({"amount": "1e400"}, 422, "amount_invalid", "amount"),
    ({"amount": "8e4"}, 422, "amount_invalid", "amount"),
    ({"amount": "80,000"}, 422, "amount_invalid", "amount"),
    ({"amount": "٨٠"}, 422, "amount_invalid", "amount"),
    ({"amount": True}, 422, "amount_invalid", "amount"),
    ({"amount": None}, 400, "field_invalid", "amount"),
    ({"amount": ["1"]}, 422, "amount_invalid", "amount"),
    ({"planned_ship_date": str(TODAY - timedelta(days=1))}, 422, "ship_date_past", "planned_ship_date"),
    ({"planned_ship_date": "9999-12-31"}, 422, "ship_date_absurd", "planned_ship_date"),
    ({"planned_ship_date": "2026-02-30"}, 400, "field_invalid", "planned_ship_date"),
    ({"order_date": str(TODAY + timedelta(days=1))}, 400, "field_invalid", "order_date"),
    ({"terms": "handshake"}, 422, "terms_unknown", "terms"),
    ({"terms_days": 400}, 422, "terms_days_invalid", "terms_days"),
    ({"terms_days": -1}, 422, "terms_days_invalid", "terms_days"),
    ({"terms_days": "soon"}, 400, "field_invalid", "terms_days"),
    ({"deposit_percent": "101"}, 422, "deposit_invalid", "deposit_percent"),
    ({"deposit_percent": "33.333"}, 422, "deposit_invalid", "deposit_percent"),
    ({"deposit_percent": "NaN"}, 422, "deposit_invalid", "deposit_percent"),
    ({"checkpoint": "customs"}, 422, "checkpoint_unknown", "checkpoint"),
    ({"source": "OTHER"}, 403, "order_of_another_source", "source"),
    ({"external_id": ...}, 400, "field_missing", "external_id"),
    ({"buyer": ...}, 400, "field_missing", "buyer"),
    ({"terms_days": ...}, 400, "field_missing", "terms_days"),
    ({"external_id": "x" * 121}, 400, "field_invalid", "external_id"),
    ({"external_id": "a\u0000b"}, 400, "field_invalid", "external_id"),
    ({"ammount": "1"}, 400, "field_unknown", "ammount"),
    ({"assumed_deposit": "1"}, 400, "dry_run_only", "assumed_deposit"),
    ({"dry_run": "perhaps"}, 400, "field_invalid", "dry_run"),
]


@pytest.mark.parametrize(("change", "status", "code", "field"), BAD)
def test_bad_input_is_named_and_changes_nothing(
    acme: Buyer, erp: APIClient, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    before = everything()
    body = refused(send(erp, body=order_body(**change)), status, code, field)
    assert body["detail"]
    assert everything() == before


@pytest.mark.parametrize(("change", "status", "code", "field"), BAD)
def test_a_dry_run_refuses_the_same(
    acme: Buyer, erp: APIClient, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    if code == "dry_run_only" or field in ("external_id", "dry_run"):
        return  # these are about what a dry run allows, or about a real order's number
    before = everything()
    refused(send(erp, body=order_body(dry_run=True, **change), key=None), status, code, field)
    assert everything() == before


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"external_id": "\\ud800"}',
        b'{"\\ud800": 1}',
        b"[]",
        b"null",
        b'"x"',
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b'{"amount": -Infinity}',
        b'{"amount": 1, "amount": 2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"amount": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_object_is_refused(acme: Buyer, erp: APIClient, content: bytes) -> None:
    before = everything()
    response = erp.post(CHECKS, content, content_type="application/json", headers={"Idempotency-Key": "k"})
    assert check_problem(response, 400, "body_invalid")["detail"]
    assert everything() == before


@pytest.mark.parametrize("number", [b"1e400", b"-0.0", b"8E4", b"80000.001", b"-5", b"80000.00000000000000001"])
def test_numbers_of_json_are_read_exactly(acme: Buyer, erp: APIClient, number: bytes) -> None:
    before = everything()
    content = b'{"buyer":"ACME","external_id":"S","currency":"USD","terms":"open_account","terms_days":1,"amount":'
    response = erp.post(
        CHECKS, content + number + b"}", content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    refused(response, 422, "amount_invalid", "amount")
    assert everything() == before


def test_a_json_number_that_is_an_amount_is_taken_as_it_is(acme: Buyer, erp: APIClient) -> None:
    assert ask(erp, amount=1234.5)["amount"] == "1234.50"


def test_an_empty_body_lacks_what_is_required(acme: Buyer, erp: APIClient) -> None:
    response = erp.post(CHECKS, b"", content_type="application/json", headers={"Idempotency-Key": "k"})
    refused(response, 400, "field_missing", "external_id")


def test_a_body_without_end_is_not_read(acme: Buyer, erp: APIClient) -> None:
    content = b'{"external_id": "' + b"x" * 300_000 + b'"}'
    response = erp.post(CHECKS, content, content_type="application/json", headers={"Idempotency-Key": "k"})
    check_problem(response, 413, "body_too_large")


def test_only_json_is_read(acme: Buyer, erp: APIClient) -> None:
    response = erp.post(CHECKS, b"amount=1", content_type="application/x-www-form-urlencoded")
    check_problem(response, 415, "unsupported_media_type")


def test_a_stale_rate_is_no_rate(acme: Buyer, erp: APIClient) -> None:
    for currency in ("EUR", "USD", "GBP"):
        ExchangeRate.objects.create(currency=currency, rate_date=TODAY - timedelta(days=61), per_eur=2, source="t")
    before = everything()
    refused(send(erp, body=order_body(currency="GBP")), 422, "rate_missing", "currency")
    assert everything() == before


class TestKnownOrder:
    def test_another_content_under_a_known_number_is_refused(self, acme: Buyer, erp: APIClient) -> None:
        ask(erp)
        before = everything()
        body = refused(send(erp, body=order_body("70000.00")), 409, "order_differs", "amount")
        assert "If-Match" in body["fix"]
        assert everything() == before

    def test_an_edit_of_a_version_that_is_gone_is_refused(self, acme: Buyer, erp: APIClient) -> None:
        first = send(erp, body=order_body())
        send(erp, body=order_body("70000.00"), If_Match=first["ETag"])
        before = everything()
        response = send(erp, body=order_body("60000.00"), If_Match=first["ETag"])
        refused(response, 412, "order_changed", "If-Match")
        assert everything() == before

    @pytest.mark.parametrize("tag", ["*", "1", '"1"', '"1.1", "2.2"', ""])
    def test_if_match_is_one_tag_of_ours(self, acme: Buyer, erp: APIClient, tag: str) -> None:
        ask(erp)
        before = everything()
        refused(send(erp, body=order_body(), If_Match=tag), 400, "if_match_invalid", "If-Match")
        assert everything() == before

    def test_an_order_of_another_buyer_is_refused(self, acme: Buyer, erp: APIClient) -> None:
        golden_buyer("BLUE")
        first = send(erp, body=order_body())
        before = everything()
        for more in ({}, {"If_Match": first["ETag"]}):
            refused(send(erp, body=order_body(buyer="BLUE"), **more), 409, "order_of_another_buyer", "buyer_id")
        refused(
            send(erp, body=order_body(buyer="BLUE", dry_run=True), key=None), 409, "order_of_another_buyer", "buyer"
        )
        assert everything() == before

    def test_a_cancelled_order_is_not_asked_about(self, acme: Buyer, erp: APIClient) -> None:
        act(erp, ask(erp)["id"], "cancel")
        before = everything()
        refused(send(erp, body=order_body()), 409, "order_ended", "order")
        assert everything() == before


class TestWho:
    def test_stranger_is_asked_for_a_key(self, acme: Buyer) -> None:
        before = everything()
        refused(send(APIClient(), body=order_body()), 401, "not_authenticated")
        assert everything() == before

    @pytest.mark.parametrize("scopes", [["read"], ["intake"], ["read", "intake"]])
    def test_key_without_check_asks_nothing(self, acme: Buyer, scopes: list[str]) -> None:
        before = everything()
        refused(send(with_key(*scopes), body=order_body()), 403, "permission_denied")
        assert everything() == before

    @pytest.mark.parametrize("role", ["auditor", "administrator"])
    def test_role_without_order_check_asks_nothing(self, acme: Buyer, role: str) -> None:
        before = everything()
        client = as_person(role)
        refused(send(client, body=order_body(dry_run=True), key=None), 403, "permission_denied")
        assert everything() == before

    def test_sales_ask_for_their_own_buyers_only(self, acme: Buyer) -> None:
        client, before = as_person("sales", user=make_ana()), everything()
        refused(send(client, body=order_body(dry_run=True), key=None), 404, "buyer_not_found", "buyer")
        refused(send(client, body=order_body()), 404, "buyer_not_found", "buyer")
        theirs = Order.objects.filter(source="erp").order_by("pk")[0]
        body = {"source": "erp", "external_id": theirs.external_id}
        refused(send(client, body=body), 404, "order_not_found", "external_id")
        assert everything() == before

    def test_people_do_not_write_the_orders_of_a_system(self, acme: Buyer) -> None:
        before = everything()
        client = as_person("credit_analyst")
        refused(send(client, body=order_body(source="ERP")), 403, "order_of_another_source", "source")
        assert everything() == before

    def test_people_write_orders_of_the_order_desk(self, acme: Buyer) -> None:
        answer = ask(as_person("credit_analyst"), amount="100.00")
        assert (answer["order"]["source"], answer["asked_by"]) == ("order-desk", "person-credit_analyst")

    def test_another_sources_order_is_not_asked_about(self, acme: Buyer, erp: APIClient) -> None:
        theirs = Order.objects.filter(source="erp").order_by("pk")[0]
        before = everything()
        for body in ({"external_id": theirs.external_id}, {"external_id": theirs.external_id, "dry_run": True}):
            refused(send(erp, body={**body, "source": "erp"}), 403, "order_of_another_source", "source")
        assert everything() == before

    def test_csrf_is_asked_of_sessions(self, acme: Buyer) -> None:
        strict, before = APIClient(enforce_csrf_checks=True), everything()
        person = make_ana()
        strict.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        refused(send(strict, body=order_body(dry_run=True)), 403, "permission_denied")
        assert everything() == before

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_wrong_method(self, acme: Buyer, erp: APIClient, method: str) -> None:
        before = everything()
        check_problem(getattr(erp, method)(CHECKS, {}, format="json"), 405, "method_not_allowed")
        assert everything() == before

    def test_parameters_do_not_belong_to_a_post(self, acme: Buyer, erp: APIClient) -> None:
        refused(send(erp, f"{CHECKS}?dry_run=true", order_body()), 400, "parameter_unknown", "dry_run")


class TestDecisions:
    @pytest.mark.parametrize("verb", ["release", "reject"])
    def test_no_key_decides(self, acme: Buyer, erp: APIClient, verb: str) -> None:
        first = ask(erp)
        before = everything()
        for scopes in (["check"], ["check", "read", "intake"]):
            response = send(with_key(*scopes), f"{CHECKS}{first['id']}/{verb}/", RELEASE)
            refused(response, 403, "permission_denied", path=f"{CHECKS}{{id}}/{verb}/")
        assert everything() == before

    @pytest.mark.parametrize("role", ["sales", "credit_analyst", "auditor", "administrator"])
    @pytest.mark.parametrize("verb", ["release", "reject"])
    def test_only_who_may_decide_decides(self, acme: Buyer, erp: APIClient, role: str, verb: str) -> None:
        first = ask(erp)
        before = everything()
        response = send(as_person(role), f"{CHECKS}{first['id']}/{verb}/", RELEASE)
        refused(response, 403, "permission_denied", path=f"{CHECKS}{{id}}/{verb}/")
        assert everything() == before

    def test_nobody_releases_what_they_asked_for(self, acme: Buyer) -> None:
        manager = as_person("credit_manager")
        first = ask(manager)
        before = everything()
        response = send(manager, f"{CHECKS}{first['id']}/release/", RELEASE)
        refused(response, 403, "own_order", "order", path=f"{CHECKS}{{id}}/release/")
        assert everything() == before

    @pytest.mark.parametrize(
        ("change", "status", "code", "field"),
        [
            ({"amount": "NaN"}, 422, "release_invalid", "amount"),
            ({"amount": "0"}, 422, "release_invalid", "amount"),
            ({"amount": "79999"}, 422, "release_too_small", "amount"),
            ({"tolerance_percent": "21"}, 422, "release_invalid", "tolerance_percent"),
            ({"valid_until": str(TODAY - timedelta(days=1))}, 422, "release_invalid", "valid_until"),
            ({"reason": " "}, 400, "field_invalid", "reason"),
            ({"colour": "red"}, 400, "field_unknown", "colour"),
        ],
    )
    def test_release_with_bad_terms(
        self, acme: Buyer, erp: APIClient, change: dict[str, Any], status: int, code: str, field: str
    ) -> None:
        first = ask(erp)
        before = everything()
        response = send(as_person("credit_manager"), f"{CHECKS}{first['id']}/release/", RELEASE | change)
        refused(response, status, code, field, path=f"{CHECKS}{{id}}/release/")
        assert everything() == before

    def test_who_saw_an_older_answer_looks_again(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        second = act(erp, first["id"], "recheck", status=201)
        before = everything()
        response = send(as_person("credit_manager"), f"{CHECKS}{first['id']}/reject/", {"reason": "no"})
        body = refused(response, 409, "check_superseded", "id", path=f"{CHECKS}{{id}}/reject/")
        assert body["latest"] == second["id"]
        assert everything() == before

    def test_a_release_of_another_state_is_refused(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp)
        before = everything()
        url = f"{CHECKS}{first['id']}/release/"
        response = send(as_person("credit_manager"), url, RELEASE, If_Match='"1.99"')
        refused(response, 412, "gate_changed", "If-Match", path=f"{CHECKS}{{id}}/release/")
        assert everything() == before

    def test_what_is_approved_is_not_released(self, acme: Buyer, erp: APIClient) -> None:
        first = ask(erp, amount="100.00")
        before = everything()
        response = send(as_person("credit_manager"), f"{CHECKS}{first['id']}/release/", RELEASE)
        assert refused(response, 409, "invalid_transition", path=f"{CHECKS}{{id}}/release/")["current"] == "approved"
        assert everything() == before

    @pytest.mark.parametrize("verb", ["recheck", "cancel"])
    def test_a_what_if_is_nothing_to_decide_on(self, acme: Buyer, erp: APIClient, verb: str) -> None:
        tried = what_if(erp)
        before = everything()
        response = send(erp, f"{CHECKS}{tried['id']}/{verb}/")
        refused(response, 409, "check_is_dry_run", "id", path=f"{CHECKS}{{id}}/{verb}/")
        assert everything() == before

    @pytest.mark.parametrize("verb", ["recheck", "cancel"])
    def test_another_sources_order_is_left_alone(self, acme: Buyer, verb: str) -> None:
        theirs = Order.objects.filter(source="erp", planned_ship_date__gt=TODAY).order_by("pk").last()
        assert theirs is not None
        check, before = theirs.checks.get(), everything()
        url, path = f"{CHECKS}{check.pk}/{verb}/", f"{CHECKS}{{id}}/{verb}/"
        refused(send(with_key("check"), url), 404, "check_not_found", "id", path=path)
        refused(send(with_key("check", "read"), url), 403, "order_of_another_source", "source", path=path)
        assert everything() == before

    @pytest.mark.parametrize("verb", ["release", "reject", "cancel", "recheck"])
    def test_missing_check(self, verb: str) -> None:
        client = as_person("credit_manager")
        bodies = {"release": RELEASE, "reject": {"reason": "no"}}
        response = send(client, f"{CHECKS}999999999/{verb}/", bodies.get(verb))
        refused(response, 404, "check_not_found", "id", path=f"{CHECKS}{{id}}/{verb}/")

    def test_goods_that_left_are_not_cancelled(self, acme: Buyer, erp: APIClient) -> None:
        shipped = Order.objects.filter(status="shipped").get()
        Order.objects.filter(pk=shipped.pk).update(source="ERP")
        check, before = shipped.checks.latest("pk"), everything()
        response = send(erp, f"{CHECKS}{check.pk}/cancel/")
        assert response.status_code == 409
        assert everything() == before


def test_a_refusal_by_a_rule_is_kept_and_a_malformed_request_is_not(acme: Buyer, erp: APIClient) -> None:
    send(erp, body=order_body(ammount="1"))
    assert kept_answers() == 0
    send(erp, body=order_body(buyer="NOBODY"))
    assert kept_answers() == 1
