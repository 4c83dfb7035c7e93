"""GET /api/v1/aging/: figures, scope, pages."""

from decimal import Decimal
from typing import Any

import pytest

from core.access.scope import scope_of
from invoices.domain.kinds import AgingBasis
from invoices.queries.aging import AgingQuestion, get_aging
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.world import AS_OF, World
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db
URL = "/api/v1/aging/"


def ask(client: Any = None, **params: Any) -> dict[str, Any]:
    return ok((client or with_key()).get(URL, params), URL)


def buckets(body: dict[str, Any]) -> dict[str, str]:
    return {bucket["label"]: bucket["amount"] for bucket in body["buckets"] if bucket["items"]}


def test_portfolio_is_shown_in_base_currency_and_agrees_with_the_ledger(world: World) -> None:
    body = ask()
    assert (body["as_of"], body["by"], body["currency"]) == ("2026-04-16", "due", "USD")
    assert (body["items"], body["buyers"], body["amount"]) == (6, 3, "3500.00")
    assert buckets(body) == {"not due": "2000.00", "1-30": "500.00", "31-60": "1000.00"}
    assert (body["disputed"], body["unapplied_cash"], body["oldest_days_past_due"]) == ("125.00", "100.00", 37)
    assert body["control"] == {"currency": "USD", "ledger": "3400.00", "aging": "3400.00", "ok": True}
    assert body["rates"] == [{"currency": "EUR", "rate": "1.25000000", "rate_date": "2026-04-15", "age_days": 1}]
    assert body["lines"] is None


def test_one_currency_is_shown_in_that_currency(world: World) -> None:
    body = ask(currency="EUR")
    assert (body["currency"], body["amount"], body["unapplied_cash"]) == ("EUR", "400.00", "80.00")


def test_another_base_currency_is_used_where_asked(world: World) -> None:
    assert (ask(base="EUR")["currency"], ask(base="EUR")["amount"]) == ("EUR", "2800.00")


def test_past_day_shows_what_was_open_then(world: World) -> None:
    body = ask(as_of="2026-02-05")
    assert (body["items"], body["amount"]) == (2, "1250.00")
    assert buckets(body) == {"not due": "1000.00", "1-30": "250.00"}


def test_what_was_learned_later_is_left_out_on_request(world: World) -> None:
    assert ask(known_at="2020-01-01T00:00:00Z")["items"] == 0


def test_by_invoice_date_counts_from_the_invoice(world: World) -> None:
    assert buckets(ask(by="invoice")) == {"0-30": "2500.00", "61-90": "1000.00"}


def test_buyer_is_asked_for_by_code(world: World) -> None:
    assert ask(buyer="ACME")["amount"] == "1000.00"


def test_amount_without_a_usable_rate_is_listed_and_the_total_marked(world: World) -> None:
    make_invoice(world.blue, "5000", currency="RUB", issued="2026-04-01", due="2026-05-01")
    body = ask(group_by="buyer")
    assert body["unconverted"] == [{"currency": "RUB", "amount": "5000.00"}]
    assert (body["is_complete"], body["amount"]) == (False, "3500.00")
    assert {line["code"]: line["unconverted_items"] for line in body["lines"]} == {"ACME": 0, "BLUE": 1, "COBALT": 0}


@pytest.mark.parametrize(
    ("group_by", "amounts"),
    [
        ("buyer", {"COBALT": "2000.00", "ACME": "1000.00", "BLUE": "500.00"}),
        ("group", {None: "2000.00", "G1": "1500.00"}),
        ("country", {"DE": "3000.00", "FR": "500.00"}),
        ("currency", {"USD": "3000.00", "EUR": "500.00"}),
        ("owner", {"ana": "3000.00", "ben": "500.00"}),
    ],
)
def test_pivot_adds_up_to_the_report(world: World, group_by: str, amounts: dict[str, str]) -> None:
    body = ask(group_by=group_by)
    assert {line["code"]: line["open_amount"] for line in body["lines"]} == amounts
    columns = zip(*(line["buckets"] for line in body["lines"]), strict=True)
    assert [sum(map(Decimal, column)) for column in columns] == [Decimal(b["amount"]) for b in body["buckets"]]


def test_lines_of_one_currency_stay_in_it(world: World) -> None:
    (line,) = ask(group_by="buyer", currency="EUR")["lines"]
    assert (line["code"], line["currency"], line["open_amount"], line["disputed"]) == (
        "BLUE",
        "EUR",
        "400.00",
        "100.00",
    )


def test_pages_of_lines_hold_every_line_once(world: World) -> None:
    client, codes = with_key(), []
    url: str | None = f"{URL}?group_by=buyer&page_size=2"
    while url:
        body = client.get(url).json()
        codes += [line["code"] for line in body["lines"]]
        url = body["next"]
    assert codes == ["COBALT", "ACME", "BLUE"]


def test_page_of_a_ledger_that_has_moved_is_refused(world: World) -> None:
    client = with_key()
    following = client.get(URL, {"group_by": "buyer", "page_size": 2}).json()["next"]
    make_invoice(world.acme, "9", issued="2026-04-01", due="2026-05-01")
    check_problem(client.get(following), 409, "cursor_outdated", URL)


@pytest.mark.parametrize("cursor", ["nonsense", "WzEsMiwzXQ==", "Wy0xLCAxXQ==", "e30=", "WyJhIiwgMV0="])
def test_cursor_that_was_not_issued_is_refused(world: World, cursor: str) -> None:
    response = with_key().get(URL, {"group_by": "buyer", "cursor": cursor})
    check_problem(response, 400, "cursor_invalid", URL)


def test_sales_see_their_own_part_of_everything(world: World) -> None:
    body = ask(as_person("sales", user=world.ben), group_by="buyer")
    assert [line["code"] for line in body["lines"]] == ["BLUE"]
    assert (body["buyers"], body["currency"], body["amount"]) == (1, "EUR", "400.00")
    assert [row["currency"] for row in body["controls"]] == ["EUR"]
    assert "ACME" not in str(body)


def test_sales_cannot_ask_for_a_buyer_of_others(world: World) -> None:
    response = as_person("sales", user=world.ben).get(URL, {"buyer": "ACME"})
    body = check_problem(response, 404, "buyer_not_found", URL)
    assert body["field"] == "buyer"


def test_report_is_the_one_of_the_query(world: World) -> None:
    report = get_aging(AgingQuestion(AS_OF, AgingBasis.DUE, scope=scope_of(world.ana)))
    assert ask(as_person("sales", user=world.ana))["amount"] == f"{report.amount:.2f}"


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"as_of": "2026-04-17"}, "date_in_future", "as_of"),
        ({"as_of": "16.4.2026"}, "parameter_invalid", "as_of"),
        ({"known_at": "yesterday"}, "parameter_invalid", "known_at"),
        ({"by": "age"}, "parameter_invalid", "by"),
        ({"group_by": "city"}, "parameter_invalid", "group_by"),
        ({"currency": "EURO"}, "currency_unknown", "currency"),
        ({"currency": "XYQ"}, "currency_unknown", "currency"),
        ({"base": "usd"}, "currency_unknown", "base"),
        ({"page_size": "0"}, "page_size_invalid", "page_size"),
        ({"asof": "2026-01-01"}, "parameter_unknown", "asof"),
    ],
)
def test_bad_parameter_is_named(world: World, params: dict[str, str], code: str, field: str) -> None:
    assert check_problem(with_key().get(URL, params), 400, code, URL)["field"] == field


def test_base_currency_without_rates_converts_nothing_and_says_so(world: World) -> None:
    body = ask(base="KWD")
    assert (body["is_complete"], body["amount"], body["currency"]) == (False, "0.000", "KWD")
    assert {row["currency"]: row["amount"] for row in body["unconverted"]} == {"EUR": "400.00", "USD": "3000.00"}
