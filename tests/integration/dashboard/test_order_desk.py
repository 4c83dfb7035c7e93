"""Order desk: the answer at once, what sales may see of it, and a check for real."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import User
from credit.models import OrderCheck, Reservation
from tests.integration.credit.asking import insure
from tests.integration.credit.builders import TODAY, make_limit
from tests.integration.dashboard.credit_world import CreditWorld, make_credit_world
from tests.integration.dashboard.desk import SIGNED_IN, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import inline_code_of, rows_of
from tests.integration.dashboard.reading import text_of as words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DESK = "/orders/"


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGNED_IN)
    return client


def asked(**changes: Any) -> dict[str, Any]:
    given = {
        "buyer": "ACME",
        "amount": "80000",
        "currency": "USD",
        "terms": "open_account",
        "terms_days": "60",
        "deposit_percent": "0",
        "ship_date": (TODAY + timedelta(days=20)).isoformat(),
        "checkpoint": "order",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def what_if(client: Client, **changes: Any) -> Any:
    return client.post(DESK, asked(**changes), HTTP_HX_REQUEST="true")


def test_golden_order_is_refused_with_every_way_out(world: CreditWorld) -> None:
    page = words_of(what_if(sign_in("credit_analyst"), order=world.new.pk))
    assert "may not go" in page
    for words in (
        "540,000.00 USD",
        "660,000.00 USD",
        "Bring the use down by 40,000.00 USD",
        "The buyer pays 40,000.00 USD now.",
        "A deposit of 50 % is received: 40,000.00 USD.",
        "A temporary limit of 540,000.00 USD",
        "A confirmed letter of credit",
        f"The order ships on {(TODAY + timedelta(days=61)).isoformat()} or later",
    ):
        assert words in page, words


def test_deposit_that_is_assumed_received_lowers_the_use(world: CreditWorld) -> None:
    page = words_of(what_if(sign_in("credit_analyst"), order=world.new.pk, deposit_percent="30", is_received="on"))
    assert "516,000.00 USD" in page
    assert "Bring the use down by 16,000.00 USD" in page


def test_what_if_stores_its_answer_and_nothing_else(world: CreditWorld) -> None:
    before = Reservation.objects.count()
    what_if(sign_in("credit_analyst"))
    assert OrderCheck.objects.latest("id").is_dry_run
    assert Reservation.objects.count() == before


def test_every_rule_is_listed_with_what_stops_first(world: CreditWorld) -> None:
    rows = rows_of(what_if(sign_in("credit_manager")), "answer")
    rules = [row for row in rows if len(row) == 6]
    assert len(rules) == 19
    assert rules[0][1] == "stops"


def test_bar_shows_own_group_and_insured_limit_to_finance(world: CreditWorld) -> None:
    page = words_of(what_if(sign_in("finance_director"), order=world.new.pk))
    for words in ("limit of the buyer", "limit of the group", "insured limit", "exceeded: (40,000)", "Uninsured"):
        assert words in page, words


def test_sales_get_the_answer_without_figures_of_limits(world: CreditWorld) -> None:
    response = what_if(as_user(world.ana), order=world.new.pk)
    page = words_of(response)
    assert "may not go" in page
    assert "over the limit" in page
    for hidden in ("540,000", "660,000", "500,000", "900,000", "200,000", "nsured", "limit of the buyer", "310,000"):
        assert hidden not in page, hidden
    assert "The buyer pays 40,000.00 USD now." in page
    assert "A temporary limit until" in page


def answers_of_sales(world: CreditWorld, insured: str) -> list[str]:
    """All that sales read when they try amounts by bisection, with the insurer's limit at a given amount."""
    insure(world.acme, insured, day=TODAY, number=f"L-{insured}")
    client, said, low, high = as_user(world.ana), [], 1, 2_000_000
    while high - low > 500:
        middle = (low + high) // 2
        page = words_of(what_if(client, amount=str(middle)))
        said.append(re.sub(r"answer \d+ of \S+ \S+", "", page))
        low, high = (low, middle) if "may not go" in page else (middle, high)
    return said


def test_sales_cannot_find_the_insured_limit_by_bisection(world: CreditWorld) -> None:
    assert answers_of_sales(world, "200000") == answers_of_sales(world, "35000")


def test_sales_see_their_own_buyers_only(world: CreditWorld) -> None:
    page = words_of(what_if(as_user(world.ben)))
    assert "There is no buyer" in page
    assert as_user(world.ben).get(DESK, {"order": world.new.pk}).status_code == 404
    check = OrderCheck.objects.filter(buyer=world.acme).latest("id")
    assert as_user(world.ben).get(f"/orders/checks/{check.pk}/").status_code == 404
    assert "Buyer ACME" not in text_of(as_user(world.ben).get(DESK))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"buyer": "NOBODY"}, "There is no buyer"),
        ({"currency": "ZZZ"}, "ZZZ"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e30"}, "digits"),
        ({"ship_date": "2001-01-01"}, "ship"),
        ({"terms": "barter"}, "Select a valid choice"),
        ({"terms_days": "9999"}, "720"),
        ({"deposit_percent": "101"}, "100"),
        ({"buyer": None}, "required"),
    ],
)
def test_bad_input_is_shown_at_its_field_and_nothing_is_stored(
    world: CreditWorld, changes: dict[str, Any], words: str
) -> None:
    before = OrderCheck.objects.count()
    page = text_of(what_if(sign_in("credit_analyst"), **changes))
    assert words in page
    assert "errorlist" in page
    assert OrderCheck.objects.count() == before


def test_order_of_the_buyer_fills_the_form(world: CreditWorld) -> None:
    page = text_of(as_user(world.ana).get(DESK, {"order": world.new.pk}))
    assert 'value="80000"' in page
    assert "Order SO-NEW" in page
    assert "on hold" in page
    assert "Check the order as it stands" in page


def test_check_for_real_holds_the_order_once_however_often_it_is_asked(world: CreditWorld) -> None:
    make_limit(world.acme, "2000000")
    client = as_user(world.ana)
    for _ in range(2):
        response = client.post(f"/orders/{world.new.pk}/check/", follow=True)
        assert "may go" in text_of(response)
    assert Reservation.objects.filter(order=world.new, state="active").count() == 1


def test_plain_form_without_script_leads_to_the_answer(world: CreditWorld) -> None:
    response = sign_in("credit_analyst").post(DESK, asked(), follow=True)
    assert "may not go" in text_of(response)
    assert inline_code_of(response) == []


def test_buyers_are_offered_by_name_within_the_scope(world: CreditWorld) -> None:
    assert "ACME · Buyer ACME" in text_of(as_user(world.ana).get("/orders/buyers/", {"buyer": "acm"}))
    assert "ACME" not in text_of(as_user(world.ben).get("/orders/buyers/", {"buyer": "acm"}))


def test_strangers_and_readers_may_not_ask(world: CreditWorld) -> None:
    check_denied(DESK, "auditor", "administrator")
    check_denied(DESK, "auditor", "administrator", method="post", data=asked())
    check_denied(f"/orders/{world.new.pk}/check/", "auditor", "administrator", method="post")
    assert not OrderCheck.objects.filter(is_dry_run=True).exists()


def test_stored_answer_stays_readable_for_the_auditor(world: CreditWorld) -> None:
    check = OrderCheck.objects.filter(order=world.new).latest("id")
    response = sign_in("auditor").get(f"/orders/checks/{check.pk}/")
    assert "540,000.00 USD" in words_of(response)
    assert inline_code_of(response) == []
