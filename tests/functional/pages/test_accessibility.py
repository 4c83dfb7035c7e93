"""WCAG 2.2 AA on the pages: axe-core finds no fault in contrast, labels, names, headings, regions; focus is seen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from core.domain.roles import Role
from tests.functional.pages.test_pages import PAGES, check

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Page]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = """async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations.flatMap(
    ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`))"""
FOCUSED = """() => { const found = document.activeElement;
    return [getComputedStyle(found).outline, found.getBoundingClientRect().width, found.outerHTML.slice(0, 120)]; }"""
WORK_PAGES = (
    "/alerts/",
    "/alerts/rules/",
    "/alerts/rules/overdue_15/",
    "/imports/",
    "/imports/quarantine/",
    "/imports/suspense/",
    "/imports/matching/",
    "/imports/matching/settings/",
    "/imports/lines/?state=all",
    "/imports/unapplied/",
    "/imports/documents/",
    "/imports/sellers/",
    "/imports/statements/",
    "/imports/profiles/",
    "/imports/profiles/generic_invoices/",
    "/runs/",
    "/audit/",
    "/accounts/2fa/",
    "/accounts/password/change/",
)
ADMINISTRATION = (
    "/administration/",
    "/administration/clients/",
    "/administration/webhooks/",
    "/administration/webhooks/log/",
    "/administration/rates/",
    "/administration/audit/",
    "/glossary/",
)


def faults(page: Page) -> list[str]:
    """What axe-core objects to; it runs outside of the page's own policy."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(ASK, RULES)
    return found


def walk(page: Page, live_server: Any, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """The faults of each page that has any."""
    found = {}
    for path in paths:
        page.goto(live_server.url + path)
        check(page, path)
        if objections := faults(page):
            found[path] = objections
    return found


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_pages_of_finance_are_accessible(
    look: str, demo: None, sign_in: SignIn, live_server: Any, page_problems: list[str]
) -> None:
    page = sign_in(Role.MANAGER)
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    if look == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/alerts/")
    alert = page.locator("#t-alerts tbody a").first.get_attribute("href") or ""
    found = walk(page, live_server, (*PAGES, *WORK_PAGES, alert))
    page_problems.clear()  # the page that does not exist
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_administration_is_accessible(scheme: Any, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(Role.ADMINISTRATOR, path="/administration/")
    page.emulate_media(color_scheme=scheme)
    assert walk(page, live_server, ADMINISTRATION) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_is_accessible(scheme: Any, page: Page, live_server: Any, transactional_db: None) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/accounts/login/")
    assert faults(page) == []


def test_everything_that_tab_reaches_shows_that_it_has_the_focus(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST)
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        outline, width, element = page.evaluate(FOCUSED)
        if "none" in outline or not width:
            unseen.append(element)
    assert unseen == []


def test_administrators_find_no_search_for_buyers_that_they_may_not_see(sign_in: SignIn) -> None:
    page = sign_in(Role.ADMINISTRATOR, path="/administration/")
    expect(page.get_by_placeholder("Find a buyer")).to_have_count(0)
    page.get_by_role("contentinfo").get_by_role("link", name="Glossary").click()
    expect(page.locator("h1")).to_have_text("Glossary")
