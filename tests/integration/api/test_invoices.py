"""GET /api/v1/invoices/ and /invoices/{id}/."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from buyers.models import BuyerMerge
from buyers.services.merges import merge
from invoices.services.posting.issue import change_due_date
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.world import World
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db
URL, ONE = "/api/v1/invoices/", "/api/v1/invoices/{id}/"


def ask(client: Any = None, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ok((client or with_key()).get(URL, params), URL)["results"]
    return rows


def one(pk: int, client: Any = None, **params: Any) -> dict[str, Any]:
    return ok((client or with_key()).get(f"{URL}{pk}/", params), ONE)


def test_invoice_is_shown_as_of_today(world: World) -> None:
    (row,) = ask(currency="EUR")
    assert row == {
        "id": world.euro.pk,
        "source": "test",
        "external_id": world.euro.external_id,
        "number": world.euro.number,
        "buyer": "BLUE",
        "currency": "EUR",
        "amount": "400.00",
        "invoice_date": "2026-03-20",
        "due_date": "2026-04-10",
        "original_due_date": "2026-04-10",
        "terms": "open_account",
        "open_amount": "400.00",
        "disputed_amount": "100.00",
        "settled_on": None,
        "days_past_due": 6,
    }


def test_paid_invoice_is_settled_and_no_longer_late(world: World) -> None:
    (row,) = ask(state="settled")
    assert (row["open_amount"], row["settled_on"], row["days_past_due"]) == ("0.00", "2026-02-10", None)


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 7),
        ({"state": "open"}, 6),
        ({"state": "overdue"}, 2),
        ({"state": "overdue", "as_of": "2026-02-05"}, 1),
        ({"state": "disputed"}, 1),
        ({"state": "disputed", "as_of": "2026-04-11"}, 0),
        ({"buyer": "COBALT"}, 4),
        ({"buyer": "ACME", "state": "open"}, 1),
        ({"currency": "USD", "issued_from": "2026-02-01", "issued_to": "2026-02-28"}, 1),
        ({"due_from": "2026-05-01"}, 4),
        ({"due_to": "2026-01-31"}, 1),
        ({"source": "test"}, 7),
        ({"source": "other"}, 0),
        ({"as_of": "2026-01-01"}, 1),
        ({"known_at": "2020-01-01T00:00:00+08:00"}, 0),
    ],
)
def test_filters_restrict(world: World, params: dict[str, str], count: int) -> None:
    assert len(ask(**params)) == count


def test_number_is_searched_by_a_part(world: World) -> None:
    assert [row["id"] for row in ask(q=world.late.number[4:])] == [world.late.pk]


def test_pages_hold_every_invoice_once(world: World) -> None:
    client, found = with_key(), []
    url: str | None = f"{URL}?page_size=3&as_of=2026-04-16"
    while url:
        body = client.get(url).json()
        found += [row["id"] for row in body["results"]]
        url = body["next"]
    assert found == sorted(set(found))
    assert len(found) == 7


def test_history_of_an_invoice_shows_every_entry(world: World) -> None:
    paid = ask(state="settled")[0]["id"]
    issue, receipt = one(paid)["entries"]
    assert (issue["kind"], issue["amount"], issue["effective_date"], issue["receipt"]) == (
        "issue",
        "250.00",
        "2026-01-01",
        None,
    )
    assert (receipt["kind"], receipt["amount"], receipt["effective_date"]) == ("receipt", "-250.00", "2026-02-10")
    assert receipt["receipt"].startswith("RCPT-")


def test_history_ends_on_the_day_asked_for(world: World) -> None:
    paid = ask(state="settled")[0]["id"]
    body = one(paid, as_of="2026-02-09")
    assert [entry["kind"] for entry in body["entries"]] == ["issue"]
    assert (body["open_amount"], body["days_past_due"]) == ("250.00", 9)


def test_disputes_and_due_dates_are_versions(world: World) -> None:
    change_due_date(world.euro.pk, due_date=date(2026, 5, 1), valid_from=date(2026, 4, 13), reason="agreed")
    body = one(world.euro.pk)
    assert [(row["key"], row["amount"], row["reason"]) for row in body["disputes"]] == [("D1", "100.00", "quality")]
    assert [(row["due_date"], row["reason"]) for row in body["due_dates"]] == [("2026-05-01", "agreed")]
    assert (body["due_date"], body["original_due_date"], body["days_past_due"]) == ("2026-05-01", "2026-04-10", -15)
    assert one(world.euro.pk, as_of="2026-04-12")["due_date"] == "2026-04-10"


def test_invoice_of_a_merged_record_is_read_under_the_survivor(world: World) -> None:
    pair = BuyerMerge.objects.create(duplicate=world.cobalt, survivor=world.acme, reason="test")
    merge(pair.pk, actor=None, now=timezone.now())
    assert {row["buyer"] for row in ask(buyer="ACME")} == {"ACME"}
    assert len(ask(buyer="ACME")) == 6


def test_amounts_have_the_minor_digits_of_their_currency(world: World) -> None:
    yen = make_invoice(world.acme, "5000", currency="JPY", issued="2026-04-01", due="2026-05-01")
    dinar = make_invoice(world.acme, "1.234", currency="KWD", issued="2026-04-01", due="2026-05-01")
    assert one(yen.pk)["amount"] == "5000"
    assert one(dinar.pk)["entries"][0]["amount"] == "1.234"


def test_sales_see_invoices_of_their_own_buyers_only(world: World) -> None:
    client = as_person("sales", user=world.ben)
    assert {row["buyer"] for row in ask(client)} == {"BLUE"}
    check_problem(client.get(f"{URL}{world.late.pk}/"), 404, "invoice_not_found", ONE)
    check_problem(client.get(URL, {"buyer": "ACME"}), 404, "buyer_not_found", URL)


def test_missing_invoice_is_named(world: World) -> None:
    body = check_problem(with_key().get(f"{URL}999999/"), 404, "invoice_not_found", ONE)
    assert (body["field"], body["value"]) == ("invoice", "999999")


def test_invoice_of_the_future_of_a_past_day_does_not_exist(world: World) -> None:
    check_problem(with_key().get(f"{URL}{world.euro.pk}/?as_of=2026-03-19"), 404, "invoice_not_found", ONE)


def test_id_that_is_no_number_is_not_found(world: World) -> None:
    check_problem(with_key().get(f"{URL}INV-1/"), 404, "not_found")


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"state": "late"}, "parameter_invalid", "state"),
        ({"issued_from": "yesterday"}, "parameter_invalid", "issued_from"),
        ({"due_to": "2026-13-01"}, "parameter_invalid", "due_to"),
        ({"currency": "US"}, "currency_unknown", "currency"),
        ({"as_of": "2026-04-17"}, "date_in_future", "as_of"),
        ({"overdue": "1"}, "parameter_unknown", "overdue"),
    ],
)
def test_bad_parameter_is_named(world: World, params: dict[str, str], code: str, field: str) -> None:
    assert check_problem(with_key().get(URL, params), 400, code, URL)["field"] == field
