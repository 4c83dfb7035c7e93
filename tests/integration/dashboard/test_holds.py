"""Holds: the worklist, one hold, and what people may do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import User
from credit.models import Hold, OrderGate, Release, Reservation
from tests.integration.credit.builders import TODAY, make_limit, run_jobs, ship
from tests.integration.dashboard.credit_world import CreditWorld, make_credit_world
from tests.integration.dashboard.desk import SIGNED_IN, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, sheet_rows
from tests.integration.dashboard.reading import text_of as words_of

pytestmark = pytest.mark.django_db
LIST = "/holds/"


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGNED_IN)
    return client


def address(world: CreditWorld, verb: str = "") -> str:
    return f"{LIST}{world.hold.pk}/{verb + '/' if verb else ''}"


def post(client: Client, world: CreditWorld, verb: str, *, htmx: bool = True, **given: Any) -> Any:
    data = {f"{verb}-{name}": value for name, value in given.items()}
    return client.post(address(world, verb), data, **({"HTTP_HX_REQUEST": "true"} if htmx else {}), follow=not htmx)


def release(client: Client, world: CreditWorld, **changes: Any) -> Any:
    given = {
        "version": world.new.gate.version,
        "amount": "80000",
        "tolerance_percent": "5",
        "valid_until": (TODAY + timedelta(days=14)).isoformat(),
        "review_on": (TODAY + timedelta(days=7)).isoformat(),
        "reason": "paid tomorrow, seen the transfer",
    }
    return post(client, world, "release", **(given | changes))


def state(world: CreditWorld) -> str:
    return str(Hold.objects.get(pk=world.hold.pk).state)


def test_worklist_says_what_why_and_by_how_much(world: CreditWorld) -> None:
    page = words_of(sign_in("credit_analyst").get(LIST))
    for words in ("SO-NEW", "Buyer ACME", "Use of the limit, orders inside the horizon", "40,000", "by the rules"):
        assert words in page, words


def test_sales_see_their_own_orders_without_the_amount_over(world: CreditWorld) -> None:
    page = words_of(as_user(world.ana).get(LIST))
    assert "SO-NEW" in page
    assert "40,000" not in page
    assert "SO-NEW" not in words_of(as_user(world.ben).get(LIST))
    assert as_user(world.ben).get(address(world)).status_code == 404
    detail = words_of(as_user(world.ana).get(address(world)))
    for hidden in ("540,000", "500,000", "200,000", "Over by"):
        assert hidden not in detail, hidden


def test_list_is_filtered_in_the_address(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    for query, is_there in (
        ({"state": "closed"}, False),
        ({"reason": "horizon_use"}, True),
        ({"reason": "sanctions"}, False),
        ({"who": "nobody"}, True),
        ({"who": "mine"}, False),
        ({"kind": "forced"}, False),
        ({"state": "?", "who": "?", "reason": "?"}, True),
    ):
        assert ("SO-NEW</a>" in text_of(client.get(LIST, query))) is is_there, query


def test_list_comes_as_files(world: CreditWorld) -> None:
    rows = csv_rows(sign_in("auditor").get(LIST, {"export": "csv"}))
    assert rows[1][:2] == ["SO-NEW", "Buyer ACME"]
    assert "40000.0000" in rows[1]
    assert sheet_rows(sign_in("auditor").get(LIST, {"export": "xlsx"}))[1][0] == "SO-NEW"


def test_hold_shows_the_answer_and_its_history(world: CreditWorld) -> None:
    response = sign_in("auditor").get(address(world))
    page = words_of(response)
    for words in ("540,000.00 USD", "put on hold", "Every rule", "USD 80,000.00"):
        assert words in page, words
    assert "What do you do?" not in page
    assert inline_code_of(response) == []


def test_manager_releases_with_amount_date_and_reason(world: CreditWorld) -> None:
    page = words_of(release(sign_in("credit_manager"), world))
    assert "released" in page
    assert state(world) == "released"
    given = Release.objects.get()
    assert (given.amount, given.tolerance_percent, given.reason) == (80000, 5, "paid tomorrow, seen the transfer")
    assert Reservation.objects.filter(order=world.new, state="active").count() == 1


def test_second_click_releases_nothing_twice(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    release(client, world)
    page = words_of(release(client, world))
    assert Release.objects.count() == 1
    assert "What do you do?" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "This field is required"),
        ({"tolerance_percent": "30"}, "less than or equal to 20"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"amount": "10"}, "80"),
        ({"version": "99"}, "changed"),
    ],
)
def test_bad_release_says_what_would_be_right_and_changes_nothing(
    world: CreditWorld, changes: dict[str, Any], words: str
) -> None:
    page = text_of(release(sign_in("credit_manager"), world, **changes))
    assert words in page
    assert state(world) == "open"
    assert not Release.objects.exists()


def test_order_is_rejected_with_a_reason(world: CreditWorld) -> None:
    post(sign_in("credit_manager"), world, "reject", version=world.new.gate.version, reason="no more credit")
    assert state(world) == "rejected"


def test_hold_is_given_to_somebody_else(world: CreditWorld) -> None:
    mei = User.objects.create(username="mei", role="credit_manager")
    page = words_of(post(sign_in("credit_analyst"), world, "forward", to=mei.pk, note="please decide"))
    assert "given to another person" in page
    assert Hold.objects.get(pk=world.hold.pk).assignee == mei


def test_check_again_clears_the_hold_when_the_limit_has_room(world: CreditWorld) -> None:
    make_limit(world.acme, "2000000")
    page = words_of(post(sign_in("credit_analyst"), world, "recheck"))
    assert "cleared by a new check" in page
    assert state(world) == "cleared"


def test_plain_form_without_script_goes_back_to_the_hold(world: CreditWorld) -> None:
    response = post(sign_in("credit_analyst"), world, "recheck", htmx=False)
    assert "<html" in text_of(response)


def test_goods_of_a_rejected_order_are_dealt_with_by_rejecting_it_again(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    post(client, world, "reject", version=world.new.gate.version, reason="no more credit")
    ship(world.new, "30000")
    run_jobs()
    hold = Hold.objects.get(state="open", order=world.new)
    page = text_of(client.get(f"{LIST}{hold.pk}/"))
    assert "Reject the order" in page
    for refused in ("Release the order", "Check again now"):
        assert refused not in page, refused
    version = OrderGate.objects.get(order=world.new).version
    client.post(f"{LIST}{hold.pk}/reject/", {"reject-reason": "seen", "reject-version": version})
    hold.refresh_from_db()
    assert (hold.state, OrderGate.objects.get(order=world.new).state) == ("rejected", "rejected")


def test_analyst_has_no_form_to_release_and_may_not_post_one(world: CreditWorld) -> None:
    page = text_of(sign_in("credit_analyst").get(address(world)))
    assert "Check again now" in page
    assert "Release the order" not in page
    release(sign_in("credit_analyst"), world)
    assert state(world) == "open"


def test_who_only_reads_may_not_work(world: CreditWorld) -> None:
    for verb in ("release", "reject", "forward", "recheck", "lift"):
        check_denied(address(world, verb), "auditor", "sales", "administrator", method="post")
    check_denied(LIST, "administrator")
    assert state(world) == "open"


def test_forced_hold_stops_a_buyer_until_a_person_lifts_it(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    page = text_of(client.post("/holds/force/", {"buyer": "ACME", "reason": "dispute at law"}, follow=True))
    forced = Hold.objects.get(kind="forced")
    assert forced.order is None
    assert "dispute at law" in page
    assert "Lift the hold" in page
    assert "all orders" in words_of(client.get("/buyers/ACME/"))
    client.post(f"{LIST}{forced.pk}/lift/", {"lift-reason": "settled"})
    forced.refresh_from_db()
    assert forced.state == "lifted"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"buyer": "NOBODY", "reason": "x"}, "There is no buyer"),
        ({"buyer": "ACME", "order": "SO-NONE", "reason": "x"}, "The buyer has no order SO-NONE."),
        ({"buyer": "ACME", "reason": ""}, "This field is required"),
    ],
)
def test_bad_forced_hold_is_refused_at_its_field(world: CreditWorld, given: dict[str, str], words: str) -> None:
    response = sign_in("credit_manager").post("/holds/force/", given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Hold.objects.filter(kind="forced").exists()


def test_forcing_a_hold_is_for_who_decides(world: CreditWorld) -> None:
    check_denied("/holds/force/", "sales", "credit_analyst", "auditor", "administrator")
    assert "Stop an order" not in text_of(sign_in("credit_analyst").get(LIST))


def test_small_orders_that_fit_the_rest_are_suggested(world: CreditWorld) -> None:
    make_limit(world.acme, "560000")
    page = words_of(sign_in("credit_manager").get(LIST))
    assert "1 held order fits what is left of its limit" in page


def test_buyer_page_names_its_holds(world: CreditWorld) -> None:
    page = words_of(sign_in("credit_manager").get("/buyers/ACME/"))
    assert "1 hold: SO-NEW Use of the limit, orders inside the horizon" in page
