"""Home: what must I do today?"""

from datetime import date

import pytest

from tests.integration.api.world import AS_OF, World
from tests.integration.dashboard.conftest import SignIn, take_snapshot
from tests.integration.dashboard.reading import links_of, rows_of, text_of
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db


def test_tiles_show_value_change_and_rows(portfolio: World, as_person: SignIn) -> None:
    response = as_person().get("/")
    tiles = {str(tile.name): tile for tile in response.context["tiles"]}
    assert tiles["Receivables"].value == "3,500"
    assert tiles["Overdue"].value == "42.9 %"
    assert tiles["Overdue"].more == "1,500"
    assert tiles["Top 5 share"].value == "100.0"
    assert tiles["DSO"].more.startswith("best ")
    assert all(tile.tip.count("\n=") == 1 for tile in tiles.values())
    assert "/open-items/?overdue=1" in links_of(response)


def test_alerts_stand_with_owner_and_evidence(portfolio: World, as_person: SignIn) -> None:
    text = text_of(as_person().get("/"))
    assert "Group One" in text
    assert "1 material item overdue, the oldest for 37 days (threshold 30)." in text
    assert "nobody assigned" in text


def test_deadline_strip_shows_what_ends_at_buyers_that_owe(portfolio: World, as_person: SignIn) -> None:
    text = text_of(as_person().get("/"))
    assert "4 days left certificate ends: import licence Buyer ACME 1,000 USD · ana" in text


def test_countries_stand_with_exposure_and_lateness(portfolio: World, as_person: SignIn) -> None:
    rows = rows_of(as_person().get("/"), "t-countries")
    assert rows[0] == ["Germany", "not on the list", "2", "3,000", "1,000", "33.3 %"]


def test_new_buyer_that_grew_and_stopped_is_told_in_words(portfolio: World, as_person: SignIn) -> None:
    buyer = make_buyer("STOP", country="US")
    for month in range(5, 10):
        small = make_invoice(buyer, "1000", issued=f"2024-{month:02d}-01", due=f"2024-{month:02d}-28")
        pay(small, "1000", day=f"2024-{month:02d}-25")
    for month in range(5, 12):
        make_invoice(buyer, "90000", issued=f"2025-{month:02d}-01", due=f"2025-{month:02d}-28")
    take_snapshot(AS_OF)
    text = text_of(as_person().get("/"))
    assert "New customer: first invoice 2024-05." in text
    assert "Bought 630,000 in 12 months after 5,000 in the 12 before." in text
    assert "No money for 568 days." in text


def test_group_that_drifts_is_told_year_by_year(portfolio: World, as_person: SignIn) -> None:
    for year, late in ((2023, 5), (2024, 20), (2025, 60)):
        for month in (1, 2, 3):
            due = date(year, month + 3, 1)
            invoice = make_invoice(portfolio.acme, "500", issued=f"{year}-{month:02d}-01", due=due.isoformat())
            pay(invoice, "500", day=date.fromordinal(due.toordinal() + late).isoformat())
    take_snapshot(AS_OF)
    text = text_of(as_person().get("/"))
    assert (
        "Group One group 2 related companies. Customer since 2023. Median days late by year: 5 → 5 → 20 → 48." in text
    )
