"""Tables as files."""

from datetime import date
from decimal import Decimal

import pytest

from buyers.models import Buyer
from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import csv_rows, sheet_rows

pytestmark = pytest.mark.django_db


def test_csv_holds_bare_figures_under_the_headings_of_the_page(portfolio: World, as_person: SignIn) -> None:
    response = as_person().get("/open-items/?buyer=ACME&export=csv")
    assert response.streaming
    assert response["Content-Disposition"] == 'attachment; filename="duewatch-open-items.csv"'
    head, row = csv_rows(response)
    assert head[:4] == ["invoice", "buyer", "invoice date", "due"]
    assert row[:5] == [portfolio.late.number, "Buyer ACME", "2026-02-01", "2026-03-10", "37"]
    assert [Decimal(value) for value in row[-4:]] == [1000, 1000, 0, 1000]


def test_sheet_holds_numbers_and_dates(portfolio: World, as_person: SignIn) -> None:
    response = as_person().get("/open-items/?buyer=ACME&export=xlsx")
    head, row = sheet_rows(response)
    assert head[0] == "invoice"
    assert row[2].date() == date(2026, 2, 1)
    assert row[-1] == 1000


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_never_becomes_a_formula(start: str, portfolio: World, as_person: SignIn) -> None:
    name = f"{start}HYPERLINK(1)"
    Buyer.objects.filter(code="ACME").update(name=name)
    client = as_person()
    assert csv_rows(client.get("/open-items/?buyer=ACME&export=csv"))[1][1] == f"'{name}"
    assert sheet_rows(client.get("/open-items/?buyer=ACME&export=xlsx"))[1][1] == f"'{name}"


def test_file_follows_filter_order_and_table(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    lines = csv_rows(client.get("/open-items/?owner=ana&sort=-amount&export=csv"))
    assert [line[1] for line in lines[1:]] == ["Buyer ACME", *["Buyer COBALT"] * 4]
    trade = csv_rows(client.get("/buyers/BLUE/?tab=trade&export=csv&table=disputes"))
    assert trade[0][:2] == ["invoice", "reason"]


def test_headings_are_in_the_readers_language(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    assert csv_rows(client.get("/open-items/?export=csv"))[0][0] == "发票"
