"""The buyer page and the list of buyers."""

from datetime import UTC, date, datetime

import pytest

from buyers.models import AgencyRating, BuyerAlias, RiskEvent
from buyers.services import merges
from invoices.models import Order
from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn, take_snapshot
from tests.integration.dashboard.reading import csv_rows, rows_of, text_of
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db


def test_header_says_who_how_much_and_how_good(portfolio: World, as_person: SignIn) -> None:
    text = text_of(as_person().get("/buyers/ACME/"))
    for words in ("Buyer ACME", "Germany", "owner ana", "group Group One", "1,000 USD", "100.0 % · oldest 37 days"):
        assert words in text


def test_open_invoices_lead_to_the_invoice(portfolio: World, as_person: SignIn) -> None:
    rows = rows_of(as_person().get("/buyers/ACME/"), "t-open-invoices")
    assert rows == [
        [portfolio.late.number, "2026-02-01", "2026-03-10", "37", "USD", "1,000.00", "1,000.00", "0.00", "1,000"]
    ]


def test_payment_behaviour_counts_settled_and_late_invoices(portfolio: World, as_person: SignIn) -> None:
    assert "median 10 days late over 1 settled invoices · 0 % on time" in text_of(as_person().get("/buyers/ACME/"))


def test_score_stands_with_reasons_that_add_up(portfolio: World, as_person: SignIn) -> None:
    response = as_person().get("/buyers/ACME/?tab=score")
    explained, rows = response.context["explained"], response.context["rows"]
    for row in rows:
        assert row.value == 100 - sum(reason.points for reason in row.reasons)
    assert float(sum(row.gained for row in rows)) == pytest.approx(explained["score"], abs=0.01)
    text = text_of(response)
    assert "no agency rating on file" in text
    assert "material item more than 30 days past due: at best C" in text


def test_buyer_without_a_stored_score_is_scored_now(portfolio: World, as_person: SignIn) -> None:
    make_buyer("NEW")
    text = text_of(as_person().get("/buyers/NEW/?tab=score"))
    assert "this score was computed now and is not stored" in text


def test_timeline_puts_everything_in_order(portfolio: World, as_person: SignIn) -> None:
    RiskEvent.objects.create(buyer=portfolio.acme, kind="litigation", valid_from=date(2026, 4, 1), note="Sued")
    AgencyRating.objects.create(buyer=portfolio.acme, agency="S&P", grade="BB", points=50, valid_from=date(2026, 5, 1))
    text = text_of(as_person().get("/buyers/ACME/?tab=timeline"))
    assert "2026-04-01 event litigation · Sued" in text
    assert text.index("2026-04-01") < text.index("2026-02-10")
    assert "S&P" not in text  # not known on the as-of date


def test_credit_file_shows_what_ends_and_what_is_missing(portfolio: World, as_person: SignIn) -> None:
    text = text_of(as_person().get("/buyers/ACME/?tab=file"))
    assert "import licence X1 2026-04-20" in text
    assert "Sanctions screening never done" in text


def test_orders_and_disputes_are_listed(portfolio: World, as_person: SignIn) -> None:
    Order.objects.create(
        buyer=portfolio.blue, source="t", external_id="PO1", order_date=date(2026, 3, 1), currency="EUR", amount=400
    )
    response = as_person().get("/buyers/BLUE/?tab=trade")
    assert rows_of(response, "t-orders")[0][0] == "PO1"
    assert rows_of(response, "t-disputes")[0][1:5] == ["quality", "2026-04-12", "100.00", "100.00"]


def test_auditor_reads_the_audit_and_an_analyst_does_not(portfolio: World, as_person: SignIn) -> None:
    from core.domain.roles import Role

    assert "group membership changed" in text_of(as_person(Role.AUDITOR).get("/buyers/ACME/?tab=records"))
    assert "group membership changed" not in text_of(as_person().get("/buyers/ACME/?tab=records"))


def test_merged_record_leads_to_its_survivor_and_brings_its_items(portfolio: World, as_person: SignIn) -> None:
    twin = make_buyer("0ACME")
    make_invoice(twin, "70", issued="2026-04-01", due="2026-05-01")
    pair = merges.propose(duplicate_id=twin.pk, survivor_id=portfolio.acme.pk, reason="same")
    merges.merge(pair.pk, now=datetime(2026, 4, 16, tzinfo=UTC))
    client = as_person()
    assert client.get("/buyers/0ACME/")["Location"] == "/buyers/ACME/"
    assert "1,070 USD" in text_of(client.get("/buyers/ACME/"))
    assert client.get("/buyers/0ACME/?record=1").status_code == 200


@pytest.mark.parametrize("asked", ["acm", "ACME", "蓝", "Colour Works"])
def test_search_finds_code_name_chinese_and_alias(asked: str, portfolio: World, as_person: SignIn) -> None:
    BuyerAlias.objects.create(buyer=portfolio.cobalt, name="Colour Works Ltd", source="t")
    response = as_person().get("/buyers/", {"q": asked})
    expected = {"acm": "ACME", "ACME": "ACME", "蓝": "BLUE", "Colour Works": "COBALT"}[asked]
    assert response["Location"] == f"/buyers/{expected}/"  # one hit goes straight there


@pytest.mark.parametrize("asked", ["%", "_", "\\", "'; DROP TABLE buyers_buyer; --"])
def test_search_takes_special_characters_as_letters(asked: str, portfolio: World, as_person: SignIn) -> None:
    response = as_person().get("/buyers/", {"q": asked})
    assert response.status_code == 200
    assert "No buyer fits" in text_of(response)


def test_filters_narrow_the_list(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    for query, codes in (
        ("country=FR", ["BLUE"]),
        ("owner=ana", ["ACME", "COBALT"]),
        ("status=blocked", []),
        ("grade=A", []),
    ):
        rows = rows_of(client.get(f"/buyers/?{query}&sort=code"), "t-buyers")
        assert [row[0] for row in rows] == codes


def test_list_is_ordered_and_paged_by_the_database(portfolio: World, as_person: SignIn) -> None:
    for number in range(60):
        make_invoice(make_buyer(f"N{number:03d}"), "10", issued="2026-04-01", due="2026-05-01")
    from tests.integration.api.world import AS_OF

    take_snapshot(AS_OF)
    client = as_person()
    first = rows_of(client.get("/buyers/?sort=-code"), "t-buyers")
    second = rows_of(client.get("/buyers/?sort=-code&page=2"), "t-buyers")
    assert (len(first), first[0][0], len(second), second[-1][0]) == (50, "N059", 13, "ACME")
    assert rows_of(client.get("/buyers/?sort=-code&page=99"), "t-buyers") == second
    assert len(csv_rows(client.get("/buyers/?sort=-code&page=2&export=csv"))) == 1 + 63


def test_code_with_a_slash_has_a_page(portfolio: World, as_person: SignIn) -> None:
    make_buyer("A/B 7")
    assert as_person().get("/buyers/A/B%207/").status_code == 200
