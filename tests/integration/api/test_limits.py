"""Limits and requests for them over REST: read by who may, asked for and signed by people only."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.domain.roles import Role
from core.models import AuditEvent, User
from credit.models import CreditLimit, LimitDecision, LimitRequest
from credit.services.authority import name_substitute
from tests.integration.api.ladder import as_person, check_problem, check_schema, ok, with_key
from tests.integration.api.orders import kept_answers, send
from tests.integration.credit.asking import insure
from tests.integration.credit.builders import EARLIER, TODAY, make_clean_buyer, make_group, make_limit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
LIMITS = "/api/v1/credit-limits/"
REQUESTS = "/api/v1/limit-requests/"
ONE = "/api/v1/limit-requests/{id}/"
VERBS = ("approve", "reject", "withdraw")


@pytest.fixture
def ana() -> User:
    return User.objects.create(username="ana", role=Role.SALES)


@pytest.fixture
def acme(ana: User) -> Buyer:
    """ana's buyer with a limit of 500,000."""
    buyer = make_clean_buyer("ACME", sales_owner=ana)
    make_limit(buyer, "500000")
    return buyer


@pytest.fixture
def analyst() -> APIClient:
    return as_person(Role.ANALYST)


@pytest.fixture
def manager() -> APIClient:
    return as_person(Role.MANAGER)


@pytest.fixture
def director() -> APIClient:
    return as_person(Role.DIRECTOR)


def body_of(amount: str = "400000.00", **fields: Any) -> dict[str, Any]:
    known = {"buyer": "ACME", "currency": "USD", "amount": amount, "reason": "A second plant."}
    return {name: value for name, value in (known | fields).items() if value is not ...}


def ask(client: APIClient, **fields: Any) -> dict[str, Any]:
    response = send(client, REQUESTS, body_of(**fields))
    found = ok(response, REQUESTS, "post", status=201)
    assert response["Location"] == f"{REQUESTS}{found['id']}/"
    return found


def act(client: APIClient, request_id: int, verb: str, body: Any = None, *, etag: str = '"1.0"', **more: Any) -> Any:
    headers = {} if etag == "" else {"If_Match": etag}
    return send(client, f"{REQUESTS}{request_id}/{verb}/", body, **headers, **more)


def done(response: Any, verb: str) -> dict[str, Any]:
    return ok(response, f"{ONE}{verb}/", "post")


def everything() -> tuple[Any, ...]:
    states = list(LimitRequest.objects.order_by("pk").values_list("pk", "state", "version"))
    return CreditLimit.objects.count(), LimitDecision.objects.count(), AuditEvent.objects.count(), states


class TestReadingLimits:
    def amounts(self, client: APIClient, query: str = "") -> list[str]:
        return [row["amount"] for row in ok(client.get(f"{LIMITS}{query}"), LIMITS)["results"]]

    def test_versions_and_what_is_in_force_on_a_day(self, acme: Buyer) -> None:
        make_limit(acme, "450000", since=TODAY)
        make_limit(acme, "0", since=TODAY + timedelta(days=50))
        until = TODAY + timedelta(days=10)
        make_limit(acme, "700000.5", kind="temporary", since=TODAY, until=until)
        reader = with_key()
        assert self.amounts(reader) == ["700000.50", "0.00", "450000.00", "500000.00"]
        assert self.amounts(reader, f"?as_of={EARLIER}") == ["500000.00"]
        assert self.amounts(reader, f"?as_of={until}&buyer=ACME") == ["700000.50", "450000.00"]
        assert self.amounts(reader, f"?as_of={until + timedelta(days=1)}") == ["450000.00"]
        assert self.amounts(reader, f"?as_of={TODAY + timedelta(days=50)}") == []
        assert self.amounts(reader, "?kind=temporary") == ["700000.50"]

    def test_groups_and_buyers_are_told_apart_and_pages_follow_a_cursor(self, acme: Buyer) -> None:
        group = make_group(acme, code="G-1")
        make_limit(group, "900000", currency="EUR")
        reader = with_key()
        assert self.amounts(reader, "?group=G-1") == ["900000.00"]
        assert self.amounts(reader, "?buyer=ACME") == ["500000.00"]
        first = reader.get(f"{LIMITS}?page_size=1").json()
        second = reader.get(first["next"]).json()
        assert [row["group"] or row["buyer"] for page in (first, second) for row in page["results"]] == ["G-1", "ACME"]
        assert second["next"] is None

    def test_cost_does_not_grow_with_rows(self, acme: Buyer) -> None:
        client, asked = with_key(), []
        client.get(LIMITS)
        for day in range(5):
            with CaptureQueriesContext(connection) as queries:
                assert len(client.get(LIMITS).json()["results"]) == day + 1
            asked.append(len(queries))
            other = make_clean_buyer()
            make_limit(other, "450000", since=TODAY + timedelta(days=day))
        assert len(set(asked)) == 1

    @pytest.mark.parametrize("role", [Role.SALES, Role.ADMINISTRATOR])
    def test_who_may_not_read_limits_is_refused(self, acme: Buyer, role: Role) -> None:
        check_problem(as_person(role).get(LIMITS), 403, "permission_denied", LIMITS)

    def test_keys_for_other_work_and_strangers_are_refused(self, acme: Buyer) -> None:
        check_problem(with_key("check", "intake").get(LIMITS), 403, "permission_denied", LIMITS)
        check_problem(APIClient().get(LIMITS), 401, "not_authenticated", LIMITS)

    @pytest.mark.parametrize(
        ("query", "status", "code", "field"),
        [
            ("?buyer=NOBODY", 404, "buyer_not_found", "buyer"),
            ("?group=NOBODY", 404, "group_not_found", "group"),
            ("?buyer=ACME&group=G", 400, "parameters_exclude", "group"),
            ("?kind=insured", 400, "parameter_invalid", "kind"),
            ("?as_of=2026-02-30", 400, "parameter_invalid", "as_of"),
            ("?colour=red", 400, "parameter_unknown", "colour"),
            ("?cursor=x", 400, "cursor_invalid", "cursor"),
        ],
    )
    def test_bad_parameters_are_named(self, acme: Buyer, query: str, status: int, code: str, field: str) -> None:
        body = check_problem(with_key().get(f"{LIMITS}{query}"), status, code, LIMITS)
        assert body.get("field", field) == field


class TestAsking:
    def test_a_request_is_stored_with_its_recommendation_and_listed(self, acme: Buyer, analyst: APIClient) -> None:
        asked = ask(analyst)
        assert (asked["buyer"], asked["kind"], asked["amount"], asked["state"]) == (
            "ACME",
            "own",
            "400000.00",
            "pending",
        )
        assert asked["detail_level"] == "full"
        assert (asked["valid_from"], asked["uninsured"]) == (str(TODAY), "400000.00")
        assert {method["method"] for method in asked["recommendation"]["methods"]} >= {"need", "capacity"}
        assert asked["signatures"]["given"] == 0
        rows = with_key().get(f"{REQUESTS}?buyer=ACME&state=pending")
        check_schema(rows, REQUESTS)
        assert [row["id"] for row in rows.json()["results"]] == [asked["id"]]
        assert with_key().get(f"{REQUESTS}?state=approved").json()["results"] == []

    def test_the_same_key_asks_once(self, acme: Buyer, analyst: APIClient) -> None:
        first, second = (send(analyst, REQUESTS, body_of(), key="K1") for _ in range(2))
        assert (second.status_code, second.content) == (201, first.content)
        assert second["Idempotency-Replayed"] == "true"
        assert second["ETag"] == first["ETag"] == '"1.0"'
        assert (LimitRequest.objects.count(), kept_answers()) == (1, 1)
        check_problem(send(analyst, REQUESTS, body_of(amount="9"), key="K1"), 422, "idempotency_key_reused")
        check_problem(send(analyst, REQUESTS, body_of(), key=None), 400, "idempotency_key_missing")

    def test_a_second_request_of_the_kind_is_a_conflict(self, acme: Buyer, analyst: APIClient) -> None:
        ask(analyst)
        body = check_problem(send(analyst, REQUESTS, body_of()), 409, "request_pending")
        assert body["field"] == "kind"
        assert LimitRequest.objects.count() == 1

    def test_a_group_is_asked_for_by_who_reads_limits(self, acme: Buyer, ana: User, analyst: APIClient) -> None:
        make_group(acme, code="G-1")
        assert ask(analyst, buyer=..., group="G-1")["group"] == "G-1"
        sales = as_person(Role.SALES, user=ana)
        check_problem(send(sales, REQUESTS, body_of(buyer=..., group="G-1", kind="temporary")), 422, "limit_invalid")
        dated = {"kind": "temporary", "valid_to": str(TODAY + timedelta(days=9))}
        check_problem(send(sales, REQUESTS, body_of(buyer=..., group="G-1", **dated)), 403, "permission_denied")

    @pytest.mark.parametrize(
        ("change", "status", "code", "field"),
        [
            ({"buyer": "NOBODY"}, 404, "buyer_not_found", "buyer"),
            ({"buyer": ..., "group": "NOBODY"}, 404, "group_not_found", "group"),
            ({"buyer": ...}, 400, "field_missing", "buyer"),
            ({"group": "G-1"}, 400, "field_missing", "buyer"),
            ({"amount": "-1"}, 422, "limit_invalid", "amount"),
            ({"amount": "NaN"}, 422, "limit_invalid", "amount"),
            ({"amount": "0.001"}, 422, "limit_invalid", "amount"),
            ({"amount": "9" * 19}, 422, "limit_invalid", "amount"),
            ({"currency": "ZZZ"}, 422, "currency_unknown", "currency"),
            ({"kind": "insured"}, 422, "limit_invalid", "kind"),
            ({"kind": "temporary"}, 422, "limit_invalid", "valid_to"),
            ({"valid_from": str(TODAY - timedelta(days=1))}, 422, "limit_invalid", "valid_from"),
            ({"valid_to": "2000-01-01"}, 422, "limit_invalid", "valid_to"),
            ({"reason": " "}, 400, "field_invalid", "reason"),
            ({"reason": ...}, 400, "field_missing", "reason"),
            ({"ammount": "1"}, 400, "field_unknown", "ammount"),
        ],
    )
    def test_bad_input_is_named_and_changes_nothing(
        self, acme: Buyer, analyst: APIClient, change: dict[str, Any], status: int, code: str, field: str
    ) -> None:
        before = everything()
        body = check_problem(send(analyst, REQUESTS, body_of(**change)), status, code)
        assert body["field"] == field
        assert everything() == before

    def test_keys_ask_for_nothing_whatever_their_scopes(self, acme: Buyer) -> None:
        client = with_key("read", "check", "intake")
        before = everything()
        check_problem(send(client, REQUESTS, body_of()), 403, "permission_denied")
        assert everything() == before

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
    def test_roles_without_the_right_ask_for_nothing(self, acme: Buyer, role: Role) -> None:
        check_problem(send(as_person(role), REQUESTS, body_of()), 403, "permission_denied")


class TestSales:
    def test_they_ask_for_their_own_buyers_and_see_nothing_of_cover(self, acme: Buyer, ana: User) -> None:
        insure(acme, "300000")
        client = as_person(Role.SALES, user=ana)
        asked = ask(client)
        assert asked["detail_level"] == "coarse"
        hidden = ("base_currency", "uninsured", "recommendation", "signatures", "is_intact")
        assert {name: asked[name] for name in hidden} == dict.fromkeys(hidden)
        assert "300000" not in client.get(f"{REQUESTS}{asked['id']}/").content.decode()
        assert "300000" not in client.get(REQUESTS).content.decode()

    def test_what_they_see_is_the_same_whatever_is_insured(self, acme: Buyer, ana: User) -> None:
        client, seen = as_person(Role.SALES, user=ana), []
        for number, amount in enumerate(("0", "300000")):
            if amount != "0":
                insure(acme, amount)
            asked = ask(client)
            seen.append({**asked, "id": 0, "requested_at": ""})
            withdrawn = done(act(client, asked["id"], "withdraw"), "withdraw")
            assert (withdrawn["state"], number < 2) == ("withdrawn", True)
        assert seen[0] == seen[1]

    def test_buyers_of_others_do_not_exist(self, acme: Buyer, analyst: APIClient) -> None:
        asked = ask(analyst)
        ben = as_person(Role.SALES, user=User.objects.create(username="ben", role=Role.SALES))
        check_problem(send(ben, REQUESTS, body_of(kind="own")), 404, "buyer_not_found")
        check_problem(ben.get(f"{REQUESTS}{asked['id']}/"), 404, "request_unknown", ONE)
        check_problem(act(ben, asked["id"], "withdraw"), 404, "request_unknown")
        assert ben.get(REQUESTS).json()["results"] == []

    def test_they_sign_nothing(self, acme: Buyer, ana: User, analyst: APIClient) -> None:
        asked = ask(analyst)
        client = as_person(Role.SALES, user=ana)
        check_problem(act(client, asked["id"], "approve"), 403, "permission_denied")
        check_problem(act(client, asked["id"], "reject", {"comment": "no"}), 403, "permission_denied")
        assert not LimitDecision.objects.exists()


class TestSigning:
    def test_the_last_signature_stores_the_limit(
        self, acme: Buyer, analyst: APIClient, manager: APIClient, director: APIClient
    ) -> None:
        asked = ask(analyst, amount="2000000")
        first = act(manager, asked["id"], "approve", {"comment": "sound"})
        assert done(first, "approve")["signatures"]["given"] == 1
        assert first["ETag"] == '"2.0"'
        last = done(act(director, asked["id"], "approve", etag=first["ETag"]), "approve")
        assert (last["state"], [d["by"] for d in last["signatures"]["decisions"]]) == (
            "approved",
            ["person-credit_manager", "person-finance_director"],
        )
        limit = with_key().get(f"{LIMITS}?buyer=ACME&as_of={TODAY}").json()["results"][0]
        assert (limit["amount"], limit["request"]) == ("2000000.00", asked["id"])

    def test_a_signature_sent_twice_counts_once(self, acme: Buyer, analyst: APIClient, manager: APIClient) -> None:
        asked = ask(analyst, amount="2000000")
        answers = [act(manager, asked["id"], "approve", key="K1") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content
        assert LimitDecision.objects.count() == 1
        check_problem(act(manager, asked["id"], "approve", etag='"2.0"'), 403, "already_signed")

    def test_a_signature_on_an_older_version_is_refused(
        self, acme: Buyer, analyst: APIClient, manager: APIClient, director: APIClient
    ) -> None:
        asked = ask(analyst, amount="2000000")
        done(act(manager, asked["id"], "approve"), "approve")
        stale = act(director, asked["id"], "approve")
        body = check_problem(stale, 412, "request_changed")
        check_schema(stale, f"{ONE}approve/", "post")
        assert (body["field"], body["value"]) == ("If-Match", '"1.0"')
        assert body["fix"]

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_decision_names_the_version_it_is_about(
        self, acme: Buyer, analyst: APIClient, director: APIClient, verb: str
    ) -> None:
        asked, before = ask(analyst), everything()
        client = analyst if verb == "withdraw" else director
        body = {"comment": "no"} if verb == "reject" else None
        refusal = check_problem(act(client, asked["id"], verb, body, etag=""), 400, "if_match_missing")
        assert refusal["field"] == "If-Match"
        check_problem(act(client, asked["id"], verb, body, etag='"1"'), 400, "if_match_invalid")
        assert everything()[:2] == before[:2]

    def test_nobody_signs_what_they_asked_for(self, acme: Buyer, director: APIClient) -> None:
        asked = ask(director)
        check_problem(act(director, asked["id"], "approve"), 403, "own_request")
        assert not LimitDecision.objects.exists()

    def test_authority_has_its_bound(self, acme: Buyer, analyst: APIClient, manager: APIClient) -> None:
        asked = ask(analyst)
        check_problem(act(analyst, asked["id"], "approve"), 403, "permission_denied")
        check_problem(act(manager, asked["id"], "approve"), 403, "authority_exceeded")
        check_problem(act(manager, asked["id"], "reject", {"comment": "no"}), 403, "authority_exceeded")
        assert not LimitDecision.objects.exists()

    @pytest.mark.parametrize("verb", VERBS)
    def test_no_key_decides_whatever_its_scopes(self, acme: Buyer, analyst: APIClient, verb: str) -> None:
        asked, client = ask(analyst), with_key("read", "check", "intake")
        before = everything()
        check_problem(act(client, asked["id"], verb, {"comment": "x"}), 403, "permission_denied")
        check_problem(act(APIClient(), asked["id"], verb), 401, "not_authenticated")
        assert everything() == before

    def test_a_substitute_signs_in_the_name_of_whom_they_stand_in_for(
        self, acme: Buyer, analyst: APIClient, manager: APIClient
    ) -> None:
        max_ = User.objects.create(username="max", role=Role.MANAGER)
        person = User.objects.get(username="person-credit_manager")
        dora = User.objects.create(username="dora", role=Role.DIRECTOR)
        asked = ask(analyst, amount="50000")
        refused = check_problem(
            act(manager, asked["id"], "approve", {"acting_for": "max"}), 403, "substitute_not_in_force"
        )
        assert refused["field"] == "acting_for"
        last = TODAY + timedelta(days=5)
        days = {"starts_on": TODAY, "ends_on": last, "as_of": TODAY}
        name_substitute(user_id=max_.pk, deputy_id=person.pk, actor=dora, **days)
        signed = done(act(manager, asked["id"], "approve", {"acting_for": "max"}), "approve")
        assert signed["signatures"]["decisions"][0]["acting_for"] == "max"

    def test_a_refusal_needs_a_reason_and_ends_the_request(
        self, acme: Buyer, analyst: APIClient, manager: APIClient
    ) -> None:
        asked = ask(analyst, amount="50000")
        check_problem(act(manager, asked["id"], "reject"), 400, "field_missing")
        refused = done(act(manager, asked["id"], "reject", {"comment": "no accounts"}), "reject")
        assert (refused["state"], refused["signatures"]["decisions"][0]["comment"]) == ("rejected", "no accounts")
        again = act(manager, asked["id"], "approve", etag='"2.0"')
        check_problem(again, 409, "invalid_transition")
        check_problem(act(analyst, asked["id"], "withdraw", etag='"2.0"'), 409, "invalid_transition")

    def test_only_who_asked_takes_a_request_back(self, acme: Buyer, analyst: APIClient, manager: APIClient) -> None:
        asked = ask(analyst)
        check_problem(act(manager, asked["id"], "withdraw"), 404, "request_unknown")
        assert done(act(analyst, asked["id"], "withdraw"), "withdraw")["state"] == "withdrawn"

    def test_a_request_that_does_not_exist_is_unknown(self, director: APIClient) -> None:
        check_problem(director.get(f"{REQUESTS}99/"), 404, "request_unknown", ONE)
        for verb in ("approve", "withdraw"):
            check_problem(act(director, 99, verb), 404, "request_unknown")
