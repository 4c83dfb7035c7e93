"""Sales see their own buyers and nothing of the others: pages, totals, groups, search, exports."""

import pytest
from django.test import Client

from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import body_of, csv_rows, rows_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(portfolio: World, as_person: SignIn) -> Client:
    """Owns ACME and COBALT; BLUE is Ben's."""
    return as_person(username="ana")


def test_list_of_buyers_holds_own_buyers_only(ana: Client) -> None:
    codes = [row[0] for row in rows_of(ana.get("/buyers/"), "t-buyers")]
    assert sorted(codes) == ["ACME", "COBALT"]


def test_search_does_not_find_other_buyers(ana: Client) -> None:
    assert "BLUE" not in text_of(ana.get("/buyers/?q=BLUE")).replace("q=BLUE", "")


@pytest.mark.parametrize("path", ["/buyers/BLUE/", "/buyers/BLUE/?tab=score", "/buyers/BLUE/?export=csv"])
def test_other_buyers_do_not_exist(path: str, ana: Client) -> None:
    assert ana.get(path).status_code == 404


def test_invoice_of_another_buyer_does_not_exist(ana: Client, portfolio: World) -> None:
    assert ana.get(f"/invoices/{portfolio.euro.pk}/").status_code == 404
    assert ana.get(f"/invoices/{portfolio.late.pk}/").status_code == 200


def test_group_shows_the_rest_as_one_sum(ana: Client) -> None:
    text = text_of(ana.get("/groups/G1/"))
    assert "ACME" in text
    assert "BLUE" not in text
    assert "1 further entity outside what you may see: open 500, overdue 500 USD" in text


def test_aging_adds_up_own_buyers_only(ana: Client) -> None:
    lines = csv_rows(ana.get("/aging/?export=csv"))
    opened = lines[0].index("open")
    assert sum(float(line[opened]) for line in lines[1:]) == 3000
    assert "Control total" not in text_of(ana.get("/aging/"))


def test_home_tells_nothing_of_the_portfolio(ana: Client) -> None:
    text = text_of(ana.get("/"))
    assert "My buyers today" in text
    assert "3,000 USD" in text
    for word in ("DSO", "HHI", "Top 5", "BLUE", "France"):
        assert word not in text


def test_figures_of_the_portfolio_are_refused(ana: Client) -> None:
    assert ana.get("/figures/").status_code == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_hold_own_rows_only(kind: str, ana: Client) -> None:
    for path in ("/open-items/", "/buyers/", "/aging/", "/"):
        assert b"BLUE" not in body_of(ana.get(f"{path}?export={kind}"))


def test_unowned_group_does_not_exist(portfolio: World, as_person: SignIn) -> None:
    from core.models import User

    User.objects.create(username="cid", role="sales")
    assert as_person(username="cid").get("/groups/G1/").status_code == 404
