"""The same rungs for every page: who may open it, how, and at what cost."""

import pytest
from django.test import Client

from core.domain.roles import Role
from invoices.models import Invoice
from tests.budgets import query_budget
from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import inline_code_of

pytestmark = pytest.mark.django_db

PAGES = {
    "home": "/",
    "figures": "/figures/",
    "aging": "/aging/",
    "aging by group": "/aging/?group=group&by=invoice&in=document",
    "buyers": "/buyers/",
    "buyer": "/buyers/ACME/",
    "buyer score": "/buyers/ACME/?tab=score",
    "buyer trade": "/buyers/ACME/?tab=trade",
    "buyer timeline": "/buyers/ACME/?tab=timeline",
    "buyer file": "/buyers/ACME/?tab=file",
    "buyer records": "/buyers/ACME/?tab=records",
    "group": "/groups/G1/",
    "open items": "/open-items/",
    "invoice": "/invoices/{invoice}/",
    "glossary": "/glossary/",
}
every_page = pytest.mark.parametrize("name", PAGES)
READERS = (Role.ANALYST, Role.MANAGER, Role.DIRECTOR, Role.AUDITOR)


@pytest.fixture
def address(portfolio: World, name: str) -> str:
    """An address that shows something."""
    return PAGES[name].format(invoice=portfolio.late.pk)


@every_page
@pytest.mark.parametrize("role", READERS)
def test_roles_of_the_portfolio_open_every_page(address: str, role: Role, as_person: SignIn) -> None:
    assert as_person(role).get(address).status_code == 200


@every_page
def test_page_keeps_its_query_budget(name: str, address: str, as_person: SignIn) -> None:
    client = as_person()
    client.get(address)  # content types and the like are read once a process
    with query_budget(f"page {name}"):
        assert client.get(address).status_code == 200


@every_page
def test_anonymous_reader_is_sent_to_sign_in(address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@every_page
def test_page_has_no_inline_style_or_script(address: str, as_person: SignIn) -> None:
    response = as_person().get(address)
    assert inline_code_of(response) == []
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@every_page
def test_page_cannot_be_posted_to(address: str, as_person: SignIn) -> None:
    before = Invoice.objects.count()
    assert as_person().post(address).status_code == 405
    assert Invoice.objects.count() == before


def test_words_are_explained_to_everybody(portfolio: World, as_person: SignIn) -> None:
    assert as_person(Role.ADMINISTRATOR).get("/glossary/").status_code == 200


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {"home", "glossary"}])
def test_administrator_sees_no_buyer(address: str, as_person: SignIn) -> None:
    response = as_person(Role.ADMINISTRATOR).get(address)
    assert response.status_code == 403
    assert "Your role may not do this" in response.content.decode()


def test_administrator_finds_their_work_instead_of_home(portfolio: World, as_person: SignIn) -> None:
    response = as_person(Role.ADMINISTRATOR).get("/")
    assert response.status_code == 302
    assert response["Location"] == "/administration/"


@pytest.mark.parametrize("path", ["/buyers/NOBODY/", "/groups/NONE/", "/invoices/999999/", "/no/such/page/"])
def test_unknown_things_are_not_found_and_say_what_to_do(path: str, portfolio: World, as_person: SignIn) -> None:
    response = as_person().get(path)
    assert response.status_code == 404
    assert "search for the buyer" in response.content.decode().lower()


@pytest.mark.parametrize(
    "path",
    [
        "/aging/?group=planet",
        "/aging/?by=moon",
        "/aging/?in=gold",
        "/aging/?export=pdf",
        "/open-items/?bucket=9",
        "/open-items/?bucket=x",
        "/buyers/ACME/?tab=secret",
        "/?as_of=yesterday",
        "/?as_of=2026-13-01",
        "/?as_of=2100-01-01",
        "/?base=XXX",
    ],
)
def test_bad_parameters_are_refused_with_the_field(path: str, portfolio: World, as_person: SignIn) -> None:
    response = as_person().get(path)
    assert response.status_code == 422
    assert "Field" in response.content.decode()
