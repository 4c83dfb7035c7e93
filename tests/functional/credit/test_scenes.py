"""Whole scenes with a browser: real web server, real worker, real broker; nobody touches what happens by itself."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from buyers.models import Buyer
from core.domain.roles import Role
from core.models import ExchangeRate, Job, User
from core.services.api_clients import create_client
from credit.models import CreditLimit, LimitRequest, OrderCheck, Reservation
from invoices.models import Order, Receipt
from tests.integration.credit.builders import TODAY, gate_state, make_clean_buyer, make_limit, make_order
from tests.integration.invoices.builders import make_invoice
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]
NewPerson = Callable[[str, Role], User]
Desk = Callable[[User], Page]
Picture = Callable[[Page, str], None]

ASKED = "2000000"


@pytest.fixture
def acme(transactional_db: None, person: NewPerson) -> Buyer:
    """ana's buyer: limit 500,000, of which 460,000 are owed and not due yet."""
    cache.clear()
    yesterday = TODAY - timedelta(days=1)
    ExchangeRate.objects.create(currency="USD", rate_date=yesterday, per_eur=Decimal("1.25"), source="test")
    buyer = make_clean_buyer("ACME", sales_owner=person("ana", Role.SALES))
    make_limit(buyer, "500000")
    due = TODAY + timedelta(days=30)
    make_invoice(buyer, "460000", issued=(TODAY - timedelta(days=5)).isoformat(), due=due.isoformat())
    return buyer


@pytest.fixture
def order(acme: Buyer) -> Order:
    """An order of 80,000 that nobody has asked credit about."""
    return make_order(acme, "80000", external_id="SO-NEW")


def test_money_that_arrives_lets_a_refused_order_go_while_sales_watch(
    order: Order,
    person: NewPerson,
    at_desk: Desk,
    picture: Picture,
    web: str,
    worker: subprocess.Popen[bytes],
) -> None:
    page = at_desk(order.buyer.sales_owner)  # type: ignore[arg-type]
    ask_for(page, order)
    answer = page.locator("#answer")
    expect(answer.locator(".verdict")).to_contain_text("may not go")
    expect(answer.locator(".options")).to_contain_text("The buyer pays 40,000.00 USD now.")
    expect(answer).to_contain_text("on hold")
    picture(page, "order-refused")
    finance = at_desk(person("max", Role.MANAGER))
    finance.goto("/holds/")
    expect(finance.get_by_role("link", name="SO-NEW")).to_be_visible()
    picture(finance, "holds")

    # What the invoices of the scene asked for is done, so that it is the money that lets the order go.
    wait_until("every job is done", are_jobs_done)
    assert pay(web, key_of_the_bank(), buyer="ACME", amount="40000.00")["amount"] == "40000.00"

    wait_until("the worker lets the order go", lambda: gate_state(order) == "approved")
    wait_until("every job is done", are_jobs_done)
    expect(answer.locator(".verdict")).to_contain_text("may go")
    expect(answer).to_contain_text("approved")
    expect(answer.locator("[hx-get]")).to_have_count(0)  # nothing left to wait for
    picture(page, "order-approved")
    assert_let_go_by_the_worker(order)


def are_jobs_done() -> bool:
    return not Job.objects.exclude(state=Job.State.DONE).exists()


def ask_for(page: Page, order: Order) -> None:
    """From the list of the buyer's open orders, as sales find it."""
    page.goto("/orders/?buyer=ACME")
    page.get_by_role("link", name=order.external_id).click()
    page.get_by_role("button", name="Check the order as it stands").click()


def key_of_the_bank() -> str:
    return create_client(name="bank", scopes=["intake"], expires_at=None, now=timezone.now(), actor=None).key


def pay(web: str, key: str, *, buyer: str, amount: str) -> Any:
    """The bank's interface reports a receipt over HTTP, twice: the second time changes nothing."""
    receipt = {
        "external_id": "B-1",
        "buyer": buyer,
        "currency": "USD",
        "amount": amount,
        "received_on": TODAY.isoformat(),
    }
    headers = {"Authorization": f"Api-Key {key}", "Idempotency-Key": "receipt-1", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{web}/api/v1/receipts/", json.dumps(receipt).encode(), headers)
    bodies = []
    for _ in range(2):
        with urllib.request.urlopen(request, timeout=60) as answer:
            bodies.append(json.load(answer))
    assert bodies[0] == bodies[1]
    return bodies[0]


def assert_let_go_by_the_worker(order: Order) -> None:
    assert gate_state(order) == "approved"
    assert Receipt.objects.count() == 1
    assert Reservation.objects.get(order=order, state="active").amount == Decimal("80000")
    checks = list(OrderCheck.objects.filter(order=order).order_by("pk").values_list("outcome", "cause", "actor"))
    assert [check[0] for check in checks] == ["stop", "pass"]
    assert checks[1][1:] == ("receipt", None)
    assert are_jobs_done()


def test_two_people_sign_a_large_limit_and_nobody_signs_their_own(
    acme: Buyer, person: NewPerson, at_desk: Desk, picture: Picture
) -> None:
    analyst, manager, director = (
        at_desk(person(name, role))
        for name, role in (("anna", Role.ANALYST), ("max", Role.MANAGER), ("dora", Role.DIRECTOR))
    )
    place = ask_for_limit(analyst, "ACME", ASKED)
    expect(analyst.locator("main")).to_contain_text("0 of 2")
    expect(analyst.get_by_role("button", name="Approve")).to_have_count(0)

    sign(manager, place)
    expect(manager.locator("main")).to_contain_text("1 of 2")
    expect(manager.get_by_role("button", name="Approve")).to_have_count(0)
    assert CreditLimit.objects.get().amount == Decimal("500000")

    director.goto(place)
    picture(director, "limit-request")
    sign(director, place)
    expect(director.locator("main")).to_contain_text("2 of 2")
    assert CreditLimit.objects.latest("pk").amount == Decimal(ASKED)
    director.goto("/buyers/ACME/?tab=credit")
    expect(director.locator("main")).to_contain_text("2,000,000.00")


def ask_for_limit(page: Page, buyer: str, amount: str) -> str:
    """The path of the request."""
    page.goto(f"/limits/ask/?buyer={buyer}")
    page.get_by_label("New limit").fill(amount)
    page.get_by_label("Reason", exact=True).fill("The buyer opens a second plant.")
    page.locator("main form").filter(has=page.get_by_label("New limit")).get_by_role("button").last.click()
    expect(page.locator("main")).to_contain_text("Signatures")
    return f"/limits/requests/{LimitRequest.objects.latest('pk').pk}/"


def sign(page: Page, place: str) -> None:
    page.goto(place)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Signed.")


def test_director_who_approves_their_own_request_by_force_is_refused_in_words(
    acme: Buyer, person: NewPerson, at_desk: Desk
) -> None:
    page = at_desk(person("dora", Role.DIRECTOR))
    place = ask_for_limit(page, "ACME", "600000")
    words = "Nobody approves what they entered"
    expect(page.locator("main")).to_contain_text(words)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    with page.expect_navigation() as moved:
        page.evaluate(FORGED, place + "approve/")
    assert moved.value.status == 422
    expect(page.locator("main")).to_contain_text(words)
    assert LimitRequest.objects.get().state == "pending"
    assert CreditLimit.objects.get().amount == Decimal("500000")


# The form that the page does not offer, filled in by somebody who knows the address.
FORGED = """place => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = place;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  for (const [name, value] of Object.entries({csrfmiddlewaretoken: token, version: "1"})) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
