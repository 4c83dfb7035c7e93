"""The aging page: pivots, totals, control, drill-down."""

from datetime import date

import pytest

from buyers.models import BuyerGroup
from buyers.services.memberships import set_group_membership
from core.models import ExchangeRate
from invoices.models import ControlBalance
from tests.integration.api.world import AS_OF, World
from tests.integration.dashboard.conftest import SignIn, take_snapshot
from tests.integration.dashboard.reading import csv_rows, links_of, rows_of, text_of
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db


def line_of(rows: list[list[str]], name: str) -> list[str]:
    return next(row for row in rows if row[0].startswith(name))


def test_buyers_stand_by_size_with_their_buckets(portfolio: World, as_person: SignIn) -> None:
    rows = rows_of(as_person().get("/aging/"), "t-aging")
    assert [row[0] for row in rows] == ["Buyer COBALT", "Buyer ACME", "Buyer BLUE 蓝色"]
    # items, not due, 1-30, 31-60, 61-90, 91-120, over 120, open, disputed, unapplied, net, oldest
    assert line_of(rows, "Buyer ACME")[1:] == ["1", "0", "0", "1,000", "0", "0", "0", "1,000", "0", "0", "1,000", "37"]
    assert line_of(rows, "Buyer BLUE")[8:] == ["500", "125", "100", "400", "6"]


def test_group_of_the_date_counts_not_the_group_of_today(portfolio: World, as_person: SignIn) -> None:
    other = BuyerGroup.objects.create(code="G2", name="Group Two")
    set_group_membership(portfolio.acme.pk, group=other, valid_from=date(2026, 5, 1))
    rows = rows_of(as_person().get("/aging/?group=group"), "t-aging")
    assert line_of(rows, "Group One")[1] == "2"
    assert line_of(rows, "without group")[1] == "1"


def test_document_currency_shows_a_line_for_each_currency(portfolio: World, as_person: SignIn) -> None:
    rows = rows_of(as_person().get("/aging/?group=currency&in=document"), "t-aging")
    assert {row[0]: row[9] for row in rows} == {"USD": "3,000", "EUR": "400"}


def test_age_counts_from_the_invoice_date_if_asked(portfolio: World, as_person: SignIn) -> None:
    rows = rows_of(as_person().get("/aging/?by=invoice"), "t-aging")
    assert line_of(rows, "Buyer ACME")[1:7] == ["1", "0", "0", "1,000", "0", "0"]


def test_total_equals_the_lines_and_the_ledger(portfolio: World, as_person: SignIn) -> None:
    text = text_of(as_person().get("/aging/"))
    assert "3,500 125 100 3,400" in text
    assert "EUR 320.00 320.00 agrees" in text
    assert "USD 3,000.00 3,000.00 agrees" in text


def test_ledger_that_does_not_agree_is_said_aloud(portfolio: World, as_person: SignIn) -> None:
    ControlBalance.objects.filter(currency="EUR").update(receivable=500)
    ExchangeRate.objects.create(currency="USD", rate_date="2026-04-16", per_eur="1.25", source="later")
    from core.services.counters import LEDGER, bump

    bump(LEDGER)
    take_snapshot(AS_OF)
    assert "differs by 100.00" in text_of(as_person().get("/aging/"))
    assert "Aging and ledger do not agree" in text_of(as_person().get("/"))


def test_every_amount_opens_its_rows(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    link = next(link for link in links_of(client.get("/aging/")) if "buyer=ACME" in link and "bucket=2" in link)
    rows = rows_of(client.get(link), "t-open-items")
    assert [row[0] for row in rows] == [portfolio.late.number]


@pytest.mark.parametrize("place", range(6))
def test_bucket_of_the_pivot_equals_its_rows(place: int, portfolio: World, as_person: SignIn) -> None:
    for days in (0, 1, 30, 31, 60, 61, 90, 91, 120, 121):
        due = date.fromordinal(AS_OF.toordinal() - days)
        make_invoice(portfolio.cobalt, str(100 + days), issued="2025-11-01", due=due.isoformat())
    take_snapshot(AS_OF)
    client = as_person()
    pivot = csv_rows(client.get("/aging/?export=csv"))
    total = sum(float(line[2 + place]) for line in pivot[1:])
    items = csv_rows(client.get(f"/open-items/?bucket={place}&export=csv"))
    assert sum(float(line[-1]) for line in items[1:]) == pytest.approx(total)


def test_items_without_a_rate_are_listed_not_counted(portfolio: World, as_person: SignIn) -> None:
    make_invoice(portfolio.cobalt, "5000", currency="RUB", issued="2026-04-01", due="2026-04-30")
    take_snapshot(AS_OF)
    client = as_person()
    text = text_of(client.get("/aging/"))
    assert "1 item has no usable exchange rate and is not in the amounts." in text
    assert "3,500 125 100 3,400" in text
    assert "5,000.00" in text_of(client.get("/open-items/?unconverted=1"))
    assert "Totals are incomplete. No usable exchange rate for 5,000.00 RUB" in text_of(client.get("/"))
