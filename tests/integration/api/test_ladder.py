"""The same rungs for every endpoint: who may ask, how, and at what cost."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from core.domain.roles import Role
from core.models import AuditEvent, User
from invoices.models import Entry
from scoring.models import Score
from scoring.services.scores import score_buyers
from tests.budgets import query_budget
from tests.integration.api.ladder import as_person, check_problem, check_schema, document, with_key
from tests.integration.api.world import LATER, World

pytestmark = pytest.mark.django_db
PATHS = {
    "/api/v1/aging/": "/api/v1/aging/?group_by=buyer",
    "/api/v1/alerts/": "/api/v1/alerts/",
    "/api/v1/buyers/": "/api/v1/buyers/",
    "/api/v1/buyers/{code}/": "/api/v1/buyers/ACME/",
    "/api/v1/invoices/": "/api/v1/invoices/?state=open",
    "/api/v1/invoices/{id}/": "/api/v1/invoices/{invoice}/",
    "/api/v1/scores/": "/api/v1/scores/",
    "/api/v1/scores/{id}/": "/api/v1/scores/{score}/",
}
# Orders and limits have other callers and methods: their rungs are in test_order_checks*.py, test_exposures.py,
# test_reports.py, test_limits.py.
ORDERS = {
    "/api/v1/credit-limits/",
    "/api/v1/limit-requests/",
    "/api/v1/limit-requests/{id}/",
    *(f"/api/v1/limit-requests/{{id}}/{verb}/" for verb in ("approve", "reject", "withdraw")),
    "/api/v1/order-checks/",
    "/api/v1/order-checks/{id}/",
    *(f"/api/v1/order-checks/{{id}}/{verb}/" for verb in ("release", "reject", "cancel", "recheck")),
    "/api/v1/exposures/{buyer}/",
    "/api/v1/receipts/",
    "/api/v1/orders/{source}/{external_id}/shipments/{shipment}/",
}
# What systems send: their rungs are in test_invoice_bulk.py, test_bulk_bad_input.py and test_put_*.py.
INTAKE = {
    "/api/v1/invoices/bulk/",
    "/api/v1/invoices/{source}/{external_id}/",
    "/api/v1/buyers/bulk/",
    "/api/v1/buyers/{source}/{external_id}/",
    "/api/v1/receipts/bulk/",
    "/api/v1/receipts/{source}/{external_id}/",
    "/api/v1/credit-notes/bulk/",
    "/api/v1/credit-notes/{source}/{external_id}/",
    "/api/v1/disputes/bulk/",
    "/api/v1/disputes/{source}/{external_id}/",
    "/api/v1/documents/",
    "/api/v1/documents/{id}/",
    "/api/v1/documents/{id}/file/",
    "/api/v1/documents/{id}/attachments/{position}/",
    *(
        f"/api/v1/{kind}/{rest}"
        for kind in ("write-offs", "groups", "ratings", "financial-statements", "buyer-events")
        for rest in ("bulk/", "{source}/{external_id}/")
    ),
    "/api/v1/shipments/bulk/",
    "/api/v1/orders/bulk/",
    "/api/v1/orders/{source}/{external_id}/",
    "/api/v1/rates/bulk/",
    "/api/v1/rates/{source}/{currency}/{rate_date}/",
    "/api/v1/suspense/",
    "/api/v1/bulks/{id}/",
    "/api/v1/bulks/{id}/records/",
}
# What administrators do: their rungs are in test_subscriptions.py.
ADMINISTRATION = {
    "/api/v1/subscriptions/",
    "/api/v1/subscriptions/{id}/",
    *(f"/api/v1/subscriptions/{{id}}/{verb}/" for verb in ("pause", "resume", "test", "rotate", "replay")),
    "/api/v1/subscriptions/{id}/deliveries/",
    "/api/v1/subscriptions/{id}/deliveries/{delivery}/replay/",
}
every_endpoint = pytest.mark.parametrize("path", PATHS)


@pytest.fixture(autouse=True)
def _scored(world: World) -> World:
    ids = [world.acme.pk, world.blue.pk]
    score_buyers(buyer_ids=ids, as_of=date(2026, 4, 15), known_at=LATER, with_evidence="all")
    return world


@pytest.fixture
def address(world: World, path: str) -> str:
    """An address that is answered."""
    return PATHS[path].format(invoice=world.late.pk, score=Score.objects.filter(buyer=world.acme).get().pk)


def counts() -> tuple[int, ...]:
    return User.objects.count(), Entry.objects.count(), AuditEvent.objects.count(), Score.objects.count()


def test_every_documented_path_has_its_rungs() -> None:
    assert set(document()["paths"]) == set(PATHS) | ORDERS | INTAKE | ADMINISTRATION


@every_endpoint
def test_key_that_may_read_is_answered_as_documented(path: str, address: str) -> None:
    response = with_key().get(address)
    assert response.status_code == 200
    check_schema(response, path)


@every_endpoint
def test_roles_of_the_portfolio_read_everything(path: str, address: str) -> None:
    everything = with_key().get(address).json()
    for role in (Role.ANALYST, Role.MANAGER, Role.DIRECTOR, Role.AUDITOR):
        assert as_person(role).get(address).json() == everything, role


@every_endpoint
def test_nothing_can_be_written(path: str, address: str) -> None:
    client, before = with_key(), counts()
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)(address, {"name": "x"}, format="json")
        check_problem(response, 405, "method_not_allowed")
    assert counts() == before


@every_endpoint
def test_stranger_is_asked_for_a_key(path: str, address: str) -> None:
    check_problem(APIClient().get(address), 401, "not_authenticated", path)


@every_endpoint
def test_administrator_sees_no_portfolio(path: str, address: str) -> None:
    client = as_person("administrator")
    User.objects.filter(role="administrator").update(is_superuser=True)
    check_problem(client.get(address), 403, "permission_denied", path)


@every_endpoint
def test_key_for_other_work_reads_nothing(path: str, address: str) -> None:
    check_problem(with_key("intake", "check").get(address), 403, "permission_denied", path)


@every_endpoint
def test_sales_of_others_learn_nothing(world: World, path: str, address: str) -> None:
    response = as_person("sales", user=world.ben).get(address)
    assert response.status_code == (404 if "{" in path else 200)
    text = response.content.decode().replace("/api/v1/buyers/ACME/", "").replace("'ACME'", "").replace('"ACME"', "")
    assert "ACME" not in text
    assert world.late.number not in text


@every_endpoint
def test_unknown_parameter_is_refused(path: str, address: str) -> None:
    joined = f"{address}{'&' if '?' in address else '?'}colour=red"
    body = check_problem(with_key().get(joined), 400, "parameter_unknown", path)
    assert body["field"] == "colour"


@every_endpoint
def test_only_json_is_offered(path: str, address: str) -> None:
    check_problem(with_key().get(address, HTTP_ACCEPT="application/xml"), 406, "not_acceptable", path)


@every_endpoint
def test_head_is_answered_without_a_body(path: str, address: str) -> None:
    response = with_key().head(address)
    assert (response.status_code, response.content) == (200, b"")


@every_endpoint
def test_query_budget_is_kept(path: str, address: str) -> None:
    client = with_key()
    client.get(address)  # notes the use of the key, once a minute
    with query_budget(f"GET {path}"):
        assert client.get(address).status_code == 200
