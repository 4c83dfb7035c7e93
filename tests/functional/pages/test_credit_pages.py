"""Order desk, holds, limits and rules in a browser: no complaint, accessible, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.domain.roles import Role
from core.models import User
from credit.models import CreditReview, OrderCheck, Release
from tests.functional.pages.test_accessibility import faults
from tests.functional.pages.test_pages import check
from tests.integration.credit.builders import TODAY
from tests.integration.dashboard.credit_world import CreditWorld, add_security, make_credit_world

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Page]

PAGES = (
    "/orders/",
    "/orders/?order={order}&check={check}",
    "/orders/checks/{check}/",
    "/holds/",
    "/holds/{hold}/",
    "/holds/force/",
    "/exposure/?buyer=ACME",
    "/limits/",
    "/limits/accounts/{account}/",
    "/limits/ask/?buyer=ACME",
    "/limits/requests/",
    "/limits/requests/{request}/",
    "/limits/reviews/",
    "/limits/reviews/{review}/",
    "/limits/insured/",
    "/limits/insured/new/",
    "/limits/instruments/?state=all",
    "/limits/instruments/security/{security}/",
    "/limits/instruments/new/security/",
    "/limits/instruments/new/bill/",
    "/limits/instruments/new/sold/",
    "/exposure/uninsured/",
    "/limits/authority/",
    "/rules/order-check/",
    "/rules/order-check/oldest_overdue/",
    "/buyers/ACME/",
    "/buyers/ACME/?tab=credit",
    "/groups/G1/",
)


@pytest.fixture
def world(transactional_db: None) -> CreditWorld:
    return make_credit_world()


def addresses(world: CreditWorld) -> list[str]:
    """Pages with something on them."""
    account = world.acme.credit_account
    review = CreditReview.objects.create(account=account, due_on=TODAY, interval_days=91)
    known = {
        "order": world.new.pk,
        "check": OrderCheck.objects.filter(order=world.new).latest("id").pk,
        "hold": world.hold.pk,
        "account": account.pk,
        "request": world.request.pk,
        "review": review.pk,
        "security": add_security(world).pk,
    }
    return [path.format(**known) for path in PAGES]


@pytest.mark.parametrize("look", ["light", "dark", "phone", "中文"])
def test_credit_pages_show_without_a_complaint(look: str, world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.DIRECTOR, path="/glossary/")
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    if look == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
    if look == "中文":
        page.get_by_role("button", name="简体中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    origin = page.url.removesuffix("/glossary/")
    objections = {}
    for path in addresses(world):
        page.goto(origin + path)
        check(page, path)
        if found := faults(page):
            objections[path] = found
    assert objections == {}, objections


def test_sales_ask_and_are_told_what_would_release_the_order(world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.SALES, username="ana", path=f"/orders/?order={world.new.pk}")
    page.get_by_role("button", name="What if?").click()
    expect(page.locator("#answer .tone", has_text="what-if")).to_have_count(1)
    expect(page.locator("#answer .verdict")).to_contain_text("may not go")
    expect(page.locator("#answer .options")).to_contain_text("The buyer pays 40,000.00 USD now.")
    expect(page.locator("#answer")).not_to_contain_text("nsured limit")
    page.get_by_label("Amount").fill("20000")
    page.get_by_role("button", name="What if?").press("Enter")
    expect(page.locator("#answer .verdict")).to_contain_text("may go")


def test_mistake_is_told_beside_its_field(world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/orders/")
    page.get_by_label("Buyer", exact=True).fill("NOBODY")
    page.get_by_label("Amount").fill("5")
    page.get_by_role("button", name="What if?").click()
    expect(page.locator("#id_buyer_error")).to_contain_text("There is no buyer")
    expect(page.get_by_label("Amount")).to_have_value("5")
    page.get_by_label("Buyer", exact=True).fill("ACME")
    page.get_by_role("button", name="What if?").click()
    expect(page.locator("#answer .verdict")).to_contain_text("may go")
    expect(page.locator("#id_buyer_error")).to_have_count(0)


def test_buyers_are_offered_while_typing(world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/orders/")
    page.get_by_label("Buyer", exact=True).press_sequentially("acm")
    expect(page.locator("#known-buyers option")).to_have_count(1)


def test_manager_releases_in_one_panel(world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.MANAGER, path="/holds/")
    page.get_by_role("link", name="SO-NEW").click()
    page.get_by_label("Why it may go").fill("transfer seen")
    page.get_by_role("button", name="Release the order").click()
    expect(page.locator("#hold")).to_contain_text("transfer seen")
    expect(page.get_by_role("button", name="Release the order")).to_have_count(0)
    assert Release.objects.count() == 1


def test_two_people_sign_a_large_limit_and_nobody_their_own(world: CreditWorld, sign_in: SignIn) -> None:
    User.objects.filter(username="asker").update(role=Role.DIRECTOR)
    path = f"/limits/requests/{world.request.pk}/"
    own = sign_in(Role.DIRECTOR, username="asker", path=path)
    expect(own.locator("main")).to_contain_text("Nobody approves what they entered")
    expect(own.get_by_role("button", name="Approve")).to_have_count(0)
    other = sign_in(Role.DIRECTOR, username="dora", path=path)
    other.get_by_role("button", name="Approve").click()
    expect(other.locator("main")).to_contain_text("Signed.")


def test_rule_is_changed_for_a_grade_and_marked_in_the_drawing(world: CreditWorld, sign_in: SignIn) -> None:
    page = sign_in(Role.MANAGER, path="/rules/order-check/")
    row = page.locator("table.matrix tbody tr", has_text="Oldest overdue item")
    row.locator("td").nth(3).get_by_role("link").click()
    page.get_by_label("stops above, days").fill("20")
    page.get_by_label("Why it is changed").fill("stricter")
    page.get_by_role("button", name="Change it").click()
    expect(row.locator("td.own")).to_contain_text("15 / 20")
