"""The matching desk with the keyboard alone: accept, choose, tick, charge, search, ignore, undo; keys switched off."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from buyers.models import Buyer
from core.domain.roles import Role
from invoices.models import BankLine, Entry, Invoice, Receipt
from invoices.services.bank.deciding import propose_again
from tests.functional.pages.test_accessibility import faults
from tests.functional.pages.test_pages import check
from tests.integration.dashboard.test_matching import make_invoice
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Page]


@pytest.fixture
def month(transactional_db: None) -> None:
    """Five lines: one plain, one that fits two invoices, one short, one of nobody known, one that is no receipt."""
    acme = Buyer.objects.create(code="0042", name="Acme Trading Ltd")
    blue = Buyer.objects.create(code="0077", name="Blue Harbour Supplies")
    for number, amount, buyer in (
        ("INV-20017", "100.00", acme),
        ("INV-20018", "250.00", acme),
        ("INV-20019", "250.00", acme),
        ("BH-70001", "1300.00", blue),
        ("BH-70002", "40.00", blue),
    ):
        make_invoice(buyer, number=number, amount=amount)
    lines: tuple[dict[str, str], ...] = (
        {"amount": "100.00", "payer_name": "Acme Trading Ltd", "remittance": "INV-20017"},
        {"amount": "250.00", "payer_name": "Acme Trading Ltd", "remittance": "goods"},
        {"amount": "900.00", "payer_name": "Blue Harbour Supplies", "remittance": "BH-70001"},
        {"amount": "40.00", "payer_name": "Settlement House"},
        {"amount": "3.10", "payer_name": "Our Bank", "remittance": "interest"},
    )
    for place, given in enumerate(lines):
        line = make_line(**given, fingerprint=f"{place}".ljust(64, "f"))
        if place < 3:
            propose_again(line.pk, make_actor())


def title(page: Page) -> Any:
    return page.locator("#line-title")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def paid(number: str) -> dict[str, Decimal]:
    entries = Entry.objects.filter(invoice__number=number).exclude(kind="issue")
    return {entry.kind: -entry.amount for entry in entries}


def accept_what_is_proposed(page: Page) -> None:
    expect(title(page)).to_contain_text("Acme Trading Ltd · USD 100.00")
    press(page, "Enter")
    expect(page.locator(".notice-good")).to_contain_text("Posted: USD 100.00 of Acme Trading Ltd")
    expect(title(page)).to_contain_text("USD 250.00")
    expect(title(page)).to_be_focused()


def take_the_alternative(page: Page) -> None:
    press(page, "1")
    expect(page.locator("[data-alternative='1'][aria-current]")).to_have_count(1)
    chosen = page.locator("#items tr:has(input:checked) th label").inner_text()
    press(page, "Enter")
    expect(title(page)).to_contain_text("Blue Harbour Supplies · USD 900.00")
    assert paid(chosen) == {"receipt": Decimal(250)}


def call_what_is_missing_a_charge(page: Page) -> None:
    expect(page.locator("#remainder")).to_have_text("0.00")
    press(page, "c")
    field = page.get_by_label("Taken off BH-70001", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("400.00")
    press(page, "Enter")
    expect(title(page)).to_contain_text("Settlement House · USD 40.00")
    assert paid("BH-70001") == {"receipt": Decimal(900), "bank_charge": Decimal(400)}


def search_and_tick(page: Page) -> None:
    press(page, "/")
    page.keyboard.type("Blue Harb")
    press(page, "Enter")
    expect(page.get_by_role("checkbox", name="BH-70002")).to_be_visible()
    press(page, "Escape", "t", "Space")  # leave the field, go to the items, tick the first
    expect(page.get_by_role("checkbox", name="BH-70002")).to_be_checked()
    expect(page.locator("#remainder")).to_have_text("0.00")
    expect(page.get_by_label("Whose money")).to_have_value("0077 · Blue Harbour Supplies")
    press(page, "Enter")
    expect(title(page)).to_contain_text("Our Bank")
    assert paid("BH-70002") == {"receipt": Decimal(40)}


def ignore_the_rest(page: Page) -> None:
    press(page, "i")
    page.keyboard.type("interest")
    press(page, "Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert BankLine.objects.filter(state="posted").count() == 4


def undo_the_last(page: Page) -> None:
    press(page, "u")
    expect(page.get_by_label("Why it is undone")).to_be_focused()
    press(page, "Enter")
    expect(title(page)).to_contain_text("Our Bank")
    expect(page.get_by_text("1 line to decide")).to_be_visible()
    assert Receipt.objects.count() == 4


def test_month_is_decided_by_keyboard_alone(month: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/imports/matching/")
    accept_what_is_proposed(page)
    take_the_alternative(page)
    call_what_is_missing_a_charge(page)
    search_and_tick(page)
    ignore_the_rest(page)
    undo_the_last(page)


def test_lines_are_walked_and_amounts_added_up(month: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/imports/matching/")
    page.evaluate("window.isSamePage = true")
    press(page, "j")
    expect(title(page)).to_contain_text("USD 250.00")
    press(page, "ArrowDown")
    expect(title(page)).to_contain_text("Blue Harbour")
    press(page, "k")
    expect(title(page)).to_contain_text("USD 250.00")
    expect(page.locator("[data-queue] a[aria-current]")).to_contain_text("250.00")
    press(page, "t", "Space")  # the proposed one is unticked
    expect(page.locator("#remainder")).to_have_text("250.00")
    press(page, "ArrowDown", "Space")
    expect(page.locator("#items tr:has(input:checked)")).to_have_count(1)
    expect(page.locator("#remainder")).not_to_have_text("250.00")
    assert page.evaluate("window.isSamePage") is True


def test_single_keys_can_be_switched_off_and_enter_still_posts(month: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/imports/matching/")
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Single keys do something").press("Space")
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    press(page, "j", "i")
    expect(title(page)).to_contain_text("USD 100.00")
    page.reload()
    press(page, "j")
    expect(title(page)).to_contain_text("USD 100.00")
    page.get_by_role("button", name="Accept").focus()
    press(page, "Enter")
    expect(title(page)).to_contain_text("USD 250.00")


def test_desk_works_without_scripts(month: None, sign_in: SignIn, browser: Any) -> None:
    known = sign_in(Role.ANALYST, path="/imports/matching/")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(known.context.cookies())
    page = context.new_page()
    page.goto(known.url)
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#line-title")).to_contain_text("USD 250.00")
    context.close()
    assert Invoice.objects.get(number="INV-20017").open_amount == 0


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_desk_is_accessible(look: str, month: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/imports/matching/")
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    if look == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
    found = {}
    origin = page.url.split("/imports/")[0]
    posted = BankLine.objects.first()
    assert posted is not None
    for path in ("/imports/matching/", "/imports/lines/?state=all", f"/imports/statements/{posted.statement_id}/"):
        page.goto(origin + path)
        check(page, path)
        found[path] = faults(page)
    page.goto(f"{origin}/imports/matching/")
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found["keys"] = faults(page)
    assert {path: one for path, one in found.items() if one} == {}
